from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

from alertgen.checks import findings as all_findings
from alertgen.expand import expand_with_defaults
from alertgen.model import Kind, Service, Site
from alertgen.pattern import Level
from alertgen.patterns import catalogue

CODE = "required-annotation"


def test_an_annotation_that_is_there_is_fine() -> None:
    site = Site(required_annotations=("summary", "runbook_url"))
    assert [] == messages(CODE, alert("x > 1", site=site))


@pytest.mark.parametrize(
    ("name", "hint"),
    [("dashboard_url", "say dashboard: https://… in the service"), ("owner", "say annotations: {owner: …}")],
)
def test_the_hint_says_where_it_comes_from(name: str, hint: str) -> None:
    (finding,) = findings(CODE, alert("x > 1", site=Site(required_annotations=(name,))))
    assert f"it lacks the annotation '{name}', which the site requires" == finding.message
    assert finding.hint.startswith(hint)


def test_an_alert_of_the_cluster_has_no_service_to_say_it() -> None:
    site = Site(required_annotations=("dashboard_url",))
    (finding,) = findings(CODE, alert("x > 1", site=site, level=Level.CLUSTER))
    assert finding.hint.startswith("say annotations: {dashboard_url: …}")


def test_what_all_alerts_of_a_service_lack_is_said_once() -> None:
    service = Service(name="a", namespace="b", team="c", tier="standard", kind=Kind.DEPLOYMENT, container="a")
    whole = expand_with_defaults(Site(required_annotations=("dashboard_url",)), service, catalogue())
    assert [("", "its alerts lack the annotation 'dashboard_url', which the site requires")] == [
        (finding.alert, finding.message) for finding in all_findings(whole)
    ]
