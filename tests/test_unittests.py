"""Test files of others: what they assert, in promtool's order, and copies with fewer tests."""

from __future__ import annotations

import pytest
import yaml

from alertgen.diagnostics import Location
from alertgen.unittests import InputSeries, Run, TestFile, parse, seconds

FILE = """\
rule_files: [a.yaml, "b/*.yaml"]
evaluation_interval: 30s
group_eval_order: [one]
tests:
- interval: 1m
  input_series:
  - series: 'up{job="a"}'
    values: 1 0x5
  promql_expr_test:
  - {expr: up, eval_time: 1m, exp_samples: [{labels: up, value: 1}]}
  alert_rule_test:
  - {eval_time: 10m, alertname: Down}
  - eval_time: 5m
    alertname: Down
    exp_alerts: [{exp_labels: {job: a}, exp_annotations: {summary: x}}]
- name: second
"""


def parsed(text: str = FILE) -> TestFile:
    found = parse("t.yaml", text)
    assert found
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5m", 300), ("1h30m", 5400), ("90s", 90), ("100ms", 0.1), ("1d", 86400), ("0", 0), ("", 0), ("5", 0), ("x5m", 0)],
)
def test_durations_are_as_promtool_takes_them(text: str, expected: float) -> None:
    assert expected == pytest.approx(seconds(text))


def test_alerts_are_judged_by_time_and_expressions_after_them() -> None:
    first, second = parsed().groups
    assert ["Down at 5m", "Down at 10m", "up at 1m"] == [str(a) for a in first.assertions]
    assert [1, 0, 1] == [a.expected for a in first.assertions]
    assert Location("t.yaml", 14, 16) == first.assertions[0].at
    assert 600 == first.until
    assert ("unnamed#0", "second") == (first.title, second.title)
    assert () == second.assertions


def test_what_is_expected_is_known() -> None:
    (assertion, *_) = parsed().groups[0].assertions
    assert ({"job": "a"},) == assertion.labels
    assert ({"summary": "x"},) == assertion.annotations


def test_patterns_of_rule_files_have_their_places() -> None:
    assert (("a.yaml", Location("t.yaml", 1, 14)), ("b/*.yaml", Location("t.yaml", 1, 22))) == parsed().rule_files


def test_without_an_interval_rules_are_evaluated_each_minute() -> None:
    assert 60 == parsed("tests: []").evaluation_interval


def test_a_copy_differs_in_its_rule_files_and_tests_alone() -> None:
    copy = yaml.safe_load(parsed().copy(["/tmp/x.yaml"], [1]))
    assert yaml.safe_load(FILE) | {"rule_files": ["/tmp/x.yaml"], "tests": [{"name": "second"}]} == copy


@pytest.mark.parametrize("text", ["", "# nothing", "[]", "text"])
def test_what_is_no_mapping_is_no_test_file(text: str) -> None:
    assert parse("t.yaml", text) is None


@pytest.mark.parametrize(
    ("values", "runs"),
    [
        ("0x9", [Run(0, 540)]),
        ("1 2 3+1x2", [Run(0, 240)]),
        ("_x6 60+60x5", [Run(360, 660)]),
        ("7 _x20", [Run(0, 0)]),
        ("7 _ 8 stale 9", [Run(0, 0), Run(120, 120, stale=True), Run(240, 240)]),
        ("{{schema:0 count:1}}x4 _ 1", [Run(0, 240), Run(360, 360)]),
        ("_ stale", []),
        ("", []),
    ],
)
def test_samples_are_in_runs_between_gaps(values: str, runs: list[Run]) -> None:
    assert runs == list(InputSeries("up", values, Location("t", 1, 1)).runs(60.0))
