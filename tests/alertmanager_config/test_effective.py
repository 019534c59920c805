"""The tree that the operator puts together tells whom the plain one tells."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from alertgen import compiler, plan
from alertgen.alertmanager_config.divide import divide
from alertgen.alertmanager_config.effective import effective, plain
from alertgen.alertmanager_config.objects import objects
from alertgen.diagnostics import Location
from alertgen.routecases import misrouted, route_cases
from alertgen.routing.model import Matcher, Override, Route, Routing
from alertgen.routing.read import read
from alertgen.routing.resolve import resolve
from alertgen.routing.tree import tree

ROOT = Path(__file__).parent.parent.parent
ROUTING = """
default: {receiver: operators}
teams:
  web: {page: {receiver: web-pager, escalate: [{after: 10m, receiver: operators}]}, ticket: web-chat}
  data.eu: {ticket: {receiver: data-chat, during: office, otherwise: {receiver: none}}, log: data-chat}
receivers:
  operators: {webhook: {url: "http://operators/"}}
  deadman: {webhook: {url: "http://deadman/"}}
  web-pager: {webhook: {url: "http://web/"}}
  web-chat: {webhook: {url: "http://chat/"}}
  data-chat: {webhook: {url: "http://data/"}}
hours: {office: [{times: "09:00-18:00"}], nights: [{times: "22:00-06:00"}]}
"""
SERVICES = (
    {"team": "web", "namespace": "shop", "service": "my-app", "tier": "critical"},
    {"team": "data.eu", "namespace": "shop", "service": "report", "tier": "batch"},
)
ALERTS = ("A", "B", "Watchdog")

Labels = Mapping[str, str]


def at(*steps: Any) -> Location:
    return Location("/".join(map(str, steps)), 1, 1)


def alerts() -> Iterator[dict[str, str]]:
    """Alerts of the services, of the teams that have none, of teams nobody defined, and of none."""
    owners = [*SERVICES, *({"team": team} for team in ("web", "data.eu", "dataxeu", "")), {}]
    for owner, name, severity in itertools.product(owners, ALERTS, ("critical", "warning", "info", "odd")):
        yield {**owner, "alertname": name, "severity": severity}


def told(root: Route, labels: Labels, found: Any = ()) -> list[Any]:
    """Who is told, when, in which groups: by the names of the spec."""
    return [
        (
            plain(r.receiver, found), r.group_by, r.group_wait, r.group_interval, r.repeat_interval,
            [plain(name, found) for name in r.mute], [plain(name, found) for name in r.active],
        )
        for r in resolve(root, labels)
    ]  # fmt: skip


def both(routing: Routing, root: Route) -> tuple[Route, Any]:
    division = divide(root, routing.teams)
    found = objects(routing, division, "monitoring")
    return effective(division.base, found), found


_MUTES = st.lists(
    st.fixed_dictionaries(
        {
            "match": st.fixed_dictionaries(
                {},
                optional={
                    "team": st.sampled_from(["web", "data.eu"]),
                    "severity": st.sampled_from(["critical", "info"]),
                    "service": st.sampled_from(["my-app", "report"]),
                    "alertname": st.sampled_from(ALERTS),
                },
            ).filter(bool),
            "during": st.sampled_from(["office", "nights"]),
            "reason": st.just("x"),
        }
    ),
    max_size=3,
)
_OVERRIDES = st.lists(
    st.builds(
        Override,
        st.sampled_from(ALERTS),
        st.sampled_from(["web-pager", "data-chat", "none"]),
        st.sampled_from(["web", "data.eu", None]),
        st.sampled_from([{}, {"tier": "batch"}]),
    ),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(beats=st.booleans(), mutes=_MUTES, overrides=_OVERRIDES)
def test_whatever_the_spec_says_nobody_is_told_twice_and_nobody_less(
    beats: bool, mutes: list[Any], overrides: list[Override]
) -> None:
    data = yaml.safe_load(ROUTING) | {"mute": mutes} | ({"heartbeat": {"receiver": "deadman"}} if beats else {})
    routing, _ = read(data, at, (0, 28))
    root = tree(routing, overrides, SERVICES)
    merged, found = both(routing, root)
    assert all(route.continue_ for route in merged.routes[: len(found)])
    for labels in alerts():
        assert told(root, labels) == told(merged, labels, found), labels


@pytest.mark.parametrize("site", [ROOT, ROOT / "tests" / "larger_site"], ids=["own", "larger"])
def test_every_alert_of_a_committed_site_reaches_its_team_through_objects_too(site: Path) -> None:
    files = [(str(path), path.read_bytes()) for path in sorted((site / "rules.d").rglob("*.yaml"))]
    build = compiler.compile_spec(files, dt.date(2026, 11, 24), str(site / "rules.d"))
    proofs = [(proven.expansion, proven.tests) for proven in plan.proofs(build, lambda _: True)]
    cases = list(route_cases(build.routing, proofs, build.estate.site.external_labels))
    merged, found = both(build.routing, build.estate.tree)
    assert len(cases) > 50
    assert len(found) == len(build.routing.teams) > 1
    assert [] == list(misrouted(cases, merged, lambda name: plain(name, found)))
    for case in cases:
        assert told(build.estate.tree, case.labels) == told(merged, case.labels, found)


def test_objects_come_in_the_order_of_their_names_before_the_base_and_continue() -> None:
    routing, _ = read(yaml.safe_load(ROUTING) | {"heartbeat": {"receiver": "deadman"}}, at, (0, 28))
    merged, found = both(routing, tree(routing))
    first = [(route.receiver, route.continue_) for route in merged.routes]
    assert [
        ("monitoring/data.eu/data-chat", True),
        ("monitoring/web/web-chat", True),
        ("deadman", False),
    ] == first
    assert merged == effective(divide(tree(routing), routing.teams).base, found[::-1])


def test_a_forced_continue_alone_would_tell_twice() -> None:
    """What dividing guards against: without it the heartbeat's alert is told to the team that owns it as well."""
    routing, _ = read(yaml.safe_load(ROUTING) | {"heartbeat": {"receiver": "deadman"}}, at, (0, 28))
    merged, found = both(routing, tree(routing))
    watchdog = {"alertname": "Watchdog", "severity": "none", "team": "web"}
    assert ["deadman"] == [route[0] for route in told(merged, watchdog, found)]
    assert Matcher("alertname", "!=", "Watchdog") in merged.routes[1].matchers


def test_nothing_is_divided_where_no_team_is_asked_for() -> None:
    routing, _ = read(yaml.safe_load(ROUTING), at, (0, 28))
    assert tree(routing) == divide(tree(routing), {}).base


def test_what_has_no_opposite_is_no_tree_of_ours() -> None:
    pair = (Matcher("a", "=", "b"), Matcher("c", "=", "d"))
    team = Route(receiver="x", matchers=(Matcher("team", "=", "web"),))
    with pytest.raises(ValueError, match='a="b", c="d"'):
        divide(Route(receiver="x", routes=(Route(receiver="y", matchers=pair), team)), {"web": None})
