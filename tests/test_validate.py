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
    assert ["a.yaml:4:48: error[wrong-type]: 'threshold' must be a whole number, not a fraction"] == found(
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


def hints(*files: str) -> list[str]:
    """What is said to do about each finding."""
    raw = [(f"{name}.yaml", text.encode()) for name, text in zip("abc", files, strict=False)]
    return [d.hint for d in compiler.compile_spec(raw, dt.date(2026, 11, 23), "rules.d").diagnostics]


ROUTING = """\
routing:
  default: ops
  heartbeat: {receiver: ops}
  teams:
    web: {page: pager, ticket: ops}
  receivers:
    ops: {webhook: {url: "http://ops/"}}
    pager: {pagerduty: {routing_key_file: /secrets/pager}}
"""
CRON = "a cron schedule stays with the CronJob: say under `schedules` how often it runs, e.g. every: 24h"
WHOLE = "write it like this: {page: web-pager, ticket: web-chat}"
OFFICE = 'write it like this: [{weekdays: monday:friday, times: "09:00-18:00", location: Europe/Berlin}]'
PAGER = 'write it like this: {routing_key_file: "/etc/alertmanager/secrets/pagerduty"}'


@pytest.mark.parametrize(
    ("more", "hint"),
    [
        pytest.param("http: {source: nginx}", "did you mean 'ingress-nginx'?", id="part of the name of one"),
        pytest.param("kind: sts", "What runs it.", id="a word that is like none"),
        pytest.param("alerts: {WorkloadDown: {severity: page}}",
                     "critical pages, warning opens a ticket, info is a log line.", id="the word for what it does"),
        pytest.param("alerts: {WorkloadDown: {for: 5m1h}}", "did you mean 1h5m?", id="the larger unit last"),
        pytest.param("alerts: {WorkloadDown: {for: 5}}", "write it with a unit: 5s or 5m or 5h", id="no unit"),
        pytest.param("alerts: {ContainerRestartRateHigh: {threshold: 5%}}",
                     "this many restarts or more within the window, such as 3", id="a share for a count"),
        pytest.param("alerts: {WorkloadDown: {enabled: no}}",
                     "'no' is a text in YAML 1.2: write false", id="no for false"),
        pytest.param("alerts: [WorkloadDown]",
                     "write each below its name, as `name: …` without '-'", id="a list for a mapping"),
        pytest.param('kind: CronJob\nschedules: [{every: "0 2 * * *"}]', CRON, id="a cron schedule for a duration"),
        pytest.param('kind: CronJob\nschedule: "0 2 * * *"', CRON, id="a cron schedule as CronJobs have it"),
        pytest.param('kind: CronJob\nschedules: "0 2 * * *"', CRON, id="a cron schedule for schedules"),
        pytest.param("certificates: shop-tls", "write it as a list: [shop-tls]", id="one name for a list"),
        pytest.param("tests: [{name: a, given: [up: '0x9'], expect: {alert: WorkloadDown}}]",
                     "put '- ' before it: it is a list, also of one", id="one mapping for a list"),
        pytest.param("tests: [{name: a, given: [up: 0x9], expect: [{alert: WorkloadDown, silent: always}]}]",
                     "put it in quotes", id="what YAML reads as a hexadecimal number"),
        pytest.param("service: other", "keep one of the two; another document begins after a line of '---'",
                     id="two services without a line between them"),
        pytest.param("hpa: my-app", "'hpa' belongs below `replicas`", id="a level too high"),
        pytest.param("expose: public", "Else, how: {type: LoadBalancer}.", id="the wrong one of one word"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_service_comes_with_what_to_do(more: str, hint: str) -> None:
    assert [hint] == hints(SERVICE + more + "\n")


@pytest.mark.parametrize(
    ("written", "instead", "expected"),
    [
        ("routing_key_file: /secrets/pager", "key: x", ["did you mean 'routing_key_file' or 'service_key_file'?"]),
        ("{routing_key_file: /secrets/pager}", "x", [PAGER]),
        ("routing_key_file", "integration", [PAGER]),
        ("{page: pager, ticket: ops}", "ops", [WHOLE]),
        ("page: pager", "critical: pager", ["alerts whose severity is critical go to `page`"]),
        ("ticket: ops", "warning: ops", ["alerts whose severity is warning go to `ticket`"]),
        ("  teams:", "  hours: {office: {times: 9-18}}\n  teams:", [OFFICE]),
        ("page: pager", "receiver: pager", ["'receiver' belongs below `page` or `ticket` or `log`"]),
        ("  receivers:\n    ops:", "receivers:\n    ops:", ["'receivers' belongs below `routing`"]),
    ],
)
def test_a_mistake_in_the_routing_comes_with_what_to_do(written: str, instead: str, expected: list[str]) -> None:
    assert written in ROUTING
    text = ROUTING.replace(written, instead, 1)
    if instead.startswith("receivers:"):
        text = text.replace("\n    ", "\n  ")
        text = text.replace("\n  web", "\n    web")
    assert expected == hints(SERVICE, text)


def test_receivers_that_stand_among_the_teams_are_told_so() -> None:
    low = ROUTING.replace("  receivers:\n    ops", "    receivers:\n      ops").replace("\n    pager", "\n      pager")
    said = "'receivers' is read as a name in `teams`: indent it like `teams`, if you mean the key"
    assert [said, said] == hints(SERVICE, low)


def test_an_unknown_team_comes_with_the_place_where_teams_are_defined() -> None:
    files = [("a.yaml", SERVICE.replace("web", "shopping").encode()), ("b.yaml", ROUTING.encode())]
    (one,) = compiler.compile_spec(files, dt.date(2026, 11, 23), "rules.d").diagnostics
    assert ["b.yaml:5:10: teams are defined here"] == [f"{place}: {why}" for place, why in one.related]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("apiVersion: v1\nkind: Service\n", "an object of Kubernetes"),
        ("groups: []\n", "a rule file"),
        ("route: {receiver: a}\nreceivers: []\n", "a configuration of Alertmanager"),
        ("name: my-app\nnamespace: shop\n", "a service's name stands after `service:`"),
    ],
)
def test_what_is_no_document_of_a_spec_is_told_as_what_it_is(text: str, hint: str) -> None:
    (said,) = hints(text)
    assert hint in said
