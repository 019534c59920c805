from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import pytest

from alertgen import compiler
from alertgen.compiler import Build

WEB = {"service": "web", "namespace": "shop", "team": "web"}


def built(*inhibit: Mapping[str, Any]) -> Build:
    routing = {
        "default": "all",
        "heartbeat": {"receiver": "all"},
        "teams": {"web": {"page": "all", "ticket": "all"}},
        "receivers": {"all": {"webhook": {"url": "http://all/"}}},
        "inhibit": list(inhibit),
    }
    documents = [{"site": "prod", "team": "web", "external_labels": {"cluster": "a"}}, WEB, {"routing": routing}]
    files = [(f"{i}.yaml", json.dumps(document).encode()) for i, document in enumerate(documents)]
    return compiler.compile_spec(files, dt.date(2026, 11, 23), "rules.d")


def rule(when: Any, silence: Any, *equal: str) -> Mapping[str, Any]:
    return {"when": {"alertname": when}, "silence": {"alertname": silence}, "equal": list(equal)}


def problems(*inhibit: Mapping[str, Any]) -> list[str]:
    return [f"{d.severity}[{d.code}]: {d.message} ({d.hint})" for d in built(*inhibit).diagnostics]


def test_a_sites_own_rules_come_before_those_of_the_patterns() -> None:
    build = built(rule("WorkloadDown", "ContainerOOMKilled", "cluster", "namespace", "service"))
    assert () == build.diagnostics
    text = build.routing_artifacts[0].text
    own = (
        "inhibit_rules:\n# inhibit 1 of the routing document\n"
        """- source_matchers: ['alertname="WorkloadDown"']\n"""
        """  target_matchers: ['alertname="ContainerOOMKilled"']\n"""
        "  equal: [cluster, namespace, service]\n#"
    )
    assert own in text
    assert "# WorkloadMissing\n" in text


@pytest.mark.parametrize(
    ("equal", "expected"),
    [
        ("pod", "no alert under `when` has the label 'pod', so the two never agree in it"),
        ("zone", "no alert on either side has the label 'zone', so all of them agree in it"),
    ],
)
def test_a_label_in_equal_that_is_missing_is_an_error(equal: str, expected: str) -> None:
    (problem,) = problems(rule("WorkloadDown", "ContainerOOMKilled", "service", equal))
    assert f"error[missing-label]: {expected} (both have: cluster, namespace, service, team, tier)" == problem


def test_the_error_stands_at_the_label() -> None:
    (problem,) = built(rule("WorkloadDown", "ContainerOOMKilled", "service", "zone")).diagnostics
    assert "2.yaml" == problem.location.path
    assert '"zone"' == json.dumps(
        {"routing": {"default": "all", "heartbeat": {"receiver": "all"},
        "teams": {"web": {"page": "all", "ticket": "all"}},
        "receivers": {"all": {"webhook": {"url": "http://all/"}}},
        "inhibit": [rule("WorkloadDown", "ContainerOOMKilled", "service", "zone")]}}
    )[problem.location.column - 1 :][:6]  # fmt: skip


def test_rules_about_alerts_of_others_are_taken_as_they_are() -> None:
    assert [] == problems(rule("KubeNodeNotReady", "KubePodNotReady", "zone"))


def test_a_slip_of_the_pen_is_noticed() -> None:
    (problem,) = problems(rule("WorkloadDwon", "ContainerOOMKilled", "service"))
    assert "warning[unknown-alert]: no alert here is called WorkloadDwon (did you mean 'WorkloadDown'?)" == problem


def test_the_opposite_of_what_a_pattern_declares_would_silence_both() -> None:
    (problem,) = problems(rule("PodNotReady", "WorkloadDown", "cluster", "namespace", "service"))
    assert problem.startswith("warning[mutual-inhibition]: each may silence the other")
    assert "'WorkloadDown' is the opposite" in problem


def test_two_rules_of_the_site_may_be_opposites_too() -> None:
    found = problems(
        rule("PodNotReady", "HpaMaxedOut", "service"),
        rule("HpaMaxedOut", "PodNotReady", "service"),
    )
    assert [] == [p for p in found if "mutual" in p]  # there is no HpaMaxedOut here
    found = problems(
        rule("ContainerOOMKilled", "ContainerCPUThrottled", "service"),
        rule("ContainerCPUThrottled", "ContainerOOMKilled", "service"),
    )
    assert 1 == len(found)
    assert "'inhibit 1 of the routing document' is the opposite" in found[0]
