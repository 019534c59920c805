from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import examples
import pytest
from examples import ROUTING
from hypothesis import given, settings
from hypothesis import strategies as st
from settings import every_setting, expansion

from alertgen import compiler, inhibition
from alertgen.compiler import Build
from alertgen.expand import Alert
from alertgen.inhibition import label_names, pairs
from alertgen.metrics import KSM
from alertgen.model import Kind
from alertgen.pattern import Level, Pattern
from alertgen.patterns import catalogue
from alertgen.promql import Expr
from alertgen.routing.model import SEVERITIES, InhibitRule, Matcher
from alertgen.routing.silencers import disjoint, silencers

TODAY = dt.date(2026, 11, 23)
SITE = {"site": "prod", "team": "platform"}
WEB = {"service": "web", "namespace": "shop", "team": "web"}
HTTP = {"http": {"source": "ingress-nginx"}, "slo": [{"name": "availability", "objective": 99.9}]}

DECLARED = [
    pytest.param(pattern, name, group.same, id=f"{pattern.alert}-{name}")
    for pattern in catalogue().values()
    for group in pattern.silences
    for name in group.alerts
]


def built(*documents: Mapping[str, Any]) -> Build:
    files = [(f"rules.d/{i}.yaml", json.dumps(document).encode()) for i, document in enumerate(documents)]
    build = compiler.compile_spec([*files, ROUTING], TODAY, "rules.d")
    assert [] == [str(d) for d in build.diagnostics]
    return build


def rules(*documents: Mapping[str, Any]) -> dict[str, InhibitRule]:
    found = built(*documents).inhibit
    assert len(found) == len({rule.name for rule in found})
    return {rule.name: rule for rule in found}


def texts(matchers: tuple[Matcher, ...]) -> list[str]:
    return [str(matcher) for matcher in matchers]


# What patterns declare


@pytest.mark.parametrize(("cause", "name", "same"), DECLARED)
def test_cause_and_symptom_both_have_the_labels_that_must_be_the_same(
    cause: Pattern, name: str, same: tuple[str, ...]
) -> None:
    symptom = catalogue()[name]
    kinds: list[Kind | None] = [None] if cause.once_per_cluster else [k for k in cause.kinds if k in symptom.kinds]
    both = [
        label_names(expansion(cause, kind).alerts[0])
        & label_names(expansion(symptom, None if symptom.once_per_cluster else kind).alerts[0])
        for kind in kinds
    ]
    assert any(set(same) <= labels for labels in both)


def test_no_two_alerts_silence_each_other_not_even_over_others() -> None:
    silences = {p.alert: {n for group in p.silences for n in group.alerts} - {p.alert} for p in catalogue().values()}
    left = dict(silences)
    while ends := [alert for alert, symptoms in left.items() if not symptoms & left.keys()]:
        left = {alert: symptoms for alert, symptoms in left.items() if alert not in ends}
    assert {} == left


def test_what_silences_its_own_milder_form_declares_that_apart() -> None:
    for pattern in catalogue().values():
        assert not [g for g in pattern.silences if pattern.alert in g.alerts and len(g.alerts) > 1]


@pytest.mark.parametrize("alert", catalogue())
def test_an_alert_needs_an_exporter_on_every_kind_of_service_or_on_none(alert: str) -> None:
    found = {name: alert in inhibition.blind(e, KSM) for name, e in every_setting(catalogue()[alert])}
    assert 1 == len(set(found.values())), found


@pytest.mark.parametrize(
    ("alert", "needs"),
    [
        ("PodNotReady", True),
        ("HttpErrorsAfterRollout", True),
        ("LocalTrafficEndpointsUneven", True),  # by a recording rule
        ("WorkloadMissing", True),  # absent() says something, but nothing true
        ("HttpErrorRatioHigh", False),
        ("VolumeAlmostFull", False),  # without kube-state-metrics it only cannot tell which claims are read-only
        ("ContainerCPUThrottled", False),
        ("Watchdog", False),
    ],
)
def test_whether_an_alert_says_anything_true_without_kube_state_metrics(alert: str, needs: bool) -> None:
    e = expansion(catalogue()[alert])
    assert needs is (alert in inhibition.blind(e, KSM))


# Rules of a site


def test_an_outage_silences_what_follows_from_it_in_the_same_service() -> None:
    rule = rules(SITE, {**WEB, **HTTP})["WorkloadDown"]
    assert ['alertname="WorkloadDown"'] == texts(rule.source)
    (target,) = rule.target
    assert {"HttpErrorRatioHigh", "PodNotReady", "SloErrorBudgetBurn", "WorkloadDegraded"} <= set(
        target.value.split("|")
    )
    assert ("namespace", "service") == rule.equal


def test_only_alerts_that_the_site_has_are_named() -> None:
    build = built(SITE, WEB)
    has = {a.rule.alert for d in (None, build.document("shop", "web")) for a in build.estate.expansion(d)[0].alerts}
    named = {name for rule in build.inhibit for m in (*rule.source, *rule.target) for name in m.value.split("|")}
    assert set() == named - has - set(SEVERITIES)


def test_without_the_cause_there_is_no_rule() -> None:
    off = {"alerts": {"WorkloadDown": {"enabled": False, "reason": "a test"}}}
    assert "WorkloadDown" not in rules(SITE, {**WEB, **off})
    assert not any(name.startswith("SloErrorBudgetBurn") for name in rules(SITE, WEB))


def test_a_ticket_never_silences_a_page() -> None:
    page = {"alerts": {"WorkloadDegraded": {"severity": "critical"}}}
    other = {**WEB, "service": "other"}
    both, names = 'severity=~"warning|info"', 'alertname=~"RolloutStuck|WorkloadDegraded"'
    assert [names, both] == texts(rules(SITE, other, {**WEB, **page})["PodsUnschedulable"].target)
    assert ['alertname="RolloutStuck"'] == texts(rules(SITE, {**WEB, **page})["PodsUnschedulable"].target)
    assert [names] == texts(rules(SITE, WEB)["PodsUnschedulable"].target)


def test_what_pages_here_and_writes_a_ticket_there_has_a_rule_for_each() -> None:
    batch = {"service": "report", "namespace": "shop", "team": "web", "tier": "batch"}
    found = rules(SITE, {**WEB, **HTTP}, batch)
    assert 'severity="critical"' in texts(found["WorkloadDown, critical"].source)
    assert "HttpErrorRatioHigh" in str(found["WorkloadDown, critical"].target[0])
    assert 'severity="warning"' in texts(found["WorkloadDown, warning"].source)
    assert "HttpErrorRatioHigh" not in str(found["WorkloadDown, warning"].target[0])


def test_a_fast_burn_silences_the_slow_ones_of_the_same_objective() -> None:
    rule = rules(SITE, {**WEB, **HTTP})["SloErrorBudgetBurn, critical of the same slo"]
    assert ['alertname="SloErrorBudgetBurn"', 'severity="critical"'] == texts(rule.source)
    assert ['alertname="SloErrorBudgetBurn"', 'severity=~"warning|info"'] == texts(rule.target)
    assert ("namespace", "service", "slo") == rule.equal


def test_everything_that_needs_kube_state_metrics_is_silent_without_it() -> None:
    rule = rules(SITE, {**WEB, **HTTP})["KubeStateMetricsMissing"]
    assert {"WorkloadDown", "PodNotReady", "HttpErrorsAfterRollout"} <= set(rule.target[0].value.split("|"))
    assert not {"HttpErrorRatioHigh", "KubeStateMetricsMissing"} & set(rule.target[0].value.split("|"))
    assert () == rule.equal


@pytest.mark.parametrize(
    ("expr", "needs"),
    [
        ("kube_pod_created > 1", True),
        ("sum by (pod) (rate(kube_pod_created[5m])) * 2", True),
        ("up == 0 and on (pod) kube_pod_created", True),
        ("kube_pod_created unless up", True),
        ("absent(kube_pod_created)", True),
        ("time() - max(kube_pod_created) > 60", True),
        ("max_over_time((-kube_pod_created)[1h:1m]) > 0", True),
        ("kube_pod_created or kube_pod_status_phase", True),
        ("kube_pod_created or up", False),
        ("up unless kube_pod_created", False),
        ("absent(up == 1)", False),
        ("vector(1)", False),
        ("not_kube_pod_created", False),
    ],
)
def test_an_expression_needs_what_it_says_nothing_without(expr: str, needs: bool) -> None:
    pattern = replace(catalogue()["PodNotReady"], expr=lambda _s, _p: Expr(expr))
    assert needs is ("PodNotReady" in inhibition.blind(examples.expansion(patterns={"PodNotReady": pattern}), KSM))


@pytest.mark.parametrize(
    ("site", "equal"),
    [
        ({}, ("namespace", "service")),
        ({"cluster_label": "cluster"}, ("cluster", "namespace", "service")),
        ({"external_labels": {"region": "eu", "cluster": "a"}}, ("cluster", "region", "namespace", "service")),
        ({"cluster_label": "k8s", "external_labels": {"region": "eu"}}, ("k8s", "region", "namespace", "service")),
    ],
)
def test_clusters_do_not_silence_each_other(site: Mapping[str, Any], equal: tuple[str, ...]) -> None:
    found = rules({**SITE, **site}, WEB)
    assert equal == found["WorkloadDown"].equal
    assert equal[:-2] == found["KubeStateMetricsMissing"].equal


def test_more_services_make_no_more_rules() -> None:
    many = [{"service": f"s{i}", "namespace": "shop", "team": f"t{i}"} for i in range(40)]
    assert built(SITE, WEB).inhibit == built(SITE, *many).inhibit


# The rules do what the pairs say


@functools.cache
def repository() -> Build:
    """This repository's own site."""
    root = Path(__file__).parent.parent
    files = [(str(p.relative_to(root)), p.read_bytes()) for p in sorted((root / "rules.d").glob("*.yaml"))]
    return compiler.compile_spec(files, TODAY, "rules.d")


def test_no_alert_can_be_on_both_sides_of_a_rule() -> None:
    assert [] == [rule.name for rule in repository().inhibit if not disjoint(rule)]


SEVERITY = st.sampled_from([None, "critical", "warning", "info"])
TUNED = ["WorkloadDown", "WorkloadDegraded", "ContainerCrashLooping", "PodNotReady", "HttpErrorRatioHigh"]
SERVICES = st.lists(
    st.tuples(st.sampled_from(["standard", "critical", "batch"]), st.booleans(), *[SEVERITY] * len(TUNED)),
    min_size=1,
    max_size=3,
)


def document(index: int, tier: str, with_http: bool, *severities: str | None) -> dict[str, Any]:
    alerts = {name: {"severity": s} for name, s in zip(TUNED, severities, strict=True) if s}
    if not with_http:
        alerts.pop("HttpErrorRatioHigh", None)
    more = {**(HTTP if with_http else {}), **({"alerts": alerts} if alerts else {})}
    return {"service": f"s{index}", "namespace": "shop", "team": "web", "tier": tier, **more}


@settings(max_examples=15)
@given(SERVICES)
def test_in_every_service_the_rules_silence_what_is_declared_and_nothing_else(wanted: list[Any]) -> None:
    build = built(SITE, *(document(i, *each) for i, each in enumerate(wanted)))
    for entry in build.entries:
        whole, _ = build.estate.expansion(entry.document)
        once, _ = build.estate.expansion(None)
        firing = [fired(alert) for alert in (*once.alerts, *whole.alerts)]
        expected = {
            (p.symptom, p.symptom_severity, p.cause, p.cause_severity)
            for p in (*pairs((*once.alerts, *whole.alerts), whole), *pairs(once.alerts, once))
            if p.holds(SEVERITIES)
        }
        got = {
            (labels["alertname"], labels["severity"], s.cause["alertname"], s.cause["severity"])
            for labels, found in zip(firing, silencers(build.inhibit, firing), strict=True)
            for s in found
        }
        assert expected == got


def fired(alert: Alert) -> dict[str, str]:
    """Labels as the alert may have them when it fires; those that come from series are the same for all."""
    same = {name: f"a {name}" for name in label_names(alert)}
    service = alert.subject.service if alert.pattern.level is not Level.CLUSTER else None
    own = {"namespace": service.namespace} if service else {}
    return {**same, **own, **alert.rule.labels, "alertname": alert.rule.alert}
