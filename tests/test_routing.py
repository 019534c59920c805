from __future__ import annotations

import itertools
import json
import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from alertgen import routing
from alertgen.diagnostics import Diagnostic, Location
from alertgen.quantity import Duration
from alertgen.receivers import Receiver
from alertgen.render import alertmanager
from alertgen.routing import SEVERITIES, Matcher, Route, Routing, Urgency, resolve, tree
from alertgen.tools import amtool as amtool_program
from alertgen.tools.binaries import Binary

VERSION = (0, 28)

SHOP = """
default: {receiver: operators}
heartbeat: {receiver: deadman, every: 5m}
teams:
  web: {page: web-pager, ticket: {receiver: web-chat}, contacts: {page: web@example.com}, description: The shop.}
  data: {ticket: data-chat, log: data-chat}
receivers:
  operators: {email: {to: ops@example.com, from: am@example.com, smarthost: "smtp.example.com:587"}}
  deadman: {webhook: {url: "http://deadman/"}}
  web-pager: {pagerduty: {routing_key_file: /secrets/web-pager}}
  web-chat: {slack: {api_url_file: /secrets/slack, channel: "#web"}}
  data-chat: {slack: {api_url_file: /secrets/slack, channel: "#data"}}
"""


def at(*steps: Any) -> Location:
    """A place that tells the path to it."""
    return Location("/".join(map(str, steps)), 1, 1)


def read(text: str, version: tuple[int, ...] = VERSION) -> tuple[Routing, tuple[Diagnostic, ...]]:
    data = yaml.safe_load(text)
    validate(data)
    return routing.read(data, at, version)


def validate(data: Any) -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$ref": "#/$defs/routing",
        "$defs": {"routing": routing.SCHEMA, "alerts": {"type": "object"}, **routing.DEFS},
    }
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(data, schema, cls=jsonschema.Draft7Validator)


def problems(text: str) -> list[str]:
    return [f"{p.location.path}: {p.code}: {p.message}" for p in read(text)[1]]


def shop() -> Routing:
    found, diagnostics = read(SHOP)
    assert () == diagnostics
    return found


def receivers_of(root: Route, **labels: str) -> list[str]:
    return [route.receiver for route in resolve(root, labels)]


# Reading


def test_no_routing_document_gives_a_tree_that_tells_nobody() -> None:
    found, diagnostics = routing.read(None, at, VERSION)
    assert () == diagnostics
    assert Receiver("unrouted") == found.receivers["unrouted"]
    assert ["unrouted"] == receivers_of(tree(found, SEVERITIES), alertname="A", team="web", severity="critical")


def test_a_receiver_reads_the_same_with_and_without_braces() -> None:
    assert read(SHOP)[0] == read(SHOP.replace("{receiver: web-chat}", "web-chat"))[0]


def test_pages_go_where_tickets_go_unless_told_otherwise() -> None:
    assert "data-chat" == shop().teams["data"].page.receiver
    assert "teams/data/ticket" == getattr(shop().teams["data"].page.location, "path", "")


def test_logs_are_dropped_unless_told_otherwise() -> None:
    assert ["none", "data-chat"] == [shop().teams[name].log.receiver for name in ("web", "data")]


def test_a_team_keeps_its_own_words() -> None:
    web = shop().teams["web"]
    assert ("The shop.", {"page": "web@example.com"}) == (web.description, web.contacts)


def test_teams_and_receivers_come_in_alphabetical_order() -> None:
    assert ["data", "web"] == list(shop().teams)
    assert sorted(shop().receivers) == list(shop().receivers)


def test_an_unknown_receiver_is_named_with_the_nearest_known_one() -> None:
    _, found = read(SHOP.replace("page: web-pager", "page: web-pagr").replace("web-pager: {", "web-pager2: {"))
    (problem, unused) = found
    assert ("teams/web/page", "there is no receiver 'web-pagr'") == (problem.location.path, problem.message)
    assert ("unknown-receiver", "unused-receiver") == (problem.code, unused.code)
    assert "did you mean 'web-pager2'?" == problem.hint


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("default/receiver", SHOP.replace("default: {receiver: operators}", "default: {receiver: nobody}")),
        ("heartbeat/receiver", SHOP.replace("receiver: deadman", "receiver: nobody")),
        ("teams/data/log", SHOP.replace("log: data-chat", "log: nobody")),
    ],
)
def test_an_unknown_receiver_is_found_wherever_it_is_named(path: str, text: str) -> None:
    assert f"{path}: unknown-receiver: there is no receiver 'nobody'" in problems(text)


def test_a_receiver_that_nobody_uses_is_an_error() -> None:
    text = SHOP + "  lonely: {webhook: {url: 'http://x/'}}\n"
    assert ["receivers/lonely: unused-receiver: nothing is sent to the receiver 'lonely'"] == problems(text)


def test_a_receivers_own_problems_are_found_at_their_place() -> None:
    text = SHOP.replace("routing_key_file: /secrets/web-pager", "routing_key: hunter2")
    (problem,) = read(text)[1]
    assert "receivers/web-pager/pagerduty/routing_key" == problem.location.path
    assert "literal-secret" == problem.code


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "ticket: data-chat, ",
            "",
            "teams/data: no-ticket-receiver: the team 'data' does not say where its tickets go",
        ),
        (
            "ticket: data-chat, ",
            "ticket: none, ",
            (
                "teams/data/ticket: black-hole: pages of the team 'data' would reach nobody: they go where tickets go, "
                "and those are dropped"
            ),
        ),
        ("{receiver: operators}", "none", "default: black-hole: default goes to 'none': nobody would be told"),
        (
            "receiver: deadman",
            "receiver: none",
            "heartbeat: black-hole: heartbeat goes to 'none': nobody would be told",
        ),
        (
            "default: {receiver: operators}",
            "",
            ": no-default-receiver: nobody is told about alerts that no team owns",
        ),
        ("5m}", "1s}", "heartbeat/every: bad-value: every: 1s is too short"),
        ("5m}", "1000y}", "heartbeat/every: bad-value: every: '1000y' is more than a hundred years"),
        ("teams:", "group_interval: 0s\nteams:", "group_interval: bad-value: group_interval cannot be zero"),
        ("teams:", "repeat_interval: 0m\nteams:", "repeat_interval: bad-value: repeat_interval cannot be zero"),
        (
            "teams:",
            "repeat_interval: 1m\nteams:",
            (
                "repeat_interval: no-effect: a repeat_interval of 1m is as good as 5m: groups are looked at once in a "
                "group_interval"
            ),
        ),
        ("teams:", "group_by: [a, b, a]\nteams:", "group_by/2: duplicate-label: 'a' is already in group_by"),
        (
            "teams:",
            "group_by: [a, ...]\nteams:",
            "group_by/1: group-by-all: '...' means all labels: it cannot stand beside others",
        ),
        ("teams:", "group_by: [a.b]\nteams:", "group_by/0: bad-name: 'a.b' cannot be the name of a label"),
        ("web@example.com", "web", "teams/web/contacts/page: bad-value: 'web' is not an e-mail address"),
        ("web@example.com", '"{{ x }}"', "teams/web/contacts/page: bad-value: '{{ x }}' is not an e-mail address"),
        (
            "receivers:",
            "receivers:\n  none: {webhook: {url: 'http://x/'}}",
            "receivers/none: reserved-name: 'none' is built in: it drops what it is sent",
        ),
    ],
)
def test_what_makes_no_sense_is_found(old: str, new: str, expected: str) -> None:
    assert SHOP.count(old) == 1
    assert [expected] == [p for p in problems(SHOP.replace(old, new)) if "unused-receiver" not in p]


@pytest.mark.parametrize("text", ["group_wait: 0s", "group_by: []", "group_by: ['...']", "repeat_interval: 5m"])
def test_what_alertmanager_takes_is_no_problem(text: str) -> None:
    assert [] == problems(f"{SHOP}{text}\n")


BAD_NAMES = ["", "a b", "a/b", 'a"b', "a'b", "a\nb", "a{b}", "{{ x }}", "-a", "a.", "ä", "x" * 300, "a,b", "\x1b[31m"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_would_break_something_is_refused_on_one_line(name: str) -> None:
    data = yaml.safe_load(SHOP)
    data["teams"][name] = data["teams"].pop("data") | {"page": name}
    data["receivers"][name] = data["receivers"]["data-chat"]
    validate(data) if name else None
    _, found = routing.read(data, at, VERSION)
    assert ["receiver", "team"] == sorted(p.message.rpartition(" ")[2] for p in found if p.code == "bad-name")
    for problem in found:
        assert problem.message.isprintable()
        assert len(problem.message) < 120


@pytest.mark.parametrize("key", ["hours", "mute", "inhibit", "tiems"])
def test_keys_without_an_effect_are_the_schemas_to_find(key: str) -> None:
    with pytest.raises(jsonschema.ValidationError, match=key):
        validate({"default": "a", key: {}})


@pytest.mark.parametrize("key", ["escalate", "during", "otherwise"])
def test_a_destination_knows_only_its_receiver(key: str) -> None:
    with pytest.raises(jsonschema.ValidationError, match=key):
        validate({"teams": {"web": {"page": {"receiver": "a", key: "x"}}}})


def test_an_editor_can_explain_every_key() -> None:
    def unexplained(schema: Any, *path: str) -> list[str]:
        found = []
        for key, inner in schema.get("properties", {}).items():
            body = routing.DEFS.get(inner.get("$ref", "").rpartition("/")[2], inner)
            found += [] if body.get("description") or key == "alerts" else ["/".join((*path, key))]
            found += unexplained(body, *path, key)
        for keyword in ("additionalProperties", "items", "then", "else"):
            inner = schema.get(keyword)
            found += unexplained(inner, *path, keyword) if isinstance(inner, dict) else []
        return found

    assert [] == unexplained(json.loads(json.dumps(routing.SCHEMA)))


# The tree


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
    other, _ = routing.read(backwards, at, VERSION)
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


# Where an alert ends up


def test_a_route_that_continues_lets_the_next_one_have_the_alert_too() -> None:
    first = Route(receiver="a", matchers=(Matcher("x", "=", "1"),), continue_=True)
    second = Route(receiver="b", matchers=(Matcher("x", "=~", "1|2"),))
    third = Route(receiver="c")
    root = Route(receiver="root", routes=(first, second, third))
    assert ["a", "b"] == receivers_of(root, x="1")
    assert ["b"] == receivers_of(root, x="2")
    assert ["c"] == receivers_of(root, x="12")


def test_a_resolved_route_knows_what_it_inherits() -> None:
    leaf = Route(receiver="b", group_wait=Duration(1))
    root = Route(receiver="a", group_by=("x",), group_interval=Duration(2), repeat_interval=Duration(3), routes=(leaf,))
    (found,) = resolve(root, {})
    assert ("b", ("x",), 1, 2, 3) == (
        found.receiver, found.group_by, found.group_wait, found.group_interval, found.repeat_interval,
    )  # fmt: skip  # one thing on one line


@pytest.mark.parametrize(
    ("matcher", "labels", "expected"),
    [
        (Matcher("a", "=", ""), {}, True),
        (Matcher("a", "!=", ""), {}, False),
        (Matcher("a", "=~", "x"), {"a": "xx"}, False),
        (Matcher("a", "=~", "x|y"), {"a": "xy"}, False),
        (Matcher("a", "!~", ".+"), {}, True),
        (Matcher("a", "=~", r"\d"), {"a": "٣"}, False),
    ],
)
def test_a_matcher_takes_the_whole_value_and_an_absent_label_as_empty(
    matcher: Matcher, labels: dict[str, str], expected: bool
) -> None:
    assert expected is matcher.matches(labels)


_VALUES = st.sampled_from(["", "x", "y", "xy", 'x"y', "a\\nb", "x\ny", "ä", "{}", "1e3", " x", "a,b=c"])
_REGEXES = st.sampled_from(["x|y", "x.*", ".+", "", "[xy]+", "(xy|ä)?", "x[^y]", r"a\\nb", r'x"y', "x{2}", ".*"])
_LABELS = st.dictionaries(st.sampled_from(["a", "b", "c"]), _VALUES)
_MATCHERS = st.one_of(
    st.builds(Matcher, st.sampled_from(["a", "b", "c"]), st.sampled_from(["=", "!="]), _VALUES),
    st.builds(Matcher, st.sampled_from(["a", "b", "c"]), st.sampled_from(["=~", "!~"]), _REGEXES),
)


def _route(children: st.SearchStrategy[tuple[Route, ...]]) -> st.SearchStrategy[Route]:
    return st.builds(
        Route,
        receiver=st.sampled_from(string.ascii_uppercase[:8]),
        matchers=st.lists(_MATCHERS, max_size=2).map(tuple),
        continue_=st.booleans(),
        routes=children,
    )


def _several(route: st.SearchStrategy[Route]) -> st.SearchStrategy[tuple[Route, ...]]:
    return st.lists(route, max_size=4).map(tuple)


_TREES = st.builds(
    Route,
    receiver=st.just("root"),
    group_by=st.just(("alertname",)),
    routes=_several(_route(_several(_route(_several(_route(st.just(()))))))),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("routes") / "alertmanager.yaml"


@settings(max_examples=12, deadline=None)
@given(root=_TREES, alerts=st.lists(_LABELS, min_size=3, max_size=3))
def test_amtool_sends_alerts_where_we_say(
    root: Route, alerts: list[dict[str, str]], amtools: Sequence[Binary], file: Path
) -> None:
    names = ["root", *string.ascii_uppercase[:8]]
    everybody = Routing(receivers={name: Receiver(name) for name in names})
    for amtool in amtools:
        file.write_text(alertmanager.render(everybody, root, amtool.version, "# a test"), encoding="utf-8")
        for labels in ({"alertname": "A", **labels} for labels in alerts):
            expected = tuple(route.receiver for route in resolve(root, labels))
            assert expected == amtool_program.routes_test(amtool, file, labels), amtool


def test_amtool_sends_the_shops_alerts_where_we_say(amtools: Sequence[Binary], file: Path) -> None:
    root = tree(shop(), SEVERITIES)
    for amtool in amtools:
        file.write_text(alertmanager.render(shop(), root, amtool.version, "# a test"), encoding="utf-8")
        for alert, team, severity in itertools.product(("A", "Watchdog"), ("web", "data", "x"), ("critical", "info")):
            labels = {"alertname": alert, "team": team, "severity": severity}
            assert tuple(receivers_of(root, **labels)) == amtool_program.routes_test(amtool, file, labels), amtool
