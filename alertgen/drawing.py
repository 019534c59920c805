"""A scenario as a picture: what the alert measures, the limit, and when it was pending and firing. Pure.

promtool is asked for the values, evaluation by evaluation: every question expects nothing, so that promtool tells what
there is instead.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from alertgen import samples
from alertgen.expand import Alert, Expansion
from alertgen.measured import Measured, measured
from alertgen.model import Scenario
from alertgen.promql import Selector
from alertgen.promtool_output import Failure
from alertgen.testgen.generate import alone
from alertgen.testgen.testfile import ExprCase, TestGroup
from alertgen.unittests import seconds

MOST_POINTS: Final = 240
"""Of a longer scenario, every second or third evaluation is drawn."""

_HUGE: Final = 1e300
"""Beyond it there is no room for a margin; infinity is beyond it, too."""

_VALUE, _LIMIT, _STATE = "value", "limit", "state"
_NAME: Final = "__name__"


@dataclass(frozen=True, slots=True)
class Sitter:
    """What is to be drawn: a scenario of an alert of a service."""

    expansion: Expansion
    alert: Alert
    scenario: Scenario


Curve = Mapping[int, float]
"""A series: its value at each evaluation, by seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One scenario. Times are seconds from its start; `step` lies between two that are drawn."""

    alert: str
    sentence: str
    step: int
    until: int
    measured: Measured
    curves: Mapping[str, Curve]
    """What is compared: each series, called by the labels that tell it from the others."""
    limits: Mapping[str, Curve]
    """What it is compared with, where that is no number."""
    pending: frozenset[int]
    firing: frozenset[int]

    @property
    def times(self) -> range:
        """The evaluations that are drawn."""
        return range(0, self.until + 1, self.step)

    @property
    def extent(self) -> tuple[float, float]:
        """The lowest and the highest value that is drawn, the limit included; never the same."""
        found = [value for curve in (*self.curves.values(), *self.limits.values()) for value in curve.values()]
        finite = [value for value in found if abs(value) <= _HUGE]
        if self.measured.constant is not None:
            finite.append(self.measured.constant)
        low, high = min(finite, default=0.0), max(finite, default=1.0)
        return (low, high) if low < high else (low - 1, high + 1)

    def spans(self, times: frozenset[int]) -> Iterator[tuple[int, int]]:
        """Runs of evaluations: from the first one to a step after the last."""
        start: int | None = None
        for time in self.times:
            if time in times and start is None:
                start = time
            elif time not in times and start is not None:
                yield start, time
                start = None
        if start is not None:
            yield start, self.until + self.step


def questions(expansion: Expansion, alert: Alert, scenario: Scenario) -> TestGroup:
    """The scenario by itself, and what is asked in it."""
    group = alone(expansion, alert, scenario)
    about = measured(alert.rule.expr)
    state = Selector.of("ALERTS", {"alertname": alert.rule.alert, **alert.told_apart}).text
    asked = {_STATE: state, _VALUE: about.value}
    if about.limit and about.constant is None:
        asked[_LIMIT] = about.limit
    stride = _stride(group.until // group.step + 1)
    cases = tuple(
        ExprCase(time, f"{expr} # {what}", None)
        for time in range(0, group.until + 1, group.step * stride)
        for what, expr in asked.items()
    )
    return replace(group, alert_cases=(), expr_cases=cases)


def drawn(alert: Alert, scenario: Scenario, asked: TestGroup, answers: Iterable[Failure]) -> Drawing:
    """The picture, from what promtool answered."""
    found: dict[str, dict[int, Sequence[samples.Sample]]] = {_VALUE: {}, _LIMIT: {}, _STATE: {}}
    for answer in answers:
        what = (answer.expr or "").rpartition(" # ")[2]
        if what in found:
            found[what][round(seconds(answer.at))] = samples.samples(answer.got)
    states = {
        state: frozenset(
            time
            for time, present in found[_STATE].items()
            if any(sample.labels.get("alertstate") == state for sample in present)
        )
        for state in ("pending", "firing")
    }
    return Drawing(
        alert=alert.title,
        sentence=scenario.name,
        step=asked.step * _stride(asked.until // asked.step + 1),
        until=asked.until,
        measured=measured(alert.rule.expr),
        curves=_curves(found[_VALUE]),
        limits=_curves(found[_LIMIT]),
        pending=states["pending"] - states["firing"],
        firing=states["firing"],
    )


def _stride(evaluations: int) -> int:
    return -(-evaluations // MOST_POINTS)


def _curves(answers: Mapping[int, Sequence[samples.Sample]]) -> Mapping[str, Curve]:
    series: defaultdict[tuple[tuple[str, str], ...], dict[int, float]] = defaultdict(dict)
    for time, present in answers.items():
        for sample in present:
            value = _number(sample.value)
            if value is not None:
                series[tuple(sorted(sample.labels.items()))][time] = value
    names = _told_apart([dict(labels) for labels in series])
    return dict(sorted(zip(names, series.values(), strict=True), key=lambda named: named[0]))


def _told_apart(series: Sequence[Mapping[str, str]]) -> list[str]:
    """What to call each series: the labels that they do not all have alike."""
    names = sorted({name for labels in series for name in labels if name != _NAME})
    differing = [name for name in names if len({labels.get(name) for labels in series}) > 1]
    return [", ".join(f"{name}={labels[name]}" for name in differing if name in labels) for labels in series]


def _number(text: str) -> float | None:
    """The value; None for a native histogram and for what is not a number."""
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value
