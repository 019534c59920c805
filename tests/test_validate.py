"""What the schema finds, in the words of somebody who edits the spec."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from alertgen import compiler

SERVICE = "service: my-app\nnamespace: shop\nteam: web\n"


def found(*files: str) -> list[str]:
    """The findings of files a.yaml, b.yaml…, each on a line."""
    raw = [(f"{name}.yaml", text.encode()) for name, text in zip("abc", files, strict=False)]
    return [str(d) for d in compiler.compile_spec(raw, dt.date(2026, 11, 23), "rules.d").diagnostics]


@pytest.mark.parametrize("key", ["service", "namespace", "team", "container", "tier", "runbook"])
def test_a_line_break_at_the_end_of_a_name_is_part_of_it(key: str) -> None:
    value = "https://x.example.com/" if key == "runbook" else "web"
    lines = [line for line in SERVICE.splitlines() if not line.startswith(f"{key}:")]
    problems = found("\n".join([*lines, f'{key}: "{value}\\n"']))
    assert [f"a.yaml:{len(lines) + 1}"] == [p[:8] for p in problems]


def test_a_value_of_the_wrong_type_is_told_once() -> None:
    assert ["a.yaml:4:48: error[wrong-type]: 'threshold' must be a whole number, not a number"] == found(
        SERVICE + "alerts: {ContainerRestartRateHigh: {threshold: 1.5}}\n"
    )


def test_a_number_without_end_is_no_number_wherever_it_stands() -> None:
    slo = "http: {source: traefik}\nslo: [{name: a, objective: .nan, budgets: {1h: .inf}}]\n"
    assert [
        "a.yaml:5:28: error[bad-value]: 'objective' must be a number with an end: NaN",
        "a.yaml:5:48: error[bad-value]: '1h' must be a number with an end: Infinity",
    ] == sorted(found(SERVICE + slo))


def test_an_item_of_a_list_is_named_by_its_list() -> None:
    problems = found(SERVICE, "routing: {default: none, group_by: [alertname, 5]}\n")
    assert ["b.yaml:1:48: error[wrong-type]: item 2 of 'group_by' must be text, not a whole number"] == problems


def test_what_is_wrong_with_a_label_of_the_service_is_told_once_and_there() -> None:
    (problem,) = found(SERVICE + "labels: {app: '{{ $labels.pod'}\n")
    assert re.match(r"a\.yaml:4:15: error\[template-syntax\]: ContainerCPUThrottled and \d+ more: label 'app'", problem)


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        pytest.param("cluster_label: pod", "b.yaml:2:16: error[reserved-label]", id="a cluster label that pods have"),
        pytest.param("cluster_label: team", "b.yaml:2:16: error[reserved-label]", id="a cluster label of alertgen's"),
        pytest.param("sources: {cadvisor: {}}", "b.yaml:2:21: error[empty]", id="a source without labels"),
        pytest.param(
            "sources: {cadvisor: {pod: x}}", "b.yaml:2:27: error[reserved-label]", id="a source chosen by its pods"
        ),
        pytest.param("alertmanager: {version: '0.1'}", "b.yaml:2:25: error[bad-value]", id="an old Alertmanager"),
        pytest.param("kubernetes: {labels: {a: 'b c'}}", "b.yaml:2:26: error[bad-value]", id="an object's label"),
    ],
)  # fmt: skip
def test_the_site_cannot_say(site: str, expected: str) -> None:
    (problem,) = found(SERVICE, f"site: a\n{site}\n")
    assert problem.startswith(f"{expected}: ")


def test_a_team_of_the_site_that_nobody_defined_is_told() -> None:
    routing = "routing:\n  default: a\n  teams: {web: {ticket: a}}\n  receivers: {a: {webhook: {url: 'https://h/'}}}\n"
    (problem,) = found(SERVICE, "site: a\nteam: wbe\n", routing)
    assert "b.yaml:2:7: error[unknown-team]: no routing document defines the team 'wbe'" == problem


def test_an_override_that_only_gives_a_reason_changes_nothing() -> None:
    (problem,) = found(SERVICE + "alerts: {PodNotReady: {reason: because}}\n")
    assert problem.startswith("a.yaml:4:23: error[no-effect]: ")


def test_what_an_item_of_a_list_lacks_is_told_by_its_number() -> None:
    (wrong,) = found(SERVICE + "http: {source: traefik}\nslo: [{name: a, objective: 99}, {name: b}]\n")
    assert wrong.endswith("error[missing-key]: item 2 of 'slo' needs 'objective'")
