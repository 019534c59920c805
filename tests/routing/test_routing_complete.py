from __future__ import annotations

import pytest
import yaml
from routingcase import SERVICES, SHOP, at, problems

from alertgen.routing.model import Override

OFFICE = "hours: {office: [{weekdays: 'monday:friday', times: '09:00-18:00', location: Europe/Berlin}]}\n"
TICKET = "ticket: {receiver: web-chat}"


def shop(ticket: str = TICKET, more: str = "") -> str:
    assert SHOP.count(TICKET) == 1
    return SHOP.replace(TICKET, ticket) + more


def test_hours_with_another_receiver_outside_are_complete() -> None:
    ticket = "ticket: {receiver: web-chat, during: office, otherwise: operators}"
    assert [] == problems(shop(ticket, OFFICE))


def test_that_nobody_is_told_outside_has_to_be_said() -> None:
    assert [
        (
            "teams/web/ticket: nobody-told: nobody is told about a ticket of the team 'web' outside office, "
            "for example on Sunday 2026-11-22 at 23:00 UTC"
        )
    ] == problems(shop("ticket: {receiver: web-chat, during: office}", OFFICE))
    assert [] == problems(shop("ticket: {receiver: web-chat, during: office, otherwise: none}", OFFICE))


def test_a_minute_that_two_hours_leave_open_is_found() -> None:
    ticket = "ticket: {receiver: web-chat, during: days, otherwise: {receiver: operators, during: nights}}"
    open_ = "hours: {days: [{times: '06:00-22:00'}], nights: [{times: '22:01-06:00'}]}"
    assert [
        (
            "teams/web/ticket/otherwise: nobody-told: nobody is told about a ticket of the team 'web' outside nights, "
            "for example on Monday 2026-11-23 at 22:00 UTC"
        )
    ] == problems(shop(ticket, open_))
    assert [] == problems(shop(ticket, open_.replace("22:01", "22:00")))


def test_the_hour_that_two_zones_leave_open_for_some_weeks_a_year_is_found() -> None:
    ticket = "ticket: {receiver: web-chat, during: berlin, otherwise: {receiver: operators, during: boston}}"
    hours = (
        "hours: {berlin: [{times: '06:00-18:00', location: Europe/Berlin}], "
        "boston: [{times: '12:00-24:00', location: America/New_York}]}"
    )
    assert [
        (
            "teams/web/ticket/otherwise: nobody-told: nobody is told about a ticket of the team 'web' outside boston, "
            "for example on Monday 2027-03-15 at 04:00 UTC"
        )
    ] == problems(shop(ticket, hours))


def test_pages_that_go_where_tickets_go_are_complained_of_once() -> None:
    text = SHOP.replace("data: {ticket: data-chat,", "data: {ticket: {receiver: data-chat, during: office},")
    (problem,) = problems(text + OFFICE)
    assert problem.startswith("teams/data/ticket: nobody-told: nobody is told about a page of the team 'data'")


@pytest.mark.parametrize(
    ("ticket", "hours", "expected"),
    [
        (
            "{receiver: web-chat, during: a, otherwise: {receiver: operators, during: b, otherwise: data-chat}}",
            "{a: [{times: '06:00-22:00'}], b: [{times: '07:00-08:00'}]}",
            "teams/web/ticket/otherwise: shadowed: 'operators' is never told: it is never b outside a",
        ),
        (
            "{receiver: web-chat, during: a, otherwise: {receiver: operators, during: b, otherwise: data-chat}}",
            "{a: [{times: '06:00-22:00'}], b: [{times: '22:00-06:00'}]}",
            (
                "teams/web/ticket/otherwise/otherwise: shadowed: 'data-chat' is never told: the hours before leave no "
                "time for it"
            ),
        ),
        (
            "{receiver: web-chat, during: a, otherwise: operators}",
            "{a: [{months: february, days_of_month: 30}]}",
            "hours/a/0: never: this part of 'a' never comes, or never again",
        ),
        (
            "{receiver: web-chat, during: a, otherwise: operators}",
            "{a: [{times: '09:00-18:00', years: 2025}, {times: '09:00-18:00', years: 2026}]}",
            "hours/a/0: never: this part of 'a' never comes, or never again",
        ),
        (
            "{receiver: web-chat, during: a, otherwise: operators}",
            "{a: [{weekdays: 'monday:friday', times: '09:00-18:00'}, {weekdays: wednesday, times: '17:00-20:00'}]}",
            "hours/a/1: overlapping-hours: two parts of 'a' overlap, on Wednesday 2026-11-25 at 17:00 UTC",
        ),
        (
            "{receiver: web-chat, during: a, otherwise: operators}",
            "{a: [{weekdays: friday, times: '22:00-06:00'}, {weekdays: saturday}]}",
            "hours/a/1: overlapping-hours: two parts of 'a' overlap, on Saturday 2026-11-28 at 00:00 UTC",
        ),
        (
            "{receiver: web-chat, during: a, otherwise: none}",
            "{a: [{times: '00:00-12:00'}, {times: '12:00-24:00'}]}",
            "hours/a: always: 'a' is always",
        ),
    ],
)
def test_hours_that_never_come_or_hide_others_are_found(ticket: str, hours: str, expected: str) -> None:
    assert expected in problems(shop(f"ticket: {ticket}", f"hours: {hours}"))


def test_a_leap_day_comes() -> None:
    ticket = "ticket: {receiver: web-chat, during: leap, otherwise: operators}"
    assert [] == problems(shop(ticket, "hours: {leap: [{months: february, days_of_month: 29}]}"))


def test_hours_of_a_year_to_come_come() -> None:
    ticket = "ticket: {receiver: web-chat, during: then, otherwise: operators}"
    assert [] == problems(shop(ticket, "hours: {then: [{years: 2040, months: december}]}"))


def test_a_receiver_is_used_by_an_escalation_by_other_hours_and_by_a_service() -> None:
    more = "  lead: {webhook: {url: 'http://x/'}}\n"
    unused = ["receivers/lead: unused-receiver: nothing is sent to the receiver 'lead'"]
    assert unused == problems(shop(more=more))
    assert [] == problems(shop("ticket: {receiver: web-chat, escalate: [{after: 1h, receiver: lead}]}", more))
    assert [] == problems(shop("ticket: {receiver: web-chat, during: office, otherwise: lead}", more + OFFICE))
    assert [] == problems(shop(more=more), SERVICES, Override("PodNotReady", "lead", "web"))


def test_an_alert_for_a_receiver_that_there_is_not_is_found_where_the_service_says_so() -> None:
    override = Override("PodNotReady", "web-chatt", "web", {"service": "my-app"}, at("my-app", "alerts"))
    assert ["my-app/alerts: unknown-receiver: there is no receiver 'web-chatt'"] == problems(SHOP, SERVICES, override)


def test_what_is_repeated_later_than_alertmanager_remembers_is_found() -> None:
    assert [
        (
            "repeat_interval: repeat-beyond-retention: Alertmanager forgets after 5d what it has sent, and tells again "
            "then, not after 7d"
        )
    ] == [p.replace("1w", "7d") for p in problems(f"{SHOP}repeat_interval: 7d\n")]
    assert [] == problems(f"{SHOP}repeat_interval: 5d\n")


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{service: my-app}", None),
        ("{service: my-app, namespace: shop, severity: warning}", None),
        ("{team: data}", None),
        ("{alertname: PodNotReady}", None),
        ("{service: my-ap}", "mute/0/match/service: no-effect: no service here has the service 'my-ap'"),
        (
            "{service: my-app, namespace: shops}",
            "mute/0/match/namespace: no-effect: no service here has all of namespace 'shops', service 'my-app'",
        ),
        ("{team: nobody}", "mute/0/match/team: no-effect: no service here has the team 'nobody'"),
        ("{severity: warn}", "mute/0/match/severity: no-effect: no alert has the severity 'warn'"),
        ("{a.b: c}", "mute/0/match/a.b: bad-name: 'a.b' cannot be the name of a label"),
        (
            "{alertname: Watchdog}",
            (
                "mute/0/match/alertname: mute-heartbeat: whoever waits for the heartbeat would raise the alarm in "
                "these hours"
            ),
        ),
    ],
)
def test_a_mute_of_what_there_is_not_is_found(match: str, expected: str | None) -> None:
    mute = f"mute: [{{match: {match}, during: office, reason: because}}]\n"
    assert ([expected] if expected else []) == problems(f"{SHOP}{OFFICE}{mute}")


def test_teams_that_nobody_defined_must_not_share_a_group() -> None:
    data = yaml.safe_load(SHOP)
    text = yaml.safe_dump({"default": "operators", "receivers": {"operators": data["receivers"]["operators"]}})
    mine, theirs = SERVICES[0], {**SERVICES[0], "team": "data", "service": "other"}
    assert [] == problems(text, (mine, theirs))
    assert [": mixed-teams: alerts of the teams 'web' and 'data' would be told as one"] == [
        p.replace("group_by: ", ": ", 1) for p in problems(f"{text}group_by: [alertname]\n", (mine, theirs))
    ]
    assert [] == problems(f"{text}group_by: [team]\n", (mine, theirs))
    assert [] == problems(f"{text}group_by: [alertname]\n", (mine, {**mine, "service": "other"}))
