"""Which series an expression reads, recording rules and ALERTS followed to what they come of. Pure."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alertgen import promql_tree
from alertgen.notation import NotationError, parse_series
from alertgen.promql import PromQLError
from alertgen.promql_tree import Call, Node, Range, Selector
from alertgen.rulefile import Rule

_ALERTS = frozenset({"ALERTS", "ALERTS_FOR_STATE"})
_ABSENT = frozenset({"absent", "absent_over_time"})
_FROM_NOTHING = _ABSENT | {"vector", "time", "scalar"}


@dataclass(frozen=True, slots=True)
class Reads:
    """What an expression reads in the end.

    `rules` are those whose results it reads, and with a rule the rule itself.
    `known` is False when some of it cannot be parsed: then nothing may be concluded. `window` is how many seconds it
    looks back, `moved` whether there is an offset, `from_nothing` whether it may give something without any series.
    """

    selectors: frozenset[Selector]
    rules: frozenset[Rule]
    known: bool
    window: float
    moved: bool
    from_nothing: bool

    def takes(self, metric: str, labels: Mapping[str, str]) -> bool:
        """Whether one of the selectors takes this series."""
        return any(takes(selector, metric, labels) for selector in self.selectors)


def takes(selector: Selector, metric: str, labels: Mapping[str, str]) -> bool:
    """Whether a selector takes a series; one that names its metric by a regular expression takes any metric."""
    return selector.metric in ("", metric) and all(c.takes(labels.get(c.label, "")) for c in selector.conditions)


def series(text: str) -> tuple[str, Mapping[str, str]] | None:
    """The metric and the labels of an input series; None when it cannot be read."""
    try:
        return parse_series(text.strip())
    except NotationError:
        return None


class Rules:
    """Rules that are loaded together."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.alerts: defaultdict[str, list[Rule]] = defaultdict(list)
        self.records: defaultdict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            (self.alerts if rule.alert else self.records)[rule.name].append(rule)
        self._of_exprs: dict[str, Reads] = {}
        self._of_alerts: dict[str, Reads] = {}
        self._widely: dict[Rule, Reads] = {}

    def alert(self, name: str) -> Reads:
        """What the alerts of that name read."""
        if name not in self._of_alerts:
            self._of_alerts[name] = self._followed(self.alerts.get(name, ()), ())
        return self._of_alerts[name]

    def expr(self, text: str) -> Reads:
        """What an expression reads."""
        if text not in self._of_exprs:
            self._of_exprs[text] = self._followed((), (text,))
        return self._of_exprs[text]

    def of(self, alert: str, expr: str) -> Reads:
        """What an assertion about an alert or an expression reads."""
        return self.alert(alert) if alert else self.expr(expr)

    def widely(self, rule: Rule) -> Reads:
        """What a rule reads, and what it would if it left out any of its matchers."""
        if rule not in self._widely:
            try:
                metrics = {selector.metric for selector in promql_tree.selectors(promql_tree.parse(rule.expr))}
            except PromQLError:
                metrics = set()
            self._widely[rule] = self._followed((rule,), metrics)
        return self._widely[rule]

    def _followed(self, rules: Iterable[Rule], exprs: Iterable[str]) -> Reads:
        seen = set(rules)
        selectors: set[Selector] = set()
        known, moved, from_nothing, window = True, False, False, 0.0
        texts = [*exprs, *(rule.expr for rule in seen)]
        while texts:
            try:
                tree = promql_tree.parse(texts.pop())
            except PromQLError:
                known = False
                continue
            nodes = list(promql_tree.walk(tree))
            window += max((node.seconds for node in nodes if isinstance(node, Range)), default=0.0)
            moved |= any(node.moved for node in nodes if isinstance(node, Selector | Range))
            from_nothing |= any(isinstance(node, Call) and node.function in _FROM_NOTHING for node in nodes)
            here = [node for node in nodes if isinstance(node, Selector)]
            from_nothing |= not here
            selectors.update(here)
            for selector in here:
                for rule in self._written_by(selector):
                    if rule not in seen:
                        seen.add(rule)
                        texts.append(rule.expr)
        return Reads(frozenset(selectors), frozenset(seen), known, window, moved, from_nothing)

    def _written_by(self, selector: Selector) -> Iterable[Rule]:
        """The rules whose results a selector may read."""
        if selector.metric in _ALERTS:
            written: Iterable[list[Rule]] = self.alerts.values()
        elif selector.metric:
            written = (self.records.get(selector.metric, []),)
        else:
            written = self.records.values()
        return [rule for rules in written for rule in rules if _may_take(selector, rule)]


def _may_take(selector: Selector, rule: Rule) -> bool:
    """Whether a selector may take what the rule writes, by the labels that the rule itself sets."""
    labels = {"alertname": rule.name, **rule.labels} if rule.alert else rule.labels
    return all(c.takes(labels[c.label]) for c in selector.conditions if "{{" not in labels.get(c.label, "{{"))


@functools.lru_cache(maxsize=64)
def together(loaded: tuple[Rule, ...]) -> Rules:
    """The rules that a test file loads; files next to one another often load the same."""
    return Rules(loaded)


def named_alerts(tree: Node) -> Iterable[str]:
    """The alerts that an expression names in selectors of ALERTS."""
    return [
        condition.value
        for selector in promql_tree.selectors(tree)
        if selector.metric in _ALERTS
        for condition in selector.conditions
        if condition.label == "alertname" and condition.operator == "="
    ]
