"""`slo` in the spec: what is read, what is said about what cannot work, and what is made of it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from examples import ROUTING
from settings import expansion

from alertgen.compiler import compile_spec
from alertgen.expand import Expansion, fill, vocabulary
from alertgen.patterns import catalogue
from alertgen.quantity import Duration


def said(slo: str, http: str = "http: {source: ingress-nginx}", alerts: str = "") -> list[str]:
    text = f"service: my-app\nnamespace: shop\nteam: web\n{http}\nslo:\n- {slo}\n{alerts}"
    found = compile_spec([("rules.d/a.yaml", text.encode()), ROUTING], dt.date(2026, 1, 1), "rules.d").diagnostics
    return [str(diagnostic) for diagnostic in found]


def rules(**slo: object) -> Expansion:
    return expansion(catalogue()["SloErrorBudgetBurn"], slo=[{"name": "availability", "objective": 99.9, **slo}])


def test_each_tier_is_an_alert_told_apart_by_the_objective_and_its_windows() -> None:
    found = [
        (a.rule.labels["slo"], a.rule.labels["long_window"], a.rule.labels["short_window"]) for a in rules().alerts
    ]
    windows = [("1h", "5m"), ("6h", "30m"), ("1d", "2h"), ("3d", "6h")]
    assert [("availability", *pair) for pair in windows] == found


def test_fast_burns_page_and_slow_ones_do_not() -> None:
    assert ["critical", "critical", "warning", "warning"] == [a.rule.labels["severity"] for a in rules().alerts]


def test_an_override_of_the_severity_holds_for_every_tier() -> None:
    whole = expansion(catalogue()["SloErrorBudgetBurn"], settings={"severity": "info"})
    assert {"info"} == {a.rule.labels["severity"] for a in whole.alerts}


def test_an_objective_reads_the_same_with_and_without_a_percent_sign() -> None:
    assert rules().alerts[0].rule == rules(objective="99.9%").alerts[0].rule


def test_thresholds_follow_from_objective_and_period() -> None:
    expressions = [alert.rule.expr for alert in rules(objective=99.5, period="28d").alerts]
    assert ["0.0672", "0.028", "0.014", "0.00466666666667"] == [e.rpartition(" > ")[2] for e in expressions]


def test_what_is_recorded_has_identity_labels_only() -> None:
    for record in rules().records:
        assert {"namespace": "shop", "service": "my-app", "slo": "availability"} == record.labels


def test_a_record_looks_at_the_window_that_its_name_says() -> None:
    for slo in ({}, {"below": "1s"}):
        for record in rules(**slo).records:
            name = re.search(r"rate(\w+)$", record.record)
            window = Duration.parse(name[1] if name else "30d")
            assert {str(window)} == set(re.findall(r"\[(\w+)\]", record.expr))


def test_two_objectives_of_the_same_requests_are_recorded_apart() -> None:
    slos = [{"name": "a", "objective": 99.9}, {"name": "b", "objective": 99.5, "min_requests": 70}]
    whole = expansion(catalogue()["SloErrorBudgetBurn"], slo=slos)
    assert {"a", "b"} == {r.labels["slo"] for r in whole.records if r.record == "alertgen:slo_errors:ratio_rate5m"}


def test_a_whole_bound_is_found_however_prometheus_writes_it() -> None:
    assert any(r'le=~"1(\\.0)?"' in record.expr for record in rules(below="1s").records)
    assert any('le="0.5"' in record.expr for record in rules(below="500ms").records)


@pytest.mark.parametrize("slo", ["{name: a, objective: 99.9}", "{name: a, objective: 99, below: 500ms}"])
def test_what_can_work_is_taken(slo: str) -> None:
    assert [] == said(slo)


def test_a_tier_that_cannot_fire_is_an_error_at_the_objective() -> None:
    (wrong,) = said("{name: a, objective: 90}")
    assert wrong.startswith("rules.d/a.yaml:6:24: error[unfirable-tier]: the 1h tier needs an error ratio of 1.44,")


def test_without_the_tier_that_cannot_fire_the_objective_is_taken() -> None:
    assert [] == said("{name: a, objective: 90, budgets: {6h: 5%, 1d: 10%, 3d: 10%}}")


@pytest.mark.parametrize(
    ("slo", "place", "code"),
    [
        ("{name: a, objective: 100}", "6:24", "bad-value"),
        ("{name: a, objective: 0}", "6:24", "bad-value"),
        ("{name: a, objective: 99, period: 1d}", "6:36", "bad-value"),
        ("{name: a, objective: 99, budgets: {1h: 120%}}", "6:42", "bad-value"),
        ("{name: a, objective: 99}\n- {name: a, objective: 95}", "7:10", "duplicate-slo"),
    ],
)
def test_what_makes_no_sense_is_an_error_at_its_place(slo: str, place: str, code: str) -> None:
    (wrong, *_) = said(slo)
    assert wrong.startswith(f"rules.d/a.yaml:{place}: error[{code}]")


def test_a_latency_that_is_no_bound_of_the_histogram_is_an_error() -> None:
    (wrong,) = said("{name: a, objective: 99, below: 700ms}")
    assert wrong.startswith(
        "rules.d/a.yaml:6:35: error[cannot-work]: 700ms is no bound of ingress-nginx's latency hist"
    )


def test_an_objective_without_anybody_who_counts_requests_is_an_error() -> None:
    (wrong,) = said("{name: a, objective: 99}", http="tier: standard")
    assert "error[missing-key]: an objective is about the requests of `http`, and nobody says who counts them" in wrong


def test_a_page_says_when_each_tier_notices_and_what_is_spent_by_then() -> None:
    alert = rules().alerts[0]
    meaning = fill(alert.pattern.runbook.meaning, vocabulary(alert.subject, alert.pattern, alert.settings))
    assert "more than 1.44% of the requests are bad for 2m" in meaning
    assert "52s after 100% of them go bad (2% of the budget gone)" in meaning
    assert "8m38s after 10% of them go bad" in meaning
