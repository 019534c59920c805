from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from routingcase import SHOP, VERSION, at, read, receivers_of, shop, validate

from alertgen.quantity import Duration
from alertgen.routing import read as read_module
from alertgen.routing.model import SEVERITIES, Matcher, Override, Route
from alertgen.routing.resolve import every_route, resolve
from alertgen.routing.tree import tree


def test_the_tree_has_one_subtree_for_each_team_and_one_route_for_each_severity() -> None:
    root = tree(shop())
    assert [['alertname="Watchdog"'], ['team="data"'], ['team="web"']] == [
        [str(m) for m in route.matchers] for route in root.routes
    ]
    assert [('severity="critical"', "web-pager"), ('severity="warning"', "web-chat"), ('severity="info"', "none")] == [
        (str(route.matchers[0]), route.receiver) for route in root.routes[2].routes
    ]


def test_the_order_of_the_spec_makes_no_difference() -> None:
    data = yaml.safe_load(SHOP)
    backwards = {
        key: dict(reversed(value.items())) if isinstance(value, dict) else value for key, value in data.items()
    }
    other, _ = read_module.read(backwards, at, VERSION)
    assert repr(tree(shop())) == repr(tree(other))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"alertname": "A", "team": "web", "severity": "critical"}, "web-pager"),
        ({"alertname": "A", "team": "web", "severity": "warning"}, "web-chat"),
        ({"alertname": "A", "team": "web", "severity": "info"}, "none"),
        ({"alertname": "A", "team": "web", "severity": "disaster"}, "web-chat"),
        ({"alertname": "A", "team": "data", "severity": "critical"}, "data-chat"),
        ({"alertname": "A", "team": "nobody", "severity": "critical"}, "operators"),
        ({"alertname": "A"}, "operators"),
        ({"alertname": "Watchdog", "team": "web", "severity": "critical"}, "deadman"),
    ],
)
def test_alerts_reach_those_who_own_them(labels: dict[str, str], expected: str) -> None:
    assert [expected] == receivers_of(tree(shop()), **labels)


def test_without_a_heartbeat_watchdog_is_nobodys_ticket_unless_somebody_asks_for_it() -> None:
    text = SHOP.replace("heartbeat: {receiver: deadman, every: 5m}\n", "").replace("  deadman: {", "  # {")
    routing, watchdog = read(text)[0], {"alertname": "Watchdog", "team": "web", "severity": "none"}
    assert ["none"] == receivers_of(tree(routing), **watchdog)
    asked = Override(alert="Watchdog", receiver="data-chat", team=None)
    assert ["data-chat"] == receivers_of(tree(routing, [asked]), **watchdog)


def test_an_unmapped_severity_of_a_team_that_drops_tickets_reaches_the_default() -> None:
    text = SHOP.replace("ticket: data-chat", "page: data-chat, ticket: none")
    root = tree(read(text)[0])
    assert ["operators"] == receivers_of(root, team="data", severity="disaster")
    assert ["none"] == receivers_of(root, team="data", severity="warning")


def test_the_site_decides_what_a_severity_means() -> None:
    root = tree(read(f"{SHOP}severities: {{none: log, p1: page, info: ticket}}")[0])
    assert ["web-chat", "web-pager", "none"] == [
        name for severity in ("info", "p1", "none") for name in receivers_of(root, team="web", severity=severity)
    ]


def test_the_heartbeat_repeats_faster_than_it_is_looked_at() -> None:
    beat = tree(shop()).routes[0]
    assert (Duration(0), Duration(300), Duration(150)) == (beat.group_wait, beat.group_interval, beat.repeat_interval)


def test_a_route_knows_the_line_that_asked_for_it() -> None:
    web = tree(shop()).routes[2]
    assert ["teams/web/page", "teams/web/ticket", "teams/web"] == [r.location.path for r in web.routes if r.location]


def test_no_route_shadows_another() -> None:
    root = tree(shop())
    for team, severity in itertools.product(shop().teams, SEVERITIES):
        (subtree,) = [r for r in root.routes if r.matchers == (Matcher("team", "=", team),)]
        (route,) = [r for r in subtree.routes if r.matchers == (Matcher("severity", "=", severity),)]
        assert [route.receiver] == receivers_of(root, team=team, severity=severity)


# Escalation, hours, overrides and mutes

NIGHT = """
hours: {office: [{weekdays: "monday:friday", times: "09:00-18:00"}], nights: [{times: "22:00-06:00"}]}
"""
OFFICE = "hours: {office: [{times: '09:00-18:00'}]}\n"
SERVICES = (
    {"team": "web", "namespace": "shop", "service": "my-app", "tier": "critical"},
    {"team": "data", "namespace": "shop", "service": "report-worker", "tier": "batch"},
)


def shown(route: Route) -> str:
    """A route as one reads it, with its children."""
    parts = [
        " ".join(map(str, route.matchers)),
        f"-> {route.receiver}",
        f"wait {route.group_wait}" if route.group_wait is not None else "",
        f"in {','.join(route.active)}" if route.active else "",
        f"not {','.join(route.mute)}" if route.mute else "",
        "and on" if route.continue_ else "",
        f"[{'; '.join(shown(child) for child in route.routes)}]" if route.routes else "",
    ]
    return " ".join(filter(None, parts))


def subtree(text: str, team: str, *overrides: Override) -> list[str]:
    routing, diagnostics = read(text)
    assert () == diagnostics
    (found,) = [r for r in tree(routing, overrides, SERVICES).routes if r.matchers == (Matcher("team", "=", team),)]
    return [shown(route) for route in found.routes]


def test_an_escalation_is_a_sibling_with_a_longer_wait() -> None:
    page = "{receiver: web-pager, escalate: [{after: 15m, receiver: web-chat}, {after: 1h, receiver: operators}]}"
    assert [
        'severity="critical" -> web-pager and on',
        'severity="critical" -> web-chat wait 15m and on',
        'severity="critical" -> operators wait 1h',
    ] == subtree(SHOP.replace("page: web-pager", f"page: {page}"), "web")[:3]


def test_other_hours_are_a_sibling_that_is_silent_in_those_before() -> None:
    ticket = "{receiver: web-chat, during: office, otherwise: {receiver: web-pager, during: nights, otherwise: none}}"
    assert [
        'severity="warning" -> web-chat in office and on',
        'severity="warning" -> web-pager in nights not office and on',
        'severity="warning" -> none not office,nights',
    ] == subtree(SHOP.replace("{receiver: web-chat}", ticket) + NIGHT, "web")[1:4]


def test_each_step_keeps_the_hours_of_its_destination() -> None:
    ticket = "{receiver: web-chat, during: office, escalate: [{after: 1h, receiver: web-pager}], otherwise: operators}"
    assert [
        'severity="warning" -> web-chat in office and on',
        'severity="warning" -> web-pager wait 1h in office and on',
        'severity="warning" -> operators not office',
    ] == subtree(SHOP.replace("{receiver: web-chat}", ticket) + OFFICE, "web")[1:4]


def test_an_alert_of_a_service_goes_elsewhere_before_its_severity_is_looked_at() -> None:
    own = Override("PodNotReady", "web-chat", "web", {"namespace": "shop", "service": "my-app"})
    teams = Override("PodNotReady", "web-pager", "web")
    tier = Override("PodNotReady", "operators", None, {"tier": "batch"})
    assert [
        'alertname="PodNotReady" namespace="shop" service="my-app" -> web-chat',
        'alertname="PodNotReady" -> web-pager',
        'alertname="PodNotReady" tier="batch" -> operators',
    ] == subtree(SHOP, "web", own, teams, tier)[:3]
    assert ['alertname="PodNotReady" tier="batch" -> operators'] == subtree(SHOP, "data", own, teams, tier)[:1]


def test_an_alert_that_the_site_sends_elsewhere_goes_there_without_a_team_too() -> None:
    root = tree(shop(), [Override("KubeStateMetricsMissing", "web-pager", None)])
    labels = {"alertname": "KubeStateMetricsMissing", "severity": "critical"}
    assert [["web-pager"]] * 3 == [receivers_of(root, **labels, team=team) for team in ("", "web", "data")]


def test_a_mute_is_a_child_of_every_route_that_it_may_fit() -> None:
    mute = "mute: [{match: {service: report-worker}, during: nights, reason: the batch runs}]\n"
    text = f"{SHOP}{NIGHT}{mute}".replace(
        "ticket: data-chat, log", "page: {receiver: data-chat, during: office, otherwise: operators}, ticket: none, log"
    )
    assert [
        'severity="critical" -> data-chat in office and on [service="report-worker" -> data-chat in office not nights]',
        'severity="critical" -> operators not office [service="report-worker" -> operators not office,nights]',
        'severity="warning" -> none',
        'severity="info" -> data-chat [service="report-worker" -> data-chat not nights]',
        'service="report-worker" -> operators not nights',
    ] == subtree(text, "data")
    assert not any("nights" in route for route in subtree(text, "web"))


def test_a_mute_of_all_that_a_route_takes_is_the_routes_own() -> None:
    mute = "mute: [{match: {team: web, severity: warning}, during: nights, reason: sleep}]\n"
    text = SHOP + NIGHT.replace('office: [{weekdays: "monday:friday", times: "09:00-18:00"}], ', "") + mute
    assert ['severity="warning" -> web-chat not nights'] == [r for r in subtree(text, "web") if "nights" in r]


def test_an_alert_that_two_mutes_fit_is_silent_in_the_hours_of_both() -> None:
    mutes = """mute:
    - {match: {service: my-app}, during: nights, reason: a}
    - {match: {alertname: A}, during: office, reason: b}
    """
    found = [route for route in subtree(f"{SHOP}{NIGHT}{mutes}\n", "web") if "critical" in route]
    assert [
        (
            'severity="critical" -> web-pager [service="my-app" -> web-pager not nights [alertname="A" -> web-pager '
            'not nights,office]; alertname="A" -> web-pager not office]'
        )
    ] == found


def test_a_route_knows_what_mutes_it() -> None:
    mute = "mute: [{match: {service: my-app}, during: nights, reason: sleep}]\n"
    routing, _ = read(SHOP + NIGHT + mute)
    root = tree(routing, (), SERVICES)
    (route,) = resolve(root, {"alertname": "A", "team": "web", "severity": "critical", "service": "my-app"})
    assert ["sleep"] == [m.reason for m in route.muted_by]
    assert "mute/0" == getattr(route.location, "path", "")


def test_a_mute_of_no_service_in_particular_holds_for_what_no_team_owns_too() -> None:
    mute = "mute: [{match: {cluster: old}, during: nights, reason: it is switched off}]\n"
    routing, _ = read(SHOP + NIGHT + mute)
    root = tree(routing, (), SERVICES)
    for team in ("web", "data", "stranger", ""):
        assert all(
            r.mute == ("nights",) for r in resolve(root, {"team": team, "severity": "critical", "cluster": "old"})
        )
        assert all(r.mute == () for r in resolve(root, {"team": team, "severity": "critical", "cluster": "new"}))


_RECEIVERS = ("web-pager", "web-chat", "data-chat", "operators")
_STEPS = st.lists(st.sampled_from(_RECEIVERS), max_size=2).map(
    lambda names: [{"after": f"{10 * n}m", "receiver": name} for n, name in enumerate(names, start=1)]
)


def _links(rest: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    link = {"receiver": st.sampled_from(_RECEIVERS), "during": st.sampled_from(["office", "nights"]), "otherwise": rest}
    return st.fixed_dictionaries(link, optional={"escalate": _STEPS.filter(bool)})


_ENDS = st.sampled_from((*_RECEIVERS, "none")) | st.fixed_dictionaries(
    {"receiver": st.sampled_from(_RECEIVERS)}, optional={"escalate": _STEPS.filter(bool)}
)
_DESTINATIONS = st.recursive(_ENDS, _links, max_leaves=3)
_MATCHES = st.fixed_dictionaries(
    {},
    optional={
        "team": st.sampled_from(["web", "data"]),
        "severity": st.sampled_from(["critical", "info"]),
        "service": st.sampled_from(["my-app", "report-worker"]),
        "alertname": st.sampled_from(["A", "B"]),
    },
).filter(bool)
_MUTES = st.lists(
    st.fixed_dictionaries({"match": _MATCHES, "during": st.sampled_from(["office", "nights"]), "reason": st.just("x")}),
    max_size=3,
)
_OVERRIDES = st.lists(
    st.builds(Override, st.sampled_from(["A", "B"]), st.sampled_from(_RECEIVERS), st.sampled_from(["web", "data"])),
    max_size=1,
)


def alerts() -> Iterator[dict[str, str]]:
    """An alert of each kind: of services as they are, of others, without a team."""
    for service, name, severity in itertools.product(SERVICES, ("A", "B", "C"), ("critical", "warning", "info", "odd")):
        yield {**service, "alertname": name, "severity": severity}
    for name, severity, team in itertools.product(("A", "C"), ("critical", "info", "odd"), ("web", "stranger", "")):
        yield {"alertname": name, "severity": severity, "team": team}
    yield {"alertname": "Watchdog", "severity": "none", "team": "web"}


@settings(max_examples=150, deadline=None)
@given(page=_DESTINATIONS, ticket=_DESTINATIONS, mutes=_MUTES, overrides=_OVERRIDES)
def test_whatever_the_spec_says_alerts_reach_whom_it_names_and_no_route_is_for_nothing(
    page: Any, ticket: Any, mutes: list[Any], overrides: list[Override]
) -> None:
    data = yaml.safe_load(SHOP + NIGHT)
    data["teams"]["web"] |= {"page": page, "ticket": ticket}
    data["mute"] = mutes
    validate(data)
    routing, _ = read_module.read(data, at, VERSION)
    root = tree(routing, overrides, SERVICES)
    for labels in alerts():
        muted = {m["during"] for m in mutes if all(labels.get(k, "") == v for k, v in m["match"].items())}
        elsewhere = next(
            (o.receiver for o in overrides if (o.alert, o.team) == (labels["alertname"], labels["team"])), ""
        )
        wanted = [
            (receiver, during, outside if receiver == "none" else outside | muted)
            for receiver, during, outside in _wanted(data, elsewhere, labels)
        ]
        if labels["alertname"] == "Watchdog":
            wanted = [("deadman", "", set())]
        assert wanted == [(r.receiver, "".join(r.active), set(r.mute)) for r in resolve(root, labels)], labels
    for route in every_route(root):
        assert not route.routes or not route.routes[-1].continue_
        siblings = [child.matchers for child in route.routes if not child.continue_]
        assert len(siblings) == len(set(siblings)), "one shadows the other"


def _wanted(data: Any, elsewhere: str, labels: Mapping[str, str]) -> Iterator[tuple[str, str, set[str]]]:
    """Who is told, in which hours and outside of which, in the words of the document."""
    team = data["teams"].get(labels["team"])
    if team is None or elsewhere:
        yield elsewhere or "operators", "", set()
        return
    ticket = team["ticket"]
    found = {"critical": team.get("page", ticket), "warning": ticket, "info": team.get("log", "none")}
    link = found.get(labels["severity"])
    if link is None:
        receiver = ticket if isinstance(ticket, str) else ticket["receiver"]
        link = "operators" if receiver == "none" else receiver
    outside: set[str] = set()
    while link is not None:
        link = {"receiver": link} if isinstance(link, str) else link
        for receiver in (link["receiver"], *(step["receiver"] for step in link.get("escalate", ()))):
            yield receiver, link.get("during", ""), set(outside)
        outside |= {link["during"]} if "during" in link else set()
        link = link.get("otherwise")
