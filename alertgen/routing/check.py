"""What makes no sense in a routing document that passed the schema. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from alertgen.diagnostics import Diagnostic, Location, did_you_mean
from alertgen.quantity import Duration
from alertgen.receivers import NONE, Receiver, address_problem, shown
from alertgen.routing.model import EVERY_LABEL, GROUP_INTERVAL, REPEAT_INTERVAL, URGENCIES, At, Routing
from alertgen.routing.parts import read_destination, read_heartbeat, read_span

_NAME = re.compile(r"[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check(data: Mapping[str, Any], at: At, routing: Routing) -> Iterator[Diagnostic]:
    """What is wrong with the body of a routing document; `routing` is what was read from it."""
    for name in data.get("receivers", {}):
        yield from _bad_name("receiver", name, at("receivers", name))
        if name == NONE.name:
            yield Diagnostic(at("receivers", name), "reserved-name", f"'{name}' is built in: it drops what it is sent")
    for name, body in data.get("teams", {}).items():
        yield from _check_team(name, body, at)
    yield from _check_default(data, at)
    yield from _check_times(data, at)
    yield from _check_group_by(data, at)
    yield from _check_uses(data, at, routing.receivers)


def _bad_name(what: str, name: str, place: Location) -> Iterator[Diagnostic]:
    if _NAME.fullmatch(name) is None:
        yield Diagnostic(
            place,
            "bad-name",
            f"{shown(name)} cannot be the name of a {what}",
            hint="use up to 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends",
        )


def _check_team(name: str, body: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    place = at("teams", name)
    yield from _bad_name("team", name, place)
    ticket = read_destination(body, at, "teams", name, "ticket")
    if ticket is None:
        yield Diagnostic(
            place,
            "no-ticket-receiver",
            f"the team {shown(name)} does not say where its tickets go",
            hint="add ticket: a receiver for what can wait; pages go there too unless page is given",
        )
    elif ticket.receiver == NONE.name and "page" not in body:
        yield Diagnostic(
            at("teams", name, "ticket"),
            "black-hole",
            f"pages of the team {shown(name)} would reach nobody: they go where tickets go, and those are dropped",
            hint="add page, or give ticket a receiver",
        )
    for urgency, address in body.get("contacts", {}).items():
        problem = address_problem(address)
        if problem or "{{" in address:
            place = at("teams", name, "contacts", urgency)
            yield Diagnostic(place, "bad-value", problem or f"{shown(address)} is not an e-mail address")


def _check_default(data: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    default = read_destination(data, at, "default")
    if default is None:
        yield Diagnostic(
            at(),
            "no-default-receiver",
            "nobody is told about alerts that no team owns",
            hint="add default: a receiver that a person reads",
        )
    for key, receiver in (("default", default), ("heartbeat", read_heartbeat(data, at))):
        if receiver is not None and receiver.receiver == NONE.name:
            yield Diagnostic(
                at(key), "black-hole", f"{key} goes to '{NONE.name}': nobody would be told", hint="name a receiver"
            )


def _check_times(data: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    heartbeat = data.get("heartbeat", {})
    spans: list[tuple[tuple[str, ...], str]]
    spans = [((key,), data[key]) for key in ("group_wait", "group_interval", "repeat_interval") if key in data]
    spans += [(("heartbeat", "every"), heartbeat["every"])] if "every" in heartbeat else []
    for steps, written in spans:
        try:
            span = Duration.parse(written)
        except ValueError as error:
            yield Diagnostic(at(*steps), "bad-value", f"{steps[-1]}: {error}")
            continue
        if steps == ("heartbeat", "every"):
            # The repeat interval is half of it, and Alertmanager refuses 0.
            if span < 2:
                yield Diagnostic(at(*steps), "bad-value", f"every: {span} is too short", hint="2s is the shortest")
        elif span == 0 and steps != ("group_wait",):
            yield Diagnostic(at(*steps), "bad-value", f"{steps[-1]} cannot be zero")
    interval = read_span(data, "group_interval", GROUP_INTERVAL)
    repeat = read_span(data, "repeat_interval", REPEAT_INTERVAL)
    if 0 < repeat < interval:
        yield Diagnostic(
            at("repeat_interval" if "repeat_interval" in data else "group_interval"),
            "no-effect",
            f"a repeat_interval of {repeat} is as good as {interval}: groups are looked at once in a group_interval",
        )


def _check_group_by(data: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    group_by: list[str] = data.get("group_by", [])
    for index, label in enumerate(group_by):
        place = at("group_by", index)
        if label in group_by[:index]:
            yield Diagnostic(place, "duplicate-label", f"{shown(label)} is already in group_by")
        elif label == EVERY_LABEL and len(group_by) > 1:
            yield Diagnostic(place, "group-by-all", "'...' means all labels: it cannot stand beside others")
        elif label != EVERY_LABEL and _LABEL.fullmatch(label) is None:
            yield Diagnostic(place, "bad-name", f"{shown(label)} cannot be the name of a label")


def _check_uses(data: Mapping[str, Any], at: At, defined: Mapping[str, Receiver]) -> Iterator[Diagnostic]:
    used: set[str] = set()
    for steps in _uses(data):
        written: Any = functools.reduce(lambda part, step: part[step], steps, data)
        name, place = (
            (written, at(*steps)) if isinstance(written, str) else (written["receiver"], at(*steps, "receiver"))
        )
        used.add(name)
        if name not in defined:
            yield Diagnostic(
                place,
                "unknown-receiver",
                f"there is no receiver {shown(name)}",
                hint=did_you_mean(name, defined) or "define it under receivers",
            )
    for name, receiver in defined.items():
        if name not in used and receiver.location is not None:
            yield Diagnostic(
                receiver.location,
                "unused-receiver",
                f"nothing is sent to the receiver {shown(name)}",
                hint="name it in a team, in default or in heartbeat, or remove it",
            )


def _uses(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The paths at which receivers are named."""
    yield from ((key,) for key in ("default", "heartbeat") if key in data)
    for name, body in data.get("teams", {}).items():
        yield from (("teams", name, urgency) for urgency in URGENCIES if urgency in body)
