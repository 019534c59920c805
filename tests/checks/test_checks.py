"""What is true of all lints, and all lints over the whole catalogue."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lintcase import alert

from alertgen.checks import Context, findings, lints
from alertgen.diagnostics import Location
from alertgen.expand import Expansion, expand
from alertgen.model import Kind, Select, Service, Site
from alertgen.patterns import catalogue
from alertgen.spec import Layer, read_site

HERE = Path(__file__).parent


@pytest.mark.parametrize("code", lints())
def test_each_lint_is_documented_and_has_its_own_tests(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    summary, _, why = (lints()[code].__doc__ or "").partition("\n\n")
    assert summary.endswith(".")
    assert len(why) > len(summary)
    assert (HERE / f"test_{code.replace('-', '_')}.py").exists()


def _expansions() -> Iterator[tuple[str, Expansion]]:
    asked_for = {name: {"enabled": True} for name, pattern in catalogue().items() if not pattern.enabled}
    layer = Layer("test", asked_for, lambda *_: None)
    for site in (Site(), Site(cluster_label="cluster")):
        several = ", several clusters" if site.cluster_label else ""
        services = [
            Service(
                name="my-app", namespace="shop", team="web", tier="standard", container="app", kind=kind, select=select,
                min_replicas=replicas,
            )
            for kind in Kind
            for select in Select
            for replicas in (None, 3)
        ]  # fmt: skip
        for service in (*services, None):
            whole, problems = expand(site, service, catalogue(), [layer], dt.date(2026, 1, 1), Location("test", 1, 1))
            assert not problems
            name = f"{service.kind} by {service.select}, {service.min_replicas} replicas" if service else "cluster"
            yield f"{name}{several}", whole


@pytest.mark.parametrize("expansion", [pytest.param(e, id=name) for name, e in _expansions()])
def test_no_lint_finds_anything_in_the_catalogue(expansion: Expansion) -> None:
    assert () == findings(expansion)


def test_a_thing_that_is_wrong_twice_in_an_expression_is_said_once() -> None:
    found = [f for f in findings(alert("rate(x[1m]) > 1 and rate(x[1m]) < 3")) if f.code == "short-range"]
    assert 1 == len(found)


def test_each_finding_has_the_code_of_its_lint() -> None:
    whole = alert(
        'sum by (pod, uid) (x_total{job="a"}) * on (pod) group_left () kube_pod_created{job="b"} > count(y) == 0',
        site=Site(cluster_label="cluster", required_labels=("a",), required_annotations=("b",)),
        for_="45s",
        labels={"alertname": "{{ $value }}", "pod": "a"},
        summary="{{ $labels.nothing }}{{",
    )
    for code, lint in lints().items():
        assert {code} >= {finding.code for finding in lint.check(Context(whole))}


def test_an_expression_that_only_promtool_can_read_is_left_to_it() -> None:
    whole = alert("increase(x_total[1m] anchored) > 5", summary="{{ $labels.a }}")
    assert () == findings(whole)


def test_the_texts_of_such_an_alert_are_read_nevertheless() -> None:
    whole = alert("increase(x_total[1m] anchored) > 5", summary="{{ $labels.a")
    assert ["template-syntax"] == [finding.code for finding in findings(whole)]


def test_the_site_says_what_is_required() -> None:
    site = read_site({"required_labels": ["team"], "required_annotations": ["runbook_url"]})
    assert (("team",), ("runbook_url",)) == (site.required_labels, site.required_annotations)
