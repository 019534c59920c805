"""Whether a `pattern` document can prove what it says: tried with default parameters on an example service. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from alertgen import promql_tree
from alertgen.diagnostics import did_you_mean, nearest
from alertgen.model import Scenario, Series, Site
from alertgen.pattern import (
    Level,
)
from alertgen.promql_text import mistake
from alertgen.promql_tree import Aggregation, Binary, Call, Labels, Node, Selector
from alertgen.site_patterns.body import Body, Fault, Firing, Situation, Step
from alertgen.site_patterns.findings import Findings, value_at
from alertgen.subject import WORKLOAD_LABEL

_ABSENT: Final = frozenset(("absent", "absent_over_time"))


def checked(body: Body, data: Mapping[str, Any], findings: Findings) -> Body:
    """The body with what its expression says about itself; what is wrong with the document joins the findings."""
    return _Trial(body, data, findings).checked()


def annotation_steps(data: Mapping[str, Any]) -> Iterator[tuple[Step, ...]]:
    """The paths of the texts that go into annotations."""
    yield ("summary",)
    yield ("description",)
    for name in data.get("annotations", {}):
        yield "annotations", name


class _Trial:
    """The pattern tried on an example service, with default parameters on a site of defaults."""

    def __init__(self, body: Body, data: Mapping[str, Any], findings: Findings) -> None:
        self.body = body
        self.data = data
        self.findings = findings
        self.subject, self.world = body.example(Site())

    def checked(self) -> Body:
        """The body with what its expression says about itself; what is wrong is with the findings."""
        parsed = self._parsed()
        labels = (parsed.labels or promql_tree.NO_LABELS) if parsed else None
        if parsed and labels:
            self.body = dataclasses.replace(self.body, keeps=frozenset() if labels.more else labels.always)
            self._expression(parsed, labels)
        self._templates(labels)
        scenarios = [(index, self._scenario(s)) for index, s in enumerate(self.body.situations)]
        for index, scenario in scenarios:
            if scenario is not None:
                self._situation(index, scenario, parsed, labels)
        return self.body

    def _parsed(self) -> Node | None:
        """The expression; None when it is none, or when only promtool can tell."""
        try:
            filled = self.body.filled(self.subject, self.body.defaults)
        except Fault as fault:
            self.findings.fault(fault, "expr")
            return None
        wrong = mistake(filled.text)
        if wrong is None:
            return promql_tree.parse(filled.text)
        if wrong.certain:
            index = filled.origin(wrong.index)
            self.findings.at(["expr"], "bad-promql", wrong.message, wrong.hint, index)
            return None
        self.body = dataclasses.replace(self.body, unparsed=True)
        message = f"promql-parser cannot read this, so it is kept as written and promtool decides: {wrong.message}"
        hint = "what depends on reading it (labels, formatting) is not checked here"
        self.findings.warn(["expr"], "unparsed-promql", message, hint)
        return None

    def _expression(self, parsed: Node, labels: Labels) -> None:
        """Whether the expression makes an alert."""
        if not conditional(parsed):
            what = "it gives a number" if parsed.labels is None else "it does so whenever its series are there"
            hint = "compare it with something, e.g. `> 0`; `bool` makes a 0 or 1 of a comparison, and both fire"
            self.findings.at(
                ["expr"], "always-fires", f"an alert fires when its expression gives anything, and {what}", hint
            )
        level, needed = self.body.level, self._needed()
        missing = [label for label in needed if not labels.more and label not in labels.always]
        if missing:
            what = {Level.SERVICE: "of a service"}.get(level, f"about a {level}")
            message = f"an alert {what} must keep {_listed(missing)}, and the expression drops it"
            hint = f"by ({', '.join((*needed, '…'))}); where the series have none, label_replace() can add it"
            self.findings.at(["expr"], "dropped-label", message, hint)

    def _needed(self) -> tuple[str, ...]:
        """The labels without which nobody knows what the alert is about."""
        level = self.body.level
        if level is Level.CLUSTER:
            return ()
        workloads = {WORKLOAD_LABEL[kind] for kind in self.body.kinds}
        if level is Level.WORKLOAD and len(workloads) > 1:
            message = "an alert about a workload is about one kind of it"
            self.findings.at(["per"], "missing-key", message, "say which, e.g. kinds: [Deployment]")
            return ("namespace",)
        more = {Level.CONTAINER: ("pod", "container"), Level.POD: ("pod",), Level.WORKLOAD: tuple(workloads)}
        return ("namespace", *more.get(level, ()))

    def _templates(self, labels: Labels | None) -> None:
        """Go templates: only what the generated tests can render, and only of labels that are there."""
        shows_value = False
        for steps in annotation_steps(self.data):
            text = value_at(self.data, steps)
            for match in re.finditer(r"\{\{(.*?)\}\}|\{\{", text, re.DOTALL):
                inner = (match[1] or "").strip()
                label = re.fullmatch(r"\$labels\.(\w+)", inner)
                if re.fullmatch(r"\$value(\s*\|[^}]+)?", inner):
                    shows_value = True
                elif label is None:
                    message = "this is not a template that the generated tests can render"
                    hint = 'there are {{ $labels.x }}, {{ $value }} and {{ $value | printf "%.0f" }}'
                    self.findings.at(steps, "bad-template", message, hint, match.start())
                elif labels and not labels.has(label[1]):
                    message = f"the expression drops the label '{label[1]}', so this is always empty"
                    self.findings.at(steps, "dropped-label", message, _kept(labels, label[1]), match.start(1) + 1)
        self._values(shows_value=shows_value)

    def _values(self, *, shows_value: bool) -> None:
        """`value` is there where the annotations of what fires are compared word for word, and nowhere in vain."""
        firing = [i for i, s in enumerate(self.body.situations) if s.fires]
        for index in firing:
            value = self.data["scenarios"][index]["fires"].get("value")
            steps = ("scenarios", index, "fires")
            if value is None and shows_value and index == firing[0]:
                message = "the annotations show `$value`, and this scenario does not say what it is"
                self.findings.at_key(steps, "missing-key", message, 'say value: "…" as the annotations format it')
            if value is not None and not shows_value:
                self.findings.at_key([*steps, "value"], "no-effect", "no annotation shows `$value`", "drop it")

    def _scenario(self, situation: Situation) -> Scenario | None:
        try:
            return self.body.scenario(situation, self.world, self.body.defaults)
        except Fault as fault:
            self.findings.fault(fault, "scenarios")
            return None

    def _situation(self, index: int, scenario: Scenario, parsed: Node | None, labels: Labels | None) -> None:
        """Whether a scenario can prove anything."""
        situation = self.body.situations[index]
        steps = ("scenarios", index)
        if not situation.series and situation.fires is None:
            message = "without series the alert is silent whatever its expression says"
            self.findings.at_key(
                [*steps, "series"], "proves-nothing", message, "show the series that it must not fire for"
            )
        if situation.pending and not self.body.for_:
            self.findings.at_key([*steps, "pending"], "contradiction", "an alert without `for` is never pending")
        if situation.fires and scenario.brief:
            message = f"the condition is over before the alert fires: that takes {self.body.for_}"
            place = "until" if situation.fires.until else "from"
            self.findings.at(
                [*steps, "fires", place], "contradiction", message, "let it last, or say `pending: true` instead"
            )
        if parsed is not None:
            self._reading(steps, situation, scenario, parsed)
        if situation.fires:
            self._about([*steps, "fires"], situation.fires, scenario, labels)

    def _reading(self, steps: Sequence[Step], situation: Situation, scenario: Scenario, parsed: Node) -> None:
        """Whether the expression reads the scenario's series."""
        selectors = tuple(promql_tree.selectors(parsed))
        known = {s.metric for s in selectors if s.metric}
        differing: list[str] = []
        selected = False
        for (key, _), series in zip(situation.series, scenario.series, strict=True):
            reading = [s for s in selectors if s.metric in ("", series.metric)]
            if not reading:
                message = f"the expression does not read {series.metric}"
                self.findings.at_key(key.steps, "unread-series", message, did_you_mean(series.metric, known))
            differs = [_differing(series, selector) for selector in reading]
            selected = selected or "" in differs
            differing += filter(None, differs)
        # Where absence fires, series that are not selected are the point of the scenario.
        absence = any(isinstance(n, Call) and n.function in _ABSENT for n in promql_tree.walk(parsed))
        if scenario.breached and differing and not selected and not absence:
            message = f"the expression selects none of these series: {differing[0]}"
            self.findings.warn([*steps, "series"], "selects-nothing", message, "promtool will find that nothing fires")

    def _about(self, steps: Sequence[Step], fires: Firing, scenario: Scenario, labels: Labels | None) -> None:
        """Whether what fires has the labels that the expression gives it."""
        if labels is None or labels.more:
            unknown = labels is not None or self.body.unparsed
            if unknown and "labels" not in value_at(self.data, steps):
                message = "which labels the alert has cannot be told from the expression"
                self.findings.at_key(steps, "missing-key", message, "say all its series labels: labels: {…}")
            return
        for label in fires.labels:
            if not labels.has(label):
                message = f"the expression drops the label '{label}', so nothing fires with it"
                self.findings.at_key([*steps, "labels", label], "dropped-label", message, _kept(labels, label))
        for label in sorted(labels.always - set(fires.labels)):
            if self.body.derived(label, scenario.series) is None:
                several = any(label in series.labels for series in scenario.series)
                message = (
                    f"the alert keeps '{label}', of which the series have {'several values' if several else 'none'}"
                )
                self.findings.at_key(steps, "missing-key", message, f"say which fires: labels: {{{label}: …}}")


def conditional(node: Node) -> bool:
    """Whether an expression can be empty although the series it reads are there: it compares, joins or misses some."""
    match node:
        case Call(function=name) if name in _ABSENT:
            return True
        case Binary(operator="or"):
            return conditional(node.left) and conditional(node.right)
        case Binary(operator=operator) if operator in promql_tree.SETS or (node.filters and node.labels is not None):
            return True
        case Aggregation():
            return conditional(node.of)
    return any(map(conditional, node.children))


def _differing(series: Series, selector: Selector) -> str:
    """The first matcher of a selector that a series does not pass, and what it has there; empty when it passes all."""
    for condition in selector.conditions:
        value = series.labels.get(condition.label, "")
        if not condition.takes(value):
            has = f'{condition.label}="{value}"' if value else f"no {condition.label}"
            return f"it asks for {condition}, and {series.metric} has {has}"
    return ""


def _kept(labels: Labels, label: str) -> str:
    near = nearest(label, labels.named)
    return f"did you mean '{near[0]}'?" if near else f"keep it: by ({', '.join(sorted({*labels.named, label}))})"


def _listed(labels: Sequence[str]) -> str:
    return " and ".join(f"'{label}'" for label in labels)
