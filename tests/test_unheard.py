from __future__ import annotations

import datetime as dt

import pytest

from alertgen.compiler import compile_spec
from alertgen.diagnostics import Diagnostic

SERVICE = "service: my-app\nnamespace: shop\nteam: web\n"
ROUTING = "routing: {default: all, %s receivers: {all: {webhook: {url: 'http://all/'}}}}\n"


def found(*texts: str) -> tuple[Diagnostic, ...]:
    files = [(name, text.encode()) for name, text in zip(("a.yaml", "b.yaml", "c.yaml"), texts, strict=False)]
    return compile_spec(files, dt.date(2026, 11, 23), "x").diagnostics


def said(*texts: str) -> list[str]:
    return [f"{d.severity} {d.location} {d.code}" for d in found(*texts)]


def test_without_routing_nobody_is_told_and_that_is_said_where_a_team_is_first_named() -> None:
    assert ["warning a.yaml:3:1 no-routing"] == said(SERVICE)
    assert ["warning x:1:1 no-routing"] == said("site: mine\n")


def test_what_is_wrong_comes_first() -> None:
    assert ["error a.yaml:4:1 unknown-key"] == said(SERVICE + "treshold: 3\n")


@pytest.mark.parametrize(
    ("heartbeat", "site", "expected"),
    [
        ("heartbeat: {receiver: all},", "", []),
        ("", "", ["warning b.yaml:1:1 no-heartbeat"]),
        ("", "alerts: {Watchdog: {receiver: all}}", []),
        ("", "alerts: {Watchdog: {enabled: false, reason: elsewhere}}", []),
        (
            "heartbeat: {receiver: all},",
            "alerts: {Watchdog: {enabled: false, reason: elsewhere}}",
            ["error b.yaml:1:25 no-effect"],
        ),
    ],
)
def test_somebody_outside_waits_for_watchdog_or_it_is_said_that_nobody_does(
    heartbeat: str, site: str, expected: list[str]
) -> None:
    assert expected == said(SERVICE, ROUTING % heartbeat, f"site: mine\n{site}\n")


TEAMS = """routing:
  default: all
  heartbeat: {receiver: all}
  teams:
    web: {page: pager, ticket: all}
  receivers: {all: {webhook: {url: 'http://all/'}}, pager: {webhook: {url: 'http://pager/'}}}
"""


def test_where_there_are_teams_one_of_them_owns_what_exists_once_per_cluster() -> None:
    assert [] == said(SERVICE, TEAMS, "site: mine\nteam: web\n")
    assert ["warning c.yaml:1:1 no-site-team"] == said(SERVICE, TEAMS, "site: mine\n")
    assert ["warning b.yaml:4:3 no-site-team"] == said(SERVICE, TEAMS)


def test_whose_those_alerts_could_be_is_said() -> None:
    (one,) = found(SERVICE, TEAMS, "site: mine\n")
    assert one.message.startswith("no team owns the alerts that exist once per cluster: ")
    assert one.message.endswith(" more only go to default, 'all'")
    assert one.hint == "add team to the site: web"


def test_without_teams_default_is_everybodys() -> None:
    assert [] == said(SERVICE, ROUTING % "heartbeat: {receiver: all},", "site: mine\n")


UNPAGED = TEAMS.replace("page: pager, ticket: all}", "ticket: all}\n    data: {page: pager, ticket: all}")


def test_a_team_that_owns_what_needs_somebody_now_has_a_page_or_says_that_it_goes_where_tickets_go() -> None:
    (one,) = found(SERVICE, UNPAGED, "site: mine\nteam: data\n")
    assert "b.yaml:5:5: warning[no-page]" in str(one)
    assert "the team 'web' has no page: WorkloadDown of shop/my-app needs somebody now" in one.message
    assert "`page: all`, if that is what you want" in one.hint
    like_tickets = UNPAGED.replace("web: {", "web: {page: all, ")
    assert [] == said(SERVICE, like_tickets, "site: mine\nteam: data\n")


def test_the_installations_alerts_need_somebody_too() -> None:
    (one,) = found(SERVICE.replace("web", "data"), UNPAGED, "site: mine\nteam: web\n")
    assert "no-page" == one.code
    assert " of " not in one.message


@pytest.mark.parametrize(
    "service",
    [
        SERVICE.replace("web", "data"),
        SERVICE + "tier: batch\n",
        SERVICE + "alerts: {WorkloadDown: {severity: warning}, WorkloadMissing: {receiver: pager}}\n",
    ],
)
def test_a_team_whose_alerts_can_all_wait_needs_no_page(service: str) -> None:
    assert [] == said(service, UNPAGED, "site: mine\nteam: data\n")


def test_what_critical_asks_for_is_the_sites_to_say() -> None:
    assert [] == said(SERVICE, UNPAGED + "  severities: {critical: ticket}\n", "site: mine\nteam: data\n")


def test_a_warning_hides_no_other_one() -> None:
    volumes = SERVICE + "volumes: [data]\nalerts: {VolumeAlmostFull: {threshold: 90%}}\n"
    assert ["warning a.yaml:5:40 cannot-work", "warning b.yaml:5:5 no-page"] == said(
        volumes, UNPAGED, "site: mine\nteam: data\n"
    )
