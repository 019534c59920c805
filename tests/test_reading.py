"""What an expression reads in the end."""

from __future__ import annotations

from alertgen import rulefile
from alertgen.reading import Rules

RULES = """\
groups:
- name: g
  rules:
  - {record: "job:errors:rate5m", expr: 'sum by (job) (rate(errors_total{env="prod"}[5m]))'}
  - {alert: Errors, expr: 'job:errors:rate5m > 1'}
  - {alert: Meta, expr: 'ALERTS{alertname="Errors"} == 1'}
  - {alert: Gone, expr: 'absent(up{job="a"})'}
  - {alert: New, expr: 'smoothed(up) > 1 and ???'}
"""


def rules() -> Rules:
    (file,) = rulefile.parse("r.yaml", RULES)
    return Rules(file.rules)


def test_recording_rules_are_followed_to_what_they_come_of() -> None:
    reads = rules().alert("Errors")
    assert reads.takes("errors_total", {"env": "prod", "job": "a"})
    assert reads.takes("job:errors:rate5m", {})
    assert not reads.takes("errors_total", {"env": "test"})
    assert 300 == reads.window
    assert {"Errors", "job:errors:rate5m"} == {rule.name for rule in reads.rules}


def test_alerts_are_followed_through_the_series_about_them() -> None:
    assert rules().alert("Meta").takes("errors_total", {"env": "prod"})


def test_absence_needs_no_series() -> None:
    assert rules().alert("Gone").from_nothing
    assert not rules().alert("Errors").from_nothing


def test_nothing_is_concluded_from_what_cannot_be_parsed() -> None:
    assert not rules().alert("New").known


def test_a_metric_named_by_a_regular_expression_may_be_any() -> None:
    assert rules().expr('{__name__=~"up|down",job="a"}').takes("up", {"job": "a"})
    assert not rules().expr('{__name__=~"up|down",job="a"}').takes("up", {"job": "b"})
