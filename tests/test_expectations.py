from __future__ import annotations

import datetime as dt

import pytest

from alertgen.compiler import Build, compile_spec
from alertgen.expectations import judged

ROUTING = """
routing:
  default: ops
  heartbeat: {receiver: ops}
  teams: {web: {page: {receiver: pager, escalate: [{after: 15m, receiver: ops}]}, ticket: chat}}
  receivers:
    ops: {webhook: {url: "http://ops/"}}
    pager: {webhook: {url: "http://pager/"}}
    chat: {webhook: {url: "http://chat/"}}
  routes:
  - {name: it is so, at: 2026-12-24 03:00 Europe/Berlin, labels: %s, %s}
"""


def built(labels: str, rest: str) -> Build:
    files = {
        "rules.d/site.yaml": "site: s\nteam: web\nexternal_labels: {cluster: prod}\n",
        "rules.d/my-app.yaml": "service: my-app\nnamespace: shop\nteam: web\n",
        "rules.d/routing.yaml": ROUTING % (labels, rest),
    }
    return compile_spec([(path, text.encode()) for path, text in files.items()], dt.date(2026, 11, 23), "rules.d")


def failures(labels: str, rest: str) -> list[str]:
    build = built(labels, rest)
    assert () == build.diagnostics
    (result,) = judged(build.estate, build.routing, build.entries)
    return [f"{failed.expected}, but {failed.got}" for failed in result.failed]


DOWN = "{alertname: WorkloadDown, service: my-app}"


@pytest.mark.parametrize(
    ("labels", "rest"),
    [
        (DOWN, "tells: [pager, ops]"),
        ("{alertname: ContainerCrashLooping, service: my-app}", "tells: [chat]"),
        ("{alertname: LivenessProbeMissing, severity: info, service: my-app}", "tells: []"),
        ("{severity: warning, service: my-app}", "tells: [chat]"),
        ("{alertname: KubeStateMetricsMissing}", "tells: [pager, ops]"),
        ("{alertname: Foreign, severity: critical}", "tells: [ops]"),
        (DOWN, "while: [{alertname: KubeStateMetricsMissing}], inhibited_by: [KubeStateMetricsMissing]"),
        (DOWN, "while: [{alertname: KubeStateMetricsMissing, cluster: other}], tells: [pager, ops]"),
    ],
)
def test_what_is_so_holds(labels: str, rest: str) -> None:
    assert [] == failures(labels, rest)


def test_another_order_of_receivers_is_not_so() -> None:
    assert ["ops, then pager is told, but pager, then ops is told"] == failures(DOWN, "tells: [ops, pager]")


def test_an_alert_that_is_inhibited_tells_nobody() -> None:
    assert [
        "pager, then ops is told, but nobody is told",
        "inhibited by nothing, but inhibited by KubeStateMetricsMissing",
    ] == failures(DOWN, "tells: [pager, ops], while: [{alertname: KubeStateMetricsMissing}]")


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ("2026-12-24 03:00 Europe/Berln", "there is no time zone 'Europe/Berln'. did you mean 'Europe/Berlin'?"),
        ("tomorrow", "'tomorrow' is no moment: write it like 2026-12-24 03:00 Europe/Berlin"),
        ("2026-02-30 03:00", "'2026-02-30 03:00' is no moment: write it like 2026-12-24 03:00 Europe/Berlin"),
    ],
)
def test_a_moment_that_is_none_is_found_where_it_stands(at: str, message: str) -> None:
    files = [("rules.d/routing.yaml", (ROUTING % (DOWN, "")).replace("2026-12-24 03:00 Europe/Berlin", at).encode())]
    (problem,) = compile_spec(files, dt.date(2026, 11, 23), "rules.d").diagnostics
    assert (message, 11) == (problem.message, problem.location.line)


def test_an_expected_receiver_that_there_is_not_is_found() -> None:
    (problem,) = built(DOWN, "tells: [paget]").diagnostics
    assert ("unknown-receiver", "did you mean 'pager'?") == (problem.code, problem.hint)


@pytest.mark.parametrize(
    ("labels", "rest", "word", "message"),
    [
        (
            "{service: my-app, alertname: WorkloadDwn}",
            "tells: [chat]",
            "alertname: WorkloadDwn",
            "alertname=WorkloadDwn",
        ),
        (DOWN, "while: [{service: my-ap}]", "service: my-ap}", "service=my-ap"),
    ],
)
def test_a_case_about_a_misspelt_alert_proves_nothing_and_is_told_at_the_word(
    labels: str, rest: str, word: str, message: str
) -> None:
    (found,) = built(labels, rest).diagnostics
    lines = (ROUTING % (labels, rest)).splitlines()
    assert lines[found.location.line - 1][found.location.column - 1 :].startswith(word)
    assert f"no alert of this spec has {message}" == found.message
    assert found.hint.startswith("did you mean")


def test_a_case_may_be_about_an_alert_of_somebody_else() -> None:
    assert () == built("{alertname: EtcdNoLeader, severity: error}", "tells: [ops]").diagnostics


def test_a_mute_of_a_misspelt_alert_mutes_nothing_and_is_told() -> None:
    routing = ROUTING % (DOWN, "tells: [pager, ops]")
    routing += "  hours: {night: [{times: '01:00-05:00'}]}\n"
    routing += "  mute: [{match: {alertname: WorkloadDwn}, during: night, reason: a}]\n"
    files = {
        "s.yaml": "service: my-app\nnamespace: shop\nteam: web\n",
        "site.yaml": "site: s\nteam: web\n",
        "r.yaml": routing,
    }
    built = compile_spec([(path, text.encode()) for path, text in files.items()], dt.date(2026, 11, 23), "rules.d")
    assert ["no-such-alert: no alert of this spec has alertname=WorkloadDwn"] == [
        f"{d.code}: {d.message}" for d in built.diagnostics
    ]


def test_a_case_that_fails_comes_with_the_command_that_shows_why() -> None:
    build = built(DOWN, "tells: [chat]")
    (result,) = judged(build.estate, build.routing, build.entries)
    assert (
        "see why: alertgen routes --labels alertname=WorkloadDown,service=my-app --at '2026-12-24 03:00 Europe/Berlin'"
        == result.picture
    )
    right = built(DOWN, "tells: [pager, ops]")
    (held,) = judged(right.estate, right.routing, right.entries)
    assert "" == held.picture
