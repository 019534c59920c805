from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

from alertgen.model import Site
from alertgen.quantity import Duration

CODE = "short-range"


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        ("rate(x[1m]) > 1", "x[1m] is shorter than 4 scrape intervals of 30s"),
        ("rate(x[119s]) > 1", "x[1m59s] is shorter than 4 scrape intervals of 30s"),
        ("rate(x[100ms] offset 1h) > 1", "x[100ms] offset 1h is shorter than 4 scrape intervals of 30s"),
        ("max_over_time(rate(x[1m])[1h:]) > 1", "x[1m] is shorter than 4 scrape intervals of 30s"),
        ("max_over_time(a:b[1m]) > 1", "a:b[1m] is shorter than 4 evaluation intervals of 30s"),
    ],
)
def test_a_range_of_too_few_samples_is_found(expr: str, message: str) -> None:
    assert [message] == messages(CODE, alert(expr))


@pytest.mark.parametrize(
    "expr", ["rate(x[2m]) > 1", "rate(x[5m]) > 1", "max_over_time((x > 1)[1m:10s]) > 1", "x offset 10s > 1"]
)
def test_ranges_that_are_long_enough_and_subqueries_are_fine(expr: str) -> None:
    assert [] == messages(CODE, alert(expr))


def test_what_is_recorded_is_measured_in_evaluations() -> None:
    site = Site(scrape_interval=Duration(120), evaluation_interval=Duration(15))
    assert [] == messages(CODE, alert("max_over_time(a:b[1m]) > 1", site=site))
    assert [] != messages(CODE, alert("max_over_time(x[5m]) > 1", site=site))


@pytest.mark.parametrize(("window", "setting"), [("1m", "window"), ("2m", "expr")])
def test_the_parameter_that_the_range_is_from_is_named(window: str, setting: str) -> None:
    (finding,) = findings(CODE, alert("rate(x[1m]) > 1", window=window))
    assert setting == finding.setting
    assert "use 2m or more: after a failed scrape it may give nothing" == finding.hint


def test_two_parameters_of_that_value_leave_the_expression() -> None:
    (finding,) = findings(CODE, alert("rate(x[1m]) > 1", window="1m", pause="1m"))
    assert "expr" == finding.setting


def test_recording_rules_are_looked_at_as_well() -> None:
    (finding,) = findings(CODE, alert("x", record="rate(x[1m])"))
    assert ("a:record", "expr") == (finding.alert, finding.setting)
