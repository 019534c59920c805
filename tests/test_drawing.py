from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import PurePath

from hypothesis import given
from hypothesis import strategies as st
from settings import expansion

from alertgen.drawing import MOST_POINTS, Drawing, drawn, questions
from alertgen.expand import Alert, Expansion
from alertgen.measured import Measured
from alertgen.model import Scenario
from alertgen.patterns import catalogue
from alertgen.promtool_output import Failure
from alertgen.testgen.situations import situations

EMPTY = Drawing(
    alert="Down",
    sentence="fires",
    step=30,
    until=120,
    measured=Measured("up", "==", "0", 0.0),
    curves={},
    limits={},
    pending=frozenset(),
    firing=frozenset(),
)


def first(name: str) -> tuple[Expansion, Alert, Scenario]:
    whole = expansion(catalogue()[name])
    alert = whole.alerts[0]
    return whole, alert, situations(whole)[alert.title][0]


def answer(expr: str, at: str, got: str) -> Failure:
    return Failure(file=PurePath("0.yaml"), raw="", expr=expr, at=at, got=got)


def test_each_evaluation_is_asked_for_the_value_and_the_state() -> None:
    group = questions(*first("ContainerMemoryNearLimit"))
    times = {case.at for case in group.expr_cases}
    assert times == set(range(0, group.until + 1, group.step))
    assert ["state", "value"] == sorted(c.expr.rpartition(" # ")[2] for c in group.expr_cases if not c.at)
    assert not group.alert_cases


def test_a_limit_that_is_no_number_is_asked_for_too() -> None:
    group = questions(*first("HpaMaxedOut"))
    assert {"state", "value", "limit"} == {case.expr.rpartition(" # ")[2] for case in group.expr_cases}


def test_of_a_scenario_that_takes_days_some_evaluations_are_asked_for() -> None:
    whole, alert, scenario = first("ContainerMemoryNearLimit")
    assert scenario.breached
    long = replace(scenario, breached=replace(scenario.breached, end=3 * 86_400))
    group = questions(whole, alert, long)
    assert MOST_POINTS // 2 < len({case.at for case in group.expr_cases}) <= MOST_POINTS


def test_answers_become_curves_and_states() -> None:
    whole, alert, scenario = first("ContainerMemoryNearLimit")
    asked = questions(whole, alert, scenario)
    drawing = drawn(
        alert,
        scenario,
        asked,
        [
            answer("x # value", "30s", '{pod="a", job="j"} 5E-01, {pod="b", job="j"} 7E-01'),
            answer("x # value", "1m", '{pod="a", job="j"} NaN'),
            answer("ALERTS # state", "30s", '{__name__="ALERTS", alertstate="pending"} 1E+00'),
            answer("ALERTS # state", "1m", '{__name__="ALERTS", alertstate="firing"} 1E+00'),
        ],
    )
    assert {"pod=a": {30: 0.5}, "pod=b": {30: 0.7}} == drawing.curves
    assert (frozenset({30}), frozenset({60})) == (drawing.pending, drawing.firing)


def test_the_extent_has_the_limit_in_it_and_is_never_empty() -> None:
    assert (0.0, 2.0) == replace(EMPTY, curves={"": {0: 2.0}}).extent
    assert (-1.0, 1.0) == EMPTY.extent
    assert (0.0, 1.0) == replace(EMPTY, measured=Measured("absent(up)")).extent
    assert (0.0, 3.0) == replace(EMPTY, curves={"": {0: float("inf"), 30: 3.0}}).extent


@given(st.sets(st.integers(0, 4)))
def test_spans_cover_the_times_and_nothing_else(numbers: set[int]) -> None:
    times = frozenset(30 * number for number in numbers)
    spans = list(EMPTY.spans(times))
    assert times == {time for start, end in spans for time in range(start, end, 30)}
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(spans))
