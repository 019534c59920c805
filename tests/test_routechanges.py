from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from alertgen.golden import Drift, Kind
from alertgen.quantity import Duration
from alertgen.receivers import Receiver
from alertgen.render import alertmanager
from alertgen.routechanges import ROUTING_FILE, _tree, changes
from alertgen.routing.model import Matcher, Route, Routing

CRITICAL, WARNING = (Matcher("severity", "=", severity) for severity in ("critical", "warning"))
BEFORE = Route(
    receiver="ops",
    group_by=("alertname",),
    group_wait=Duration(30),
    routes=(Route(receiver="pager", matchers=(CRITICAL,)), Route(receiver="chat", matchers=(WARNING,))),
)
NOW = Route(
    receiver="ops",
    group_by=("alertname",),
    group_wait=Duration(30),
    routes=(
        Route(receiver="pager", matchers=(CRITICAL,), active=("office",), continue_=True),
        Route(receiver="chat", matchers=(CRITICAL,), mute=("office",)),
        Route(receiver="chat", matchers=(WARNING,)),
    ),
)


def rendered(tree: Route) -> bytes:
    receivers = {name: Receiver(name) for name in ("ops", "pager", "chat", "a", "b")}
    return alertmanager.render(Routing(receivers=receivers), tree, (0, 28), "# a test").encode()


def drift(path: str, committed: bytes) -> Drift:
    return Drift(path, Kind.CHANGED, committed=committed, built=b"x")


def alert(name: str, severity: str) -> dict[str, str]:
    return {"alertname": name, "severity": severity}


SERVICES = [("shop/my-app", [alert("Down", "critical"), alert("Slow", "warning")])]


def test_a_new_tree_says_for_whom_that_makes_a_difference() -> None:
    assert ["`Down` of `my-app`: pager → pager during office; chat outside office"] == list(
        changes([drift(ROUTING_FILE, rendered(BEFORE))], NOW, {}, SERVICES)
    )


def test_a_service_whose_route_cannot_have_changed_is_not_even_expanded() -> None:
    def unasked() -> Iterator[dict[str, str]]:
        yield alert(str(1 / 0), "critical")

    assert not list(changes([], NOW, {}, [("shop/my-app", unasked())]))


def test_another_severity_is_another_receiver() -> None:
    rules = b"groups: [{rules: [{alert: Down, labels: {severity: critical}}, {record: a:b, expr: c}]}]"
    now = [("shop/my-app", [alert("Down", "warning")])]
    assert ["`Down` of `my-app`: pager → chat"] == list(
        changes([drift("prometheus/shop/my-app.yaml", rules)], BEFORE, {}, now)
    )


def test_alerts_that_move_together_stand_in_one_line() -> None:
    now = [("shop/my-app", [alert(name, "critical") for name in "EDCBA"])]
    assert ["`A`, `B`, `C` and 2 more of `my-app`: pager → pager during office; chat outside office"] == list(
        changes([drift(ROUTING_FILE, rendered(BEFORE))], NOW, {}, now)
    )


def test_what_moves_nobody_says_nothing() -> None:
    assert [] == list(changes([], NOW, {}, SERVICES))
    assert [] == list(changes([drift("docs/shop/my-app.md", b"y")], NOW, {}, SERVICES))
    assert [] == list(changes([drift(ROUTING_FILE, rendered(NOW))], NOW, {}, SERVICES))


def test_what_somebody_broke_is_left_to_the_diff() -> None:
    for broken in (b"{", b"route: {matchers: [a]}", b"[]", b"route: {receiver: a, routes: 3}", b"\xff"):
        assert [] == list(changes([drift(ROUTING_FILE, broken)], NOW, {}, SERVICES))
        assert [] == list(changes([drift("prometheus/shop/my-app.yaml", broken)], NOW, {}, SERVICES))


_MATCHERS = st.builds(
    Matcher, st.sampled_from(["a", "b"]), st.sampled_from(["=", "!=", "=~", "!~"]), st.text("ab\"\\\n|'")
)
_LEAVES = st.builds(
    Route,
    receiver=st.sampled_from(["a", "b"]),
    matchers=st.lists(_MATCHERS, max_size=2).map(tuple),
    group_wait=st.none() | st.integers(0, 4000).map(Duration),
    continue_=st.booleans(),
    mute=st.lists(st.sampled_from(["office", "nights"]), max_size=2, unique=True).map(tuple),
)


@given(leaves=st.lists(_LEAVES, max_size=3))
def test_what_is_written_reads_back(leaves: list[Route]) -> None:
    root = Route(receiver="a", group_wait=Duration(30), routes=tuple(leaves))
    assert root == _tree(rendered(root))
