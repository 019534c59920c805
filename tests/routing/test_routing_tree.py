from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
import yaml
from routingcase import SHOP, VERSION, at, read, receivers_of, shop

from alertgen.quantity import Duration
from alertgen.routing import read as read_module
from alertgen.routing.model import SEVERITIES, Matcher, Urgency
from alertgen.routing.tree import tree


def test_the_tree_has_one_subtree_for_each_team_and_one_route_for_each_severity() -> None:
    root = tree(shop(), SEVERITIES)
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
    severities = dict(reversed(list(SEVERITIES.items())))
    assert repr(tree(shop(), SEVERITIES)) == repr(tree(other, severities))


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
    assert [expected] == receivers_of(tree(shop(), SEVERITIES), **labels)


def test_without_a_heartbeat_watchdog_is_an_alert_like_others() -> None:
    text = SHOP.replace("heartbeat: {receiver: deadman, every: 5m}\n", "").replace("  deadman: {", "  # {")
    root = tree(read(text)[0], SEVERITIES)
    assert ["web-chat"] == receivers_of(root, alertname="Watchdog", team="web", severity="warning")


def test_an_unmapped_severity_of_a_team_that_drops_tickets_reaches_the_default() -> None:
    text = SHOP.replace("ticket: data-chat", "page: data-chat, ticket: none")
    root = tree(read(text)[0], SEVERITIES)
    assert ["operators"] == receivers_of(root, team="data", severity="disaster")
    assert ["none"] == receivers_of(root, team="data", severity="warning")


def test_the_site_decides_what_a_severity_means() -> None:
    mapping: Mapping[str, Urgency] = {"p2": "ticket", "p1": "page", "p3": "ticket"}
    web = tree(shop(), mapping).routes[2]
    assert ['severity="p1"', 'severity="p2"', 'severity="p3"'] == [str(r.matchers[0]) for r in web.routes]


def test_the_heartbeat_repeats_faster_than_it_is_looked_at() -> None:
    beat = tree(shop(), SEVERITIES).routes[0]
    assert (Duration(0), Duration(300), Duration(150)) == (beat.group_wait, beat.group_interval, beat.repeat_interval)


def test_a_route_knows_the_line_that_asked_for_it() -> None:
    web = tree(shop(), SEVERITIES).routes[2]
    assert ["teams/web/page", "teams/web/ticket", "teams/web"] == [r.location.path for r in web.routes if r.location]


def test_no_route_shadows_another() -> None:
    root = tree(shop(), SEVERITIES)
    for team, severity in itertools.product(shop().teams, SEVERITIES):
        (subtree,) = [r for r in root.routes if r.matchers == (Matcher("team", "=", team),)]
        (route,) = [r for r in subtree.routes if r.matchers == (Matcher("severity", "=", severity),)]
        assert [route.receiver] == receivers_of(root, team=team, severity=severity)
