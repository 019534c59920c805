"""The routing document → Routing, and what is wrong with it. Pure."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from alertgen import receivers
from alertgen.diagnostics import Diagnostic, Location
from alertgen.receivers import NONE, Receiver, Version
from alertgen.routing import templates
from alertgen.routing.check import check
from alertgen.routing.hours import read_hours
from alertgen.routing.inhibit import read_inhibit
from alertgen.routing.model import (
    DEFAULT_GROUP_BY,
    GROUP_INTERVAL,
    GROUP_WAIT,
    REPEAT_INTERVAL,
    SEVERITIES,
    At,
    Destination,
    Expectation,
    Mute,
    Routing,
    Team,
    TimeInterval,
)
from alertgen.routing.moments import read_moment
from alertgen.routing.parts import read_destination, read_heartbeat, read_span


def read(
    data: Mapping[str, Any] | None, at: At, alertmanager_version: Version
) -> tuple[Routing, tuple[Diagnostic, ...]]:
    """The routing, and what is wrong with it. `data` is the document's body and passed the schema; None gives defaults.

    With errors among the diagnostics, the routing is what could be understood and must not be rendered.
    """
    if data is None:
        return Routing(), ()
    defined: dict[str, Receiver] = {NONE.name: NONE}
    problems: list[Diagnostic] = []
    for name, body in sorted(data.get("receivers", {}).items()):
        if name == NONE.name:
            continue  # a diagnostic of check
        receiver, found = receivers.read(name, body, functools.partial(at, "receivers", name), alertmanager_version)
        defined[name] = receiver
        problems += found
    intervals: list[TimeInterval] = []
    for name, ranges in sorted(data.get("hours", {}).items()):
        interval, found = read_hours(name, ranges, functools.partial(at, "hours", name))
        intervals.append(interval)
        problems += found
    inhibit, found = read_inhibit(data.get("inhibit", ()), functools.partial(at, "inhibit"))
    problems += found
    expectations: list[Expectation] = []
    for index, body in enumerate(data.get("routes", ())):
        try:
            expectations.append(_expectation(body, at("routes", index)))
        except ValueError as error:
            problems.append(Diagnostic(at("routes", index, "at"), "bad-value", str(error)))
    routing = Routing(
        default=read_destination(data, at, "default") or Destination(NONE.name),
        heartbeat=read_heartbeat(data, at),
        group_by=tuple(data.get("group_by", DEFAULT_GROUP_BY)),
        group_wait=read_span(data, "group_wait", GROUP_WAIT),
        group_interval=read_span(data, "group_interval", GROUP_INTERVAL),
        repeat_interval=read_span(data, "repeat_interval", REPEAT_INTERVAL),
        teams={name: _team(name, body, at) for name, body in sorted(data.get("teams", {}).items())},
        receivers=dict(sorted(defined.items())),
        severities={**SEVERITIES, **data.get("severities", {})},
        intervals=tuple(intervals),
        expectations=tuple(expectations),
        mutes=tuple(_mute(body, at("mute", index)) for index, body in enumerate(data.get("mute", ()))),
        inhibit=inhibit,
        templates=data.get("templates", {}),
    )
    problems += templates.check(data, at, alertmanager_version)
    return routing, (*problems, *check(data, at, routing))


def _team(name: str, body: Mapping[str, Any], at: At) -> Team:
    # What is missing beyond the defaults is a diagnostic of check.
    ticket = read_destination(body, at, "teams", name, "ticket") or Destination(NONE.name)
    return Team(
        name=name,
        page=read_destination(body, at, "teams", name, "page") or ticket,
        ticket=ticket,
        log=read_destination(body, at, "teams", name, "log") or Destination(NONE.name, at("teams", name)),
        description=body.get("description", ""),
        contacts=body.get("contacts", {}),
        alerts=body.get("alerts", {}),
        location=at("teams", name),
    )


def _mute(body: Mapping[str, Any], place: Location) -> Mute:
    return Mute(match=dict(sorted(body["match"].items())), during=body["during"], reason=body["reason"], location=place)


def _expectation(body: Mapping[str, Any], place: Location) -> Expectation:
    """Raises ValueError for a moment that is none."""
    return Expectation(
        name=body["name"],
        labels=body["labels"],
        moment=read_moment(body["at"]),
        tells=tuple(body.get("tells", ())),
        location=place,
        firing=tuple(body.get("while", ())),
        inhibited_by=tuple(sorted(body.get("inhibited_by", ()))),
    )
