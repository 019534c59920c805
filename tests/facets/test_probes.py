"""`probes` in the spec: what may be required of a service's container, and which alerts that switches on."""

from __future__ import annotations

import datetime as dt

import pytest
from examples import ROUTING

from alertgen.compiler import Build, compile_spec
from alertgen.facets.probes import PART, Probes, probes
from alertgen.model import Service
from alertgen.patterns import catalogue
from alertgen.spec import read_service

SERVICE = {"service": "my-app", "namespace": "shop", "team": "web"}


def service(**more: object) -> Service:
    return read_service({**SERVICE, **more})


def compiled(more: str) -> Build:
    """What becomes of a service that says this besides."""
    text = f"service: my-app\nnamespace: shop\nteam: web\n{more}\n"
    return compile_spec([("rules.d/a.yaml", text.encode()), ROUTING], dt.date(2026, 1, 1), "rules.d")


def said(more: str) -> list[str]:
    return [str(diagnostic) for diagnostic in compiled(more).diagnostics]


def alerts(more: str) -> set[str]:
    written = "".join(artifact.text for artifact in compiled(more).artifacts())
    return {alert for alert in catalogue() if f"alert: {alert}\n" in written}


def test_what_is_required_is_read() -> None:
    assert Probes(readiness=True, liveness=True) == PART.read({"readiness": "required", "liveness": "required"}, {})
    assert Probes(liveness=True) == probes(service(probes={"liveness": "required"}))


def test_a_service_that_says_nothing_requires_nothing() -> None:
    assert Probes() == probes(service())


@pytest.mark.parametrize(
    ("probes", "on"),
    [
        ("", set()),
        ("probes: {readiness: required}", {"ReadinessProbeMissing"}),
        ("probes: {liveness: required}", {"LivenessProbeMissing"}),
        ("probes: {readiness: required, liveness: required}", {"ReadinessProbeMissing", "LivenessProbeMissing"}),
    ],
)
def test_each_requirement_switches_its_own_alert_on(probes: str, on: set[str]) -> None:
    assert on == {alert for alert in alerts(probes) if alert.endswith("ProbeMissing")}


def test_probes_that_fail_are_told_of_whatever_is_required() -> None:
    assert {"ReadinessProbeFailing", "LivenessProbeFailing"} <= alerts("")


@pytest.mark.parametrize("probes", ["{}", "{readiness: yes}", "{readiness: true}", "{startup: required}", "required"])
def test_anything_else_is_refused_at_its_place(probes: str) -> None:
    (problem,) = said(f"probes: {probes}")
    assert problem.startswith("rules.d/a.yaml:4:")


def test_tuning_the_alert_about_a_probe_that_is_not_required_has_no_effect() -> None:
    (problem,) = said("alerts: {ReadinessProbeMissing: {for: 1h}}")
    assert problem.startswith("rules.d/a.yaml:4:10: error[no-effect]")
    assert "probes.readiness: required" in problem


def test_a_cronjob_has_no_use_for_them() -> None:
    assert ["rules.d/a.yaml:5:1: error[no-effect]: no alert of a CronJob reads 'probes' as it is here"] == said(
        "kind: CronJob\nprobes: {readiness: required}"
    )
