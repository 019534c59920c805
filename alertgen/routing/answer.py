"""Who is told of an alert with these labels at this moment, and who comes next? Pure; the moment is an argument."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from alertgen.quantity import Duration
from alertgen.receivers import NONE
from alertgen.routing.model import EVERY_LABEL, InhibitRule, Mute, Route, Routing, TimeInterval
from alertgen.routing.moments import until, within
from alertgen.routing.resolve import resolve

LOOK_AHEAD = dt.timedelta(days=8)
"""How far ahead it is looked for the time at which somebody is told: a week, whatever the weekday, and a day."""


class State(StrEnum):
    """What becomes of an alert on one of its routes."""

    TOLD = "told"
    OTHER_HOURS = "other hours"
    """The route is for other hours."""
    MUTED = "muted"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one route does with an alert that begins to fire at a moment."""

    route: Route
    """With what it inherits."""
    state: State
    """At the time when it is this receiver's turn, `after` so long."""
    after: Duration
    group: Mapping[str, str]
    """The labels that the alerts have in common of which it is told together; all of them for a group of its own."""
    mutes: tuple[Mute, ...] = ()
    """What the spec mutes it by then."""
    next_told: dt.datetime | None = None
    """When it is told if it is not now and still fires then, in UTC; None when that is not within LOOK_AHEAD."""


def answers(routing: Routing, tree: Route, labels: Mapping[str, str], moment: dt.datetime) -> tuple[Answer, ...]:
    """An answer for each route that takes the alert, in the order of who is told first.

    `moment` knows its zone: then the alert begins to fire, and it is the first of its group.
    """
    hours = {interval.name: interval for interval in routing.intervals}
    found = [_answer(hours, route, labels, moment) for route in resolve(tree, labels)]
    return tuple(sorted(found, key=lambda answer: answer.after))


def _answer(hours: Mapping[str, TimeInterval], route: Route, labels: Mapping[str, str], moment: dt.datetime) -> Answer:
    after = route.group_wait or Duration(0)
    then = moment + dt.timedelta(seconds=after)
    state = _state(hours, route, then)
    group_by = route.group_by or ()
    told = None
    if state in {State.OTHER_HOURS, State.MUTED}:
        told = until(lambda minute: _state(hours, route, minute) is State.TOLD, then, LOOK_AHEAD)
    return Answer(
        route=route,
        state=state,
        after=after,
        group=dict(labels) if EVERY_LABEL in group_by else {name: labels.get(name, "") for name in group_by},
        mutes=tuple(mute for mute in route.muted_by if within(hours[mute.during], then)),
        next_told=told,
    )


def _state(hours: Mapping[str, TimeInterval], route: Route, moment: dt.datetime) -> State:
    if route.receiver == NONE.name:
        # Hours matter here too: outside of them it is somebody else's.
        outside = any(within(hours[name], moment) for name in route.mute)
        return State.OTHER_HOURS if outside or not _active(hours, route, moment) else State.DROPPED
    if not _active(hours, route, moment):
        return State.OTHER_HOURS
    muting = {name for name in route.mute if within(hours[name], moment)}
    if not muting:
        return State.TOLD
    of_mutes = {mute.during for mute in route.muted_by}
    return State.MUTED if muting <= of_mutes else State.OTHER_HOURS


def _active(hours: Mapping[str, TimeInterval], route: Route, moment: dt.datetime) -> bool:
    return not route.active or any(within(hours[name], moment) for name in route.active)


def told(found: tuple[Answer, ...]) -> tuple[str, ...]:
    """Who is told if the alert goes on long enough, in the order of time."""
    return tuple(answer.route.receiver for answer in found if answer.state is State.TOLD)


def may_inhibit(routing: Routing, labels: Mapping[str, str]) -> Iterator[InhibitRule]:
    """The rules that keep such an alert from being told while another one fires."""
    for rule in routing.inhibit:
        if all(matcher.matches(labels) for matcher in rule.target):
            yield rule
