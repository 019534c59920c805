from __future__ import annotations

import datetime as dt
import zoneinfo

from hypothesis import given, settings
from hypothesis import strategies as st
from routingcase import SHOP, read

from alertgen.routing.answer import Answer, State, answers, may_inhibit, told
from alertgen.routing.model import InhibitRule, Matcher
from alertgen.routing.tree import tree

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
PAGE = "{receiver: web-pager, escalate: [{after: 15m, receiver: operators}, {after: 45m, receiver: data-chat}]}"
TICKET = "{receiver: web-chat, during: office, escalate: [{after: 20m, receiver: operators}], otherwise: web-pager}"
HOURS = """
hours:
  office: [{weekdays: "monday:friday", times: "09:00-18:00", location: Europe/Berlin}]
  nights: [{times: "22:00-06:00", location: Europe/Berlin}]
mute: [{match: {service: batch}, during: nights, reason: it builds reports}]
"""
TEXT = SHOP.replace("page: web-pager", f"page: {PAGE}").replace("{receiver: web-chat}", TICKET) + HOURS
SERVICES = ({"team": "web", "namespace": "shop", "service": "batch", "tier": "standard"},)


def asked(at: str, **labels: str) -> tuple[Answer, ...]:
    routing, problems = read(TEXT)
    assert () == problems
    moment = dt.datetime.fromisoformat(at).replace(tzinfo=BERLIN)
    return answers(routing, tree(routing, (), SERVICES), {"team": "web", **labels}, moment)


def test_a_page_goes_on_to_the_next_ones_in_order_of_time() -> None:
    found = asked("2026-12-24 03:00", severity="critical")
    assert [("web-pager", 30), ("operators", 900), ("data-chat", 2700)] == [(a.route.receiver, a.after) for a in found]
    assert ("web-pager", "operators", "data-chat") == told(found)


def test_in_office_hours_it_is_one_and_outside_of_them_the_other() -> None:
    assert ("web-chat", "operators") == told(asked("2026-11-23 10:00", severity="warning"))
    assert ("web-pager",) == told(asked("2026-11-23 19:00", severity="warning"))


def test_whose_turn_comes_after_the_hours_is_not_told() -> None:
    """At 17:50 the step after 20 minutes comes at 18:10."""
    found = {a.route.receiver: a for a in asked("2026-11-23 17:50", severity="warning")}
    assert [State.TOLD, State.OTHER_HOURS, State.OTHER_HOURS] == [
        found[name].state for name in ("web-chat", "operators", "web-pager")
    ]
    assert dt.datetime(2026, 11, 23, 18, 0, tzinfo=BERLIN) == found["web-pager"].next_told
    assert dt.datetime(2026, 11, 24, 9, 0, tzinfo=BERLIN) == found["operators"].next_told


def test_a_muted_alert_says_why_and_until_when() -> None:
    (first, *_) = asked("2026-12-24 03:00", severity="critical", service="batch")
    assert (State.MUTED, ["it builds reports"]) == (first.state, [mute.reason for mute in first.mutes])
    assert dt.datetime(2026, 12, 24, 6, 0, tzinfo=BERLIN) == first.next_told
    assert State.TOLD is asked("2026-12-24 12:00", severity="critical", service="batch")[0].state


def test_what_is_dropped_is_said_to_be() -> None:
    (only,) = asked("2026-12-24 03:00", severity="info")
    assert (State.DROPPED, ()) == (only.state, told((only,)))


def test_the_group_is_what_it_is_told_together_by() -> None:
    (first, *_) = asked("2026-12-24 03:00", severity="critical", alertname="A", service="x", pod="p")
    assert {"alertname": "A", "cluster": "", "namespace": "", "service": "x"} == first.group


def test_the_same_wall_clock_is_the_same_answer_in_summer_and_winter() -> None:
    for monday in ("2026-01-05", "2026-07-06"):
        assert ("web-chat", "operators") == told(asked(f"{monday} 09:00", severity="warning"))
        assert ("web-pager",) == told(asked(f"{monday} 08:30", severity="warning"))


@settings(max_examples=60, deadline=None)
@given(
    minute=st.integers(0, 366 * 24 * 60),
    severity=st.sampled_from(["critical", "warning", "odd"]),
    service=st.sampled_from(["batch", "x"]),
)
def test_at_any_minute_somebody_is_told_or_the_spec_says_why_nobody_is(
    minute: int, severity: str, service: str
) -> None:
    routing, _ = read(TEXT)
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
    labels = {"team": "web", "severity": severity, "service": service}
    found = answers(routing, tree(routing, (), SERVICES), labels, moment)
    assert told(found) or any(answer.mutes for answer in found)


def test_a_rule_that_may_silence_the_alert_is_named() -> None:
    rule = InhibitRule(
        name="down", source=(Matcher("alertname", "=", "Down"),), target=(Matcher("alertname", "=", "Slow"),), equal=()
    )
    routing, _ = read(TEXT)
    with_rule = type(routing)(teams=routing.teams, inhibit=(rule,))
    assert [rule] == list(may_inhibit(with_rule, {"alertname": "Slow"}))
    assert [] == list(may_inhibit(with_rule, {"alertname": "Down"}))
