from __future__ import annotations

from lintcase import alert, findings, messages

from alertgen.model import Site

CODE = "required-label"


def test_a_label_that_nobody_sets_is_found() -> None:
    (finding,) = findings(CODE, alert("x > 1", site=Site(required_labels=("cost_center",))))
    assert "it lacks the label 'cost_center', which the site requires" == finding.message
    assert finding.hint.startswith("say labels: {cost_center: …}")
    assert ("Example", None) == (finding.alert, finding.setting)


def test_labels_of_the_rule_the_series_and_the_site_count() -> None:
    site = Site(
        required_labels=("alertname", "severity", "team", "app", "own", "pod", "cluster"),
        external_labels={"cluster": "prod"},
    )
    assert [] == messages(CODE, alert("max by (pod) (x) > 1", site=site, labels={"own": "yes"}))


def test_a_label_that_only_some_series_have_does_not_count() -> None:
    site = Site(required_labels=("pod",))
    assert [] != messages(CODE, alert("max by (pod) (x) > 1 or max by (node) (y) > 1", site=site))
    assert [] != messages(CODE, alert("x > 1", site=site))
