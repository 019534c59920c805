"""What `alertgen routes` and the end of `alertgen explain` print."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alertgen.cli import main

SERVICE = "service: my-app\nnamespace: shop\nteam: web\nalerts: {PodNotReady: {receiver: ops}}\n"
ROUTING = """\
routing:
  default: ops
  teams:
    web:
      page: {receiver: pager, escalate: [{after: 15m, receiver: ops}]}
      ticket: {receiver: chat, during: office, otherwise: none}
  receivers:
    ops: {webhook: {url: "http://ops/"}}
    pager: {webhook: {url: "http://pager/"}}
    chat: {webhook: {url: "http://chat/"}}
  hours: {office: [{weekdays: "monday:friday", times: "09:00-18:00", location: Europe/Berlin}]}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    (tmp_path / "rules.d").mkdir()
    (tmp_path / "rules.d" / "my-app.yaml").write_text(SERVICE, encoding="utf-8")
    (tmp_path / "rules.d" / "routing.yaml").write_text(ROUTING, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def output(result: Result) -> str:
    assert 0 == result.exit_code, result.output
    return result.output


def test_the_tree_says_team_by_team_who_is_told_when(run: CliRunner) -> None:
    assert """\
Watchdog goes nowhere: nobody is told when alerting itself is down

team web
  critical (page)                                pager, after 15m ops
  warning (ticket)                               chat during office; nobody outside office
  info (log)                                     nobody
  PodNotReady of namespace=shop, service=my-app  ops

what no team owns: ops

hours
  office: monday:friday 09:00-18:00 Europe/Berlin
""" == output(run.invoke(main, ["routes"]))


def test_the_drawing_has_an_arrow_for_each_way(run: CliRunner) -> None:
    drawn = output(run.invoke(main, ["routes", "--format", "mermaid"]))
    assert drawn.startswith("flowchart LR\n")
    assert [
        '  alerts -->|"team web"| team_web',
        '  team_web -->|"critical"| to_pager',
        '  team_web -->|"critical, after 15m"| to_ops',
        '  team_web -->|"warning, during office"| to_chat',
        '  team_web -->|"warning, outside office"| to_nobody',
        '  team_web -->|"info"| to_nobody',
        '  team_web -->|"PodNotReady of namespace=shop, service=my-app"| to_ops',
        '  alerts -->|"what no team owns"| to_ops',
    ] == [line for line in drawn.splitlines() if "-->" in line]


def test_an_alert_at_a_moment_says_who_now_who_next_and_who_later(run: CliRunner) -> None:
    asked = ["routes", "--labels", "severity=warning,service=my-app", "--at", "2026-12-25 19:00 Europe/Berlin"]
    assert """\
namespace=shop, team=web, tier=standard, severity=warning, service=my-app
begins to fire on Friday 2026-12-25 19:00 Europe/Berlin
  after 30s: chat is not told: only during office (rules.d/routing.yaml:6:15)
    told on Monday 2026-12-28 09:00 Europe/Berlin if it still fires then
  after 30s: nobody is told (rules.d/routing.yaml:6:59)
group: alertname=, cluster=, namespace=shop, service=my-app
told again every 4h while it fires
""" == output(run.invoke(main, asked))


def test_explain_ends_with_the_same_answer(run: CliRunner) -> None:
    at = ["--at", "2026-12-25 19:00 Europe/Berlin"]
    explained = output(run.invoke(main, ["explain", "WorkloadDown", "--service", "my-app", *at]))
    asked = output(run.invoke(main, ["routes", "--labels", "alertname=WorkloadDown,service=my-app", *at]))
    assert "  after 15m: ops" in asked
    assert [f"  {line}" for line in asked.splitlines()[1:]] == explained.splitlines()[-len(asked.splitlines()) + 1 :]


def test_of_labels_that_no_alert_has_it_is_told_as_well_that_none_has_them(run: CliRunner) -> None:
    answer = run.invoke(main, ["routes", "--labels", "alertname=WorkloadDwn,service=my-app"])
    assert 0 == answer.exit_code
    assert answer.stdout.startswith("namespace=shop, team=web, tier=standard, alertname=WorkloadDwn, service=my-app\n")
    assert "note: no alert of this spec has alertname=WorkloadDwn. did you mean 'WorkloadDown'?\n" == answer.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--at", "2026-12-24 03:00"], "--at is for an alert"),
        (["--labels", "a=b", "--format", "mermaid"], "leave out --labels"),
        (["--labels", "severity"], "'severity' is no label"),
        (["--labels", "a=b", "--at", "noon"], "'noon' is no moment"),
        (["--labels", "a=b", "--at", "2026-12-24 03:00 Mars"], "there is no time zone 'Mars'"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(arguments: list[str], message: str, run: CliRunner) -> None:
    done = run.invoke(main, ["routes", *arguments])
    assert 2 == done.exit_code
    assert message in done.output
