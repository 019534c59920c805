from __future__ import annotations

import promql_parser
import pytest
from settings import expansion

from alertgen.measured import Measured, measured
from alertgen.patterns import catalogue
from alertgen.promql import PromQLError


@pytest.mark.parametrize(
    ("expr", "value", "operator", "limit", "constant"),
    [
        pytest.param("up == 0", "up", "==", "0", 0.0, id="a number on the right"),
        pytest.param("5 < errors", "errors", ">", "5", 5.0, id="a number on the left"),
        pytest.param("used >= most", "used", ">=", "most", None, id="another series"),
        pytest.param("errors > 5 and on (job) up == 1", "errors", ">", "5", 5.0, id="what else must be true"),
        pytest.param("errors > 5 unless quiet", "errors", ">", "5", 5.0, id="what must not be true"),
        pytest.param("max by (job) (up == 0)", "up", "==", "0", 0.0, id="inside an aggregation"),
        pytest.param('label_replace(up == 0, "a", "b", "c", "d")', "up", "==", "0", 0.0, id="inside label_replace"),
        pytest.param("new > 3 or old > 3", "new or old", ">", "3", 3.0, id="alternatives with one limit"),
        pytest.param("new > 3 or old > 4", "new", ">", "3", 3.0, id="alternatives with two limits"),
        pytest.param("up > bool 0", "up > bool 0", "", "", None, id="a comparison that gives a number"),
        pytest.param("absent(up)", "absent(up)", "", "", None, id="nothing compared"),
    ],
)
def test_what_is_compared_first_is_measured(
    expr: str, value: str, operator: str, limit: str, constant: float | None
) -> None:
    assert Measured(value, operator, limit, constant) == measured(expr)


def test_what_is_no_promql_is_an_error() -> None:
    with pytest.raises(PromQLError):
        measured("up >")


@pytest.mark.parametrize("alert", catalogue())
def test_of_every_alert_of_the_catalogue_what_is_measured_can_be_asked_for(alert: str) -> None:
    for one in expansion(catalogue()[alert]).alerts:
        about = measured(one.rule.expr)
        promql_parser.parse(about.value)
        assert not about.limit or promql_parser.parse(about.limit)
        assert bool(about.operator) == bool(about.limit)
