"""What is true of all lints, and all lints over the whole catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lintcase import alert
from settings import every_setting

from alertgen.checks import Context, findings, lints
from alertgen.model import Site
from alertgen.patterns import catalogue
from alertgen.spec import read_site

HERE = Path(__file__).parent


@pytest.mark.parametrize("code", lints())
def test_each_lint_is_documented_and_has_its_own_tests(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    summary, _, why = (lints()[code].__doc__ or "").partition("\n\n")
    assert summary.endswith(".")
    assert len(why) > len(summary)
    assert (HERE / f"test_{code.replace('-', '_')}.py").exists()


@pytest.mark.parametrize("alert", catalogue())
def test_no_lint_finds_anything_in_the_catalogue(alert: str) -> None:
    pattern = catalogue()[alert]
    for more in ({}, {"replicas": {"min": 3}}) if "replicas" in pattern.reads else ({},):
        for name, whole in every_setting(pattern, **more):
            assert () == findings(whole), name


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
