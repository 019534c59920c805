"""A rule with a slip in it, and the tests that could notice: as little of both as it takes. Pure.

promtool evaluates every rule it loads at every step, and a suite may load hundreds. Whether a slip in one of them is
noticed depends on the assertions that read it, in the end, and on the rules that those read: nothing else is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from alertgen import yamlnode
from alertgen.model import AlertingRule, RecordingRule
from alertgen.mutants import Mutant, mutants
from alertgen.promql import PromQLError, pretty
from alertgen.quantity import Duration
from alertgen.reading import together
from alertgen.rulefile import Rule
from alertgen.suite import Source, seconds_for
from alertgen.unittests import Assertion, TestFile
from alertgen.yamlnode import Node

Changes = Mapping[str, Node | None]
"""Other values for keys of a rule, as YAML."""

_DEFAULT = 60

_ALLOWANCES = (0.03, 0.12, float("inf"))
"""Seconds that the parts of a bench may take; a process takes 0.04 s."""


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What it takes to try a rule: the tests of one file that could notice a slip, and what these need.

    `rules` are evaluated; of the series in the tests, those of `metrics` are loaded, all of them where it is None.
    """

    source: Source
    rule: Rule
    assertions: tuple[Assertion, ...]
    rules: frozenset[Rule]
    metrics: frozenset[str] | None

    @property
    def interval(self) -> float:
        """Seconds between two evaluations."""
        return self.source.tests.evaluation_interval if self.source.tests else 60.0

    @property
    def until(self) -> Mapping[int, float]:
        """The tests, by number, and the last instant that is looked at in each, in seconds."""
        found: dict[int, float] = {}
        for assertion in self.assertions:
            found[assertion.group] = max(found.get(assertion.group, 0.0), assertion.time)
        return found

    @property
    def cost(self) -> float:
        """About how many seconds one trial takes."""
        return sum(self._cost(group, until) for group, until in self.until.items())

    def _cost(self, group: int, until: float) -> float:
        tests = self.source.tests
        assert tests is not None
        loaded = sum(self._loads(given.metric) for given in tests.group(group).series)
        return seconds_for(len(self.rules), loaded, until / self.interval + 1)

    def parts(self) -> tuple[Bench, ...]:
        """The bench cut up: what is cheap and notices most slips, then more of it, then all the rest.

        The fewer rules an assertion needs, the closer it looks at this one; of those alike, the early ones are cheap.
        """
        single = [_bench(self.source, self.rule, (assertion,)) for assertion in self.assertions]
        single.sort(key=lambda test: (len(test.rules), *_place(test.assertions[0])))
        found: list[Bench] = []
        for allowance in _ALLOWANCES:
            costs: dict[int, float] = {}
            part: list[Assertion] = []
            for test in single[sum(len(bench.assertions) for bench in found) :]:
                (assertion,) = test.assertions
                costs[assertion.group] = max(costs.get(assertion.group, 0.0), test.cost)
                if part and sum(costs.values()) > allowance:
                    break
                part.append(assertion)
            if part:
                found.append(_bench(self.source, self.rule, tuple(part)))
        return tuple(found)

    def rule_files(self, changes: Changes) -> list[str]:
        """The texts of the rule files, with the rule changed."""
        return [
            file.with_rules({r: changes if r is self.rule else {} for r in file.rules if r in self.rules})
            for file in self.source.rules
            if any(r in self.rules for r in file.rules)
        ]

    def tests(self, rule_files: Sequence[str]) -> str:
        """The text of the test file, with the rule files at these paths."""
        tests = self.source.tests
        assert tests is not None
        groups = sorted({assertion.group for assertion in self.assertions})
        changed = {"tests": yamlnode.sequence(self._group(tests, number) for number in groups)}
        node = yamlnode.changed(tests.node, changed)
        return yamlnode.written(
            yamlnode.changed(node, {"rule_files": yamlnode.sequence(map(yamlnode.scalar, rule_files))})
        )

    def _group(self, tests: TestFile, number: int) -> Node:
        node = tests.test(number)
        kept: dict[str, Node | None] = {}
        for key, about_alerts in (("alert_rule_test", True), ("promql_expr_test", False)):
            wanted = {a.number for a in self.assertions if a.group == number and bool(a.alertname) is about_alerts}
            entries = yamlnode.items(yamlnode.child(node, key))
            kept[key] = yamlnode.sequence(entry for index, entry in enumerate(entries) if index in wanted)
        if self.metrics is not None:
            given = zip(yamlnode.items(yamlnode.child(node, "input_series")), tests.group(number).series, strict=True)
            kept["input_series"] = yamlnode.sequence(entry for entry, of in given if self._loads(of.metric))
        return yamlnode.changed(node, kept)

    def _loads(self, metric: str) -> bool:
        return self.metrics is None or not metric or metric in self.metrics


def _place(assertion: Assertion) -> tuple[float, int, bool, int]:
    return assertion.time, assertion.group, bool(assertion.expr), assertion.number


def bench(source: Source, rule: Rule) -> Bench | None:
    """What could notice a slip in the rule, in one file; None when nothing there reads it."""
    if source.tests is None:
        return None
    rules = together(source.loaded)
    about = [
        (assertion, reads)
        for group in source.tests.groups
        for assertion in group.assertions
        if rule in (reads := rules.of(assertion.alertname, assertion.expr)).rules or not reads.known
    ]
    if not any(rule in reads.rules for _, reads in about):
        return None
    return _bench(source, rule, tuple(assertion for assertion, _ in about))


def _bench(source: Source, rule: Rule, assertions: tuple[Assertion, ...]) -> Bench:
    rules = together(source.loaded)
    found = [rules.widely(rule), *(rules.of(assertion.alertname, assertion.expr) for assertion in assertions)]
    needed = frozenset(needed for reads in found for needed in reads.rules)
    metrics = frozenset(selector.metric for reads in found for selector in reads.selectors)
    if not all(reads.known for reads in found):
        return Bench(source, rule, assertions, frozenset(source.loaded), None)
    return Bench(source, rule, assertions, needed, None if "" in metrics else metrics)


def slips(rule: Rule, evaluation_interval: float) -> tuple[tuple[Mutant, Changes], ...]:
    """The mutants of a rule, each with what it changes in the file. Raises PromQLError for what cannot be parsed."""
    own = _model(rule)
    step = Duration(int(evaluation_interval) or _DEFAULT)
    return tuple((mutant, _changes(own, mutant)) for mutant in mutants(own, step))


def clauses(rule: Rule, evaluation_interval: float) -> tuple[tuple[Mutant, Changes], ...]:
    """The slips that take a clause away or turn its comparison round. Empty for what cannot be parsed."""
    try:
        return tuple(slip for slip in slips(rule, evaluation_interval) if _is_clause(rule, slip[0]))
    except PromQLError:
        return ()


def _is_clause(rule: Rule, mutant: Mutant) -> bool:
    if mutant.equivalent:
        return False
    if mutant.operator == "side":
        return True
    # Turned round, an expression is as long as it was; with equality let in or out, it is not.
    return mutant.operator == "comparison" and len(_bare(pretty(mutant.rule.expr))) == len(_bare(pretty(rule.expr)))


def _bare(text: str) -> str:
    return "".join(text.split())


def _model(rule: Rule) -> AlertingRule | RecordingRule:
    if not rule.alert:
        return RecordingRule(record=rule.name, expr=rule.expr, labels=rule.labels)
    return AlertingRule(
        alert=rule.name,
        expr=rule.expr,
        for_=_duration(rule.for_),
        keep_firing_for=_duration(rule.keep_firing_for),
        labels=rule.labels,
        annotations=rule.annotations,
    )


def _duration(text: str) -> Duration:
    """The duration; none for what is below a second, which the mutants cannot change."""
    try:
        return Duration.parse(text or "0")
    except ValueError:
        return Duration(0)


def _changes(own: AlertingRule | RecordingRule, mutant: Mutant) -> Changes:
    return dict(_each_change(own, mutant.rule))


def _each_change(
    own: AlertingRule | RecordingRule, other: AlertingRule | RecordingRule
) -> Iterator[tuple[str, Node | None]]:
    if own.expr != other.expr:
        yield "expr", yamlnode.scalar(other.expr)
    if isinstance(own, AlertingRule) and isinstance(other, AlertingRule):
        if own.for_ != other.for_:
            yield "for", yamlnode.scalar(str(other.for_))
        if own.keep_firing_for != other.keep_firing_for:
            yield "keep_firing_for", yamlnode.scalar(str(other.keep_firing_for)) if other.keep_firing_for else None
