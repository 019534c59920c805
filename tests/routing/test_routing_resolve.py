from __future__ import annotations

import itertools
import string
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routingcase import receivers_of, shop

from alertgen.quantity import Duration
from alertgen.receivers import Receiver
from alertgen.render import alertmanager
from alertgen.routing.model import SEVERITIES, Matcher, Route, Routing
from alertgen.routing.resolve import resolve
from alertgen.routing.tree import tree
from alertgen.tools import amtool as amtool_program
from alertgen.tools.binaries import Binary


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
