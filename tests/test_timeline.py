"""The states of an alert over time, from what promtool answers."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from alertgen import rulefile, timeline, unittests, yamlnode
from alertgen.promtool_output import Failure
from alertgen.suite import Source
from alertgen.timeline import Timeline
from alertgen.trials import bench
from alertgen.unittests import seconds

RULES = """\
groups:
- name: g
  rules:
  - {alert: Down, expr: up == 0, for: 2m, labels: {severity: page, job: '{{ $labels.job }}'}}
  - {alert: Down, expr: up == 0, labels: {severity: ticket}}
"""
TESTS = """\
rule_files: [r.yaml]
tests:
- interval: 1m
  input_series: [{series: up, values: 0x9}]
  alert_rule_test: [{eval_time: 3m, alertname: Down}]
"""


def answer(at: str, got: str, group: int = 0) -> Failure:
    return Failure(file=Path("t.yaml"), raw="", expr=f"ALERTS # {group}", at=at, got=got)


def alert(state: str, severity: str) -> str:
    return f'{{__name__="ALERTS", alertname="Down", alertstate="{state}", job="a", severity="{severity}"}} 1E+00'


def test_the_alerts_of_a_rule_are_told_from_those_of_another_by_its_fixed_labels() -> None:
    page, ticket = (rule for file in rulefile.parse("r.yaml", RULES) for rule in file.rules)
    both = ", ".join([alert("pending", "page"), alert("firing", "ticket")])
    seen = timeline.alerts([answer("1m", both), answer("2m", both, group=1)])
    assert {0, 1} == seen.keys()
    assert Timeline({60.0: 1}, {}, 60.0) == timeline.timeline(page, seen[0], 60.0)
    assert Timeline({}, {60.0: 1}, 60.0) == timeline.timeline(ticket, seen[0], 60.0)


def test_other_answers_are_no_alerts() -> None:
    assert {} == timeline.alerts(
        [Failure(file=Path("t.yaml"), raw="", expr="up # 0", at="1m", got=alert("firing", "x"))]
    )


def test_between_evaluations_the_last_one_counts() -> None:
    line = Timeline({60.0: 1}, {120.0: 2}, 60.0)
    assert [(0, 0), (1, 0), (1, 0), (0, 2), (0, 0)] == [line.at(time) for time in (59, 60, 119, 130, 180)]
    assert [False, False, True] == [line.has_fired(before) for before in (120, 179, 180)]


@given(st.integers(0, 10**9))
def test_a_probe_asks_at_the_millisecond(milliseconds: int) -> None:
    node = timeline.probe("up", milliseconds / 1000)
    asked = unittests.seconds(yamlnode.text(yamlnode.child(node, "eval_time")))
    assert milliseconds == round(asked * 1000)


def test_every_evaluation_until_the_last_assertion_is_asked_about() -> None:
    source = Source("t.yaml", unittests.parse("t.yaml", TESTS), rulefile.parse("r.yaml", RULES), ("r.yaml",))
    stand = bench(source, source.loaded[0])
    assert stand is not None
    assert [0.0, 60.0, 120.0, 180.0] == timeline.steps(stand, 0, 180.0)
    probed = unittests.parse("p.yaml", timeline.probes(stand, ["x.yaml"]))
    assert probed is not None
    assert ["x.yaml"] == [pattern for pattern, _ in probed.rule_files]
    assert [("ALERTS # 0", number * 60.0) for number in range(4)] == [
        (a.expr, seconds(a.eval_time)) for a in probed.groups[0].assertions
    ]
    assert [series.values for series in probed.groups[0].series] == ["0x9"]


def test_of_very_many_evaluations_some_are_asked_about_and_those_that_are_asserted() -> None:
    tests = TESTS.replace("interval: 1m", "interval: 1m").replace("3m", "99999m")
    source = Source("t.yaml", unittests.parse("t.yaml", tests), rulefile.parse("r.yaml", RULES), ("r.yaml",))
    stand = bench(source, source.loaded[0])
    assert stand is not None
    asked = timeline.steps(stand, 0, 99_999 * 60.0)
    assert len(asked) <= timeline.MOST_STEPS * 1.1
    assert 99_999 * 60.0 == asked[-1]
