"""Routing → an AlertmanagerConfig for each team, and what such objects cannot say. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from alertgen.alertmanager_config.divide import Division
from alertgen.alertmanager_config.effective import TeamObject
from alertgen.alertmanager_config.express import express
from alertgen.diagnostics import Diagnostic
from alertgen.receivers import Receiver, shown
from alertgen.routing.model import At, Route, Routing, TimeInterval
from alertgen.routing.resolve import every_route, reached

_OBJECT_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def objects(routing: Routing, division: Division, namespace: str) -> tuple[TeamObject, ...]:
    """The objects, in the order of the teams' names: an object is called as its team."""
    return tuple(
        TeamObject(
            name=team,
            namespace=namespace,
            route=route,
            receivers=reached(routing, route),
            intervals=hours_of(route, routing.intervals),
        )
        for team, route in division.teams.items()
    )


def hours_of(tree: Route, intervals: Iterable[TimeInterval]) -> tuple[TimeInterval, ...]:
    """Those that a tree names."""
    named = {name for route in every_route(tree) for name in (*route.mute, *route.active)}
    return tuple(interval for interval in intervals if interval.name in named)


def check(found: Iterable[TeamObject], at: At) -> Iterator[Diagnostic]:
    """What the objects cannot say, each thing once. `at` gives places in the routing document."""
    receivers: dict[str, Receiver] = {}
    intervals: dict[str, TimeInterval] = {}
    for each in found:
        receivers |= {receiver.name: receiver for receiver in each.receivers}
        intervals |= {interval.name: interval for interval in each.intervals}
        if _OBJECT_NAME.fullmatch(each.name) is None:
            yield Diagnostic(
                at("teams", each.name), "bad-name", f"{shown(each.name)} cannot be the name of an AlertmanagerConfig",
                hint="use lower-case letters, digits, '-' and '.', or leave out alertmanager_config in the site",
            )  # fmt: skip
    for receiver in receivers.values():
        yield from _check_receiver(receiver, at)
    for interval in intervals.values():
        yield from _check_hours(interval, at)


def _check_receiver(receiver: Receiver, at: At) -> Iterator[Diagnostic]:
    many = Counter(notifier.integration for notifier in receiver.notifiers)
    seen: Counter[str] = Counter()
    for notifier in receiver.notifiers:
        channel = (seen[notifier.integration],) if many[notifier.integration] > 1 else ()
        seen[notifier.integration] += 1
        for unsaid in express(notifier).unsaid:
            place = at("receivers", receiver.name, notifier.integration, *channel, *unsaid.steps)
            yield Diagnostic(place, "not-in-object", unsaid.message, hint=unsaid.hint)


def _check_hours(interval: TimeInterval, at: At) -> Iterator[Diagnostic]:
    for span in interval.ranges:
        if span.location not in {"", "UTC"}:
            yield Diagnostic(
                span.place or interval.location or at("hours"), "not-in-object",
                f"an AlertmanagerConfig knows only UTC, and these hours are those of {span.location}",
                hint="write them in UTC where the clocks never change, or leave out alertmanager_config in the site",
            )  # fmt: skip
            return
