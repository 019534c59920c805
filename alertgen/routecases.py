"""The label sets that the proven alerts fire with → who must be told about each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from alertgen.expand import Expansion
from alertgen.receivers import NONE
from alertgen.routing.model import WATCHDOG, Route, Routing
from alertgen.routing.resolve import resolve
from alertgen.testgen.testfile import TestFile


@dataclass(frozen=True, slots=True)
class RouteCase:
    """An alert's labels as Alertmanager sees them, and who must be told by what the spec says of its team."""

    alert: str
    labels: Mapping[str, str]
    expected: tuple[str, ...]


def route_cases(
    routing: Routing, proofs: Iterable[tuple[Expansion, TestFile]], external_labels: Mapping[str, str]
) -> Iterator[RouteCase]:
    """One case for each alert that fires in the tests, with the full labels that promtool compares there."""
    for expansion, tests in proofs:
        elsewhere = {alert.rule.alert: alert.settings.receiver for alert in expansion.alerts}
        for group in tests.groups:
            for case in group.alert_cases:
                labels = {"alertname": case.alert, **external_labels, **case.labels}
                yield RouteCase(case.alert, labels, _wanted(routing, elsewhere[case.alert], labels))


def _wanted(routing: Routing, elsewhere: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    """Who must be told at some time, from the spec's own words and not from the tree that was built from them."""
    if routing.heartbeat and labels["alertname"] == WATCHDOG:
        return (routing.heartbeat.receiver,)
    if elsewhere:
        return (elsewhere,)
    if labels["alertname"] == WATCHDOG:
        return (NONE.name,)
    team = routing.teams.get(labels.get("team", ""))
    if team is None:
        return (routing.default.receiver,)
    urgency = routing.severities.get(labels["severity"])
    if urgency is None:
        return (routing.default.receiver if team.ticket.receiver == NONE.name else team.ticket.receiver,)
    chain = team.destination(urgency).chain()
    return tuple(name for link in chain for name in (link.receiver, *(step.receiver for step in link.escalate)))


def distinct(cases: Iterable[RouteCase], tree: Route) -> tuple[RouteCase, ...]:
    """One case for each way in which the tree can tell label sets apart: each costs a process of amtool."""
    looked_at = frozenset(_labels(tree))
    seen: dict[object, RouteCase] = {}
    for case in cases:
        key = (tuple((name, case.labels.get(name)) for name in sorted(looked_at)), case.expected)
        seen.setdefault(key, case)
    return tuple(seen.values())


def _labels(route: Route) -> Iterator[str]:
    yield from (matcher.name for matcher in route.matchers)
    for child in route.routes:
        yield from _labels(child)


def misrouted(
    cases: Iterable[RouteCase], tree: Route, called: Callable[[str], str] = str
) -> Iterator[tuple[RouteCase, tuple[str, ...]]]:
    """The cases for which the tree tells others than the spec says, with whom.

    `called` says what the spec calls a receiver of the tree.
    """
    for case in cases:
        got = tuple(route.receiver for route in resolve(tree, case.labels))
        if tuple(map(called, got)) != case.expected:
            yield case, got
