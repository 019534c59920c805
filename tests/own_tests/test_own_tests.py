"""What a service expects of its alerts itself: judged as it is written, with mistakes told at their line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from alertgen.compiler import Build, compile_spec
from alertgen.own_tests.model import says
from alertgen.plan import own_proofs
from alertgen.testgen.values import values
from alertgen.tools.binaries import Binary
from alertgen.tools.promtool import test_rules as run_tests
from alertgen.workspace import write

SERVICE = "service: my-app\nnamespace: shop\nteam: web\n"
DOWN = "available: 0 of 3 from 10m for 30m"


def built(given: str, *expect: str, service: str = SERVICE) -> Build:
    text = f"{service}tests:\n- name: a case\n  given:\n  - {given}\n  expect:\n" + "".join(
        f"  - {e}\n" for e in expect
    )
    return compile_spec([("a.yaml", text.encode())], dt.date(2026, 1, 1), "x")


def mistakes(given: str, *expect: str, service: str = SERVICE) -> list[str]:
    found = built(given, *expect, service=service).diagnostics
    return [str(d) for d in found if d.code != "no-routing"]


def verdicts(promtool: Binary, folder: Path, given: str, *expect: str, service: str = SERVICE) -> list[str]:
    """What failed, in the words of the test."""
    build = built(given, *expect, service=service)
    assert [] == [d for d in build.diagnostics if d.code != "no-routing"]
    (proof,) = own_proofs(build, lambda _: True)
    write(str(folder), list(proof.artifacts()))
    run = run_tests(promtool, [folder / proof.path], jobs=1, timeout=60, on_done=lambda _: None)
    assert not run.errors
    claims = {claim.check.expr: claim for claim in proof.tests.claims}
    found = [f"{f.at}: {claims[f.expr].case.alert}" for f in run.failures if f.expr]
    if proof.tests.questions:
        asked = run_tests(promtool, [folder / proof.asked], jobs=1, timeout=60, on_done=lambda _: None)
        found += [f"{f.at}: {f.expected}, got {f.got}" for f in proof.tests.answered(asked.failures)]
    return found


@pytest.mark.parametrize(
    ("expected", "expect"),
    [
        ([], "pending: 10m, firing: 11m, until: 40m"),
        ([], "pending: 10m"),
        ([], "firing: 11m, labels: {severity: critical}, summary: /my-app/"),
        ([], "firing: 11m, description: /no available pod for 1m/"),
        (["9m: WorkloadDown"], "pending: 9m"),
        (["11m: WorkloadDown"], "firing: 11m30s"),
        (["10m30s: WorkloadDown"], "firing: 10m30s"),
        (["40m: WorkloadDown"], "firing: 11m, until: 40m30s"),
        (["39m30s: WorkloadDown"], "firing: 11m, until: 39m30s"),
        (["46m: WorkloadDown"], "silent: always"),
        (["46m: WorkloadDown"], "pending: never"),
        (["46m: WorkloadDown"], "firing: never"),
        (["11m: WorkloadDown (warning)"], "firing: 11m, labels: {severity: warning}"),
        (["11m: the summary up, got my-app is down: no pod is available"], "firing: 11m, summary: up"),
    ],
)
def test_an_alert_is_held_to_what_is_expected_of_it(
    expected: list[str], expect: str, promtool: Binary, tmp_path: Path
) -> None:
    one_minute = f"{SERVICE}alerts: {{WorkloadDown: {{for: 1m, keep_firing_for: 0s}}}}\n"
    found = verdicts(promtool, tmp_path, DOWN, f"{{alert: WorkloadDown, {expect}}}", service=one_minute)
    assert expected == found


def test_labels_that_are_left_out_are_the_services_own() -> None:
    build = built('kube_pod_container_status_waiting_reason{reason="ImagePullBackOff"}: 1x60',
                  "{alert: ContainerCannotStart, firing: 30m}")  # fmt: skip
    (proof,) = own_proofs(build, lambda _: True)
    (series,) = proof.tests.file.groups[0].series
    assert {
        "namespace": "shop",
        "container": "my-app",
        "reason": "ImagePullBackOff",
        "job": "kube-state-metrics",
    }.items() <= series.labels.items()
    assert series.labels["pod"].startswith("my-app-")
    assert "1x" in values(series, 30, 600)


def test_labels_that_are_written_stay() -> None:
    given = 'kube_pod_container_status_waiting_reason{reason="ImagePullBackOff",namespace="stage",pod="a"}: 1x60'
    (proof,) = own_proofs(built(given, "{alert: ContainerCannotStart, silent: always}"), lambda _: True)
    labels = proof.tests.file.groups[0].series[0].labels
    assert ("stage", "a") == (labels["namespace"], labels["pod"])


def test_pods_of_a_service_that_knows_them_by_owner_have_one(promtool: Binary, tmp_path: Path) -> None:
    silent = "{alert: ContainerCannotStart, firing: never}"
    found = verdicts(promtool, tmp_path, "waiting: ImagePullBackOff", silent, service=f"{SERVICE}select: owner\n")
    assert ["ContainerCannotStart"] == [one.rpartition(" ")[2] for one in found]


@pytest.mark.parametrize(
    ("expected", "given", "expect"),
    [
        ("9:5: error[unknown-alert]: the service has no alert 'WorkloadDwn'", DOWN, "alert: WorkloadDwn, firing: 5m"),
        ("9:5: error[no-effect]: PodEvicted is not switched on", DOWN, "alert: PodEvicted, firing: 5m"),
        ("9:5: error[missing-key]: nobody says what is to", DOWN, "alert: WorkloadDown"),
        ("9:5: error[contradiction]: an alert that is always", DOWN, "alert: WorkloadDown, silent: always, firing: 5m"),
        ("9:5: error[contradiction]: `until` is when", DOWN, "alert: WorkloadDown, firing: 5m, until: 5m"),
        ("9:5: error[contradiction]: `until` is when", DOWN, "alert: WorkloadDown, pending: 5m, until: 9m"),
        ("9:5: error[bad-value]: firing: nothing is evaluated at 10s", DOWN, "alert: WorkloadDown, firing: 10s"),
        ("9:5: error[missing-key]: `summary` is looked at", DOWN, "alert: WorkloadDown, pending: 5m, summary: a"),
        ("9:5: error[bad-value]: summary: /(/ is no regular", DOWN, "alert: WorkloadDown, firing: 5m, summary: /(/"),
        ("7:5: error[unused-series]: no alert that is expected", "waiting: Error", "alert: WorkloadDown, firing: 5m"),
        ("7:5: error[unused-series]: no alert that is expected", "upp: 1x5", "alert: WorkloadDown, silent: always"),
        ("7:5: error[bad-series]: the label 'a' is given", 'up{a="1",a="2"}: 1x5', "alert: WorkloadDown, firing: 5m"),
        (
            "7:5: error[bad-series]: there is no situation 'availble'",
            "availble: 0 of 3",
            "alert: WorkloadDown, firing: 5m",
        ),
        ("7:5: error[bad-value]: available: 'some' is not", "available: some", "alert: WorkloadDown, firing: 5m"),
        ("7:5: error[bad-value]: requests: the service says", "requests: 5/s", "alert: WorkloadDown, firing: 5m"),
        ("7:5: error[bad-value]: available: rules are evaluated", f"{DOWN}7s", "alert: WorkloadDown, firing: 5m"),
    ],
)
def test_a_mistake_is_told_at_its_line(expected: str, given: str, expect: str) -> None:
    (wrong,) = mistakes(given, f"{{{expect}}}")
    assert wrong.startswith(f"a.yaml:{expected}")


def test_an_alert_that_reads_nothing_of_what_is_given_is_silent_anyway() -> None:
    (wrong,) = mistakes(DOWN, "{alert: WorkloadDown, firing: 5m}", "{alert: ContainerOOMKilled, silent: always}")
    assert wrong.startswith("a.yaml:10:5: error[cannot-fail]: ContainerOOMKilled reads nothing of what is given here")


def test_what_is_expected_twice_is_a_mistake() -> None:
    (wrong,) = mistakes(DOWN, "{alert: WorkloadDown, firing: 5m}", "{alert: WorkloadDown, pending: 5m}")
    assert wrong.startswith("a.yaml:10:5: error[duplicate]: WorkloadDown is expected twice here")


def test_a_cronjob_has_no_replicas() -> None:
    (wrong,) = mistakes(DOWN, "{alert: ContainerOOMKilled, silent: always}", service=f"{SERVICE}kind: CronJob\n")
    assert "a.yaml:8:5: error[bad-value]: available: a CronJob has none" in wrong


def test_services_with_tests_have_the_shape_that_they_have_without() -> None:
    plain = SERVICE.replace("my-app", "other")
    tests = f"tests:\n- name: a\n  given: [{{{DOWN}}}]\n  expect: [{{alert: WorkloadDown, firing: 15m}}]\n"
    build = compile_spec([("a.yaml", plain.encode()), ("b.yaml", (SERVICE + tests).encode())], dt.date(2026, 1, 1), "x")
    assert 1 == build.counts.shapes
    assert 1 == len(list(own_proofs(build, lambda _: True)))


def test_the_tests_of_every_service_of_a_shape_are_looked_at() -> None:
    tests = "tests: [{nam: a}]\n"
    texts = [(f"{name}.yaml", (SERVICE.replace("my-app", name) + tests).encode()) for name in ("one", "two")]
    found = compile_spec(texts, dt.date(2026, 1, 1), "x").diagnostics
    assert {"one.yaml", "two.yaml"} == {d.location.path for d in found if d.code == "unknown-key"}


def test_an_annotation_is_compared_whole_or_by_the_expression_between_slashes() -> None:
    assert says("a.c", "a.c")
    assert not says("a.c", "abc")
    assert not says("a.c", "xa.c")
    assert says("/b/", "abc")
    assert not says("/^b/", "abc")


NEWER_THAN_THE_PARSER = """
---
pattern: QueueOld
severity: warning
for: 5m
enabled: true
expr: max_over_time(queue_age{namespace="${namespace}"}[5m] anchored) > 5
summary: S
description: D
runbook: {meaning: M, diagnosis: [D], mitigation: [M]}
scenarios:
- name: fires at once
  series: {'queue_age{namespace="${namespace}"}': "9x60"}
  fires: {from: 0s, labels: {namespace: "${namespace}"}}
- name: silent when young
  series: {'queue_age{namespace="${namespace}"}': "1x60"}
"""


def test_an_expression_that_only_promtool_reads_may_read_what_its_text_names() -> None:
    build = compile_spec(
        [
            ("site.yaml", f"site: prod\n{NEWER_THAN_THE_PARSER}".encode()),
            (
                "a.yaml",
                f"{SERVICE}tests:\n- name: a\n  given: ['queue_age': 9x60, 'queue_ag': 1x9]\n"
                "  expect: [{alert: QueueOld, firing: 5m}]\n".encode(),
            ),
        ],
        dt.date(2026, 1, 1),
        "x",
    )
    found = [str(d) for d in build.diagnostics if d.code not in ("no-routing", "unparsed-promql")]
    assert 1 == len(found), found
    assert found[0].startswith("a.yaml:6:30: error[unused-series]: no alert that is expected here (QueueOld)")
