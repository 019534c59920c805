"""What makes no sense in a routing document that passed the schema. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from alertgen.diagnostics import Diagnostic, Location, did_you_mean
from alertgen.quantity import Duration
from alertgen.receivers import NONE, address_problem, shown
from alertgen.routing.model import (
    ALERT_LABEL,
    EVERY_LABEL,
    GROUP_INTERVAL,
    REPEAT_INTERVAL,
    SEVERITIES,
    SEVERITY_LABEL,
    URGENCIES,
    WATCHDOG,
    At,
    Destination,
    Routing,
)
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
    yield from _check_severities(data, at)
    yield from _check_names(data, at, routing)
    yield from _check_hours(data, at)
    yield from _check_mutes(at, routing)
    for team in routing.teams.values():
        for urgency in URGENCIES:
            for destination in team.destination(urgency).chain():
                yield from _check_escalation(destination, routing.group_wait)


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
    spans: list[tuple[tuple[str | int, ...], str]]
    spans = [((key,), data[key]) for key in ("group_wait", "group_interval", "repeat_interval") if key in data]
    spans += [(("heartbeat", "every"), heartbeat["every"])] if "every" in heartbeat else []
    spans += [((*s, "after"), w["after"]) for s, w in _destinations(data) if isinstance(w, dict) and "after" in w]
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
        elif span == 0 and steps[-1] not in {"group_wait", "after"}:
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


def _check_severities(data: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    for severity, urgency in data.get("severities", {}).items():
        if SEVERITIES.get(severity) == urgency:
            yield Diagnostic(
                at("severities", severity),
                "no-effect",
                f"{shown(severity)} is a {urgency} anyway",
                hint="drop the line",
            )


def _check_names(data: Mapping[str, Any], at: At, routing: Routing) -> Iterator[Diagnostic]:
    """Receivers and hours that are named and do not exist."""
    for steps, written in _destinations(data):
        name, place = (
            (written, at(*steps)) if isinstance(written, str) else (written["receiver"], at(*steps, "receiver"))
        )
        if name not in routing.receivers:
            yield unknown_receiver(name, routing.receivers, place)
        if isinstance(written, dict) and "during" in written:
            yield from _unknown_hours(written["during"], routing, at(*steps, "during"))
    for index, case in enumerate(data.get("routes", ())):
        for number, name in enumerate(case.get("tells", ())):
            if name not in routing.receivers:
                yield unknown_receiver(name, routing.receivers, at("routes", index, "tells", number))
    for index, mute in enumerate(data.get("mute", ())):
        yield from _unknown_hours(mute["during"], routing, at("mute", index, "during"))


def unknown_receiver(name: str, defined: Iterable[str], place: Location) -> Diagnostic:
    """Somebody is to be told whom the routing document does not define."""
    return Diagnostic(
        place,
        "unknown-receiver",
        f"there is no receiver {shown(name)}",
        hint=did_you_mean(name, defined) or "define it under receivers",
    )


def _unknown_hours(name: str, routing: Routing, place: Location) -> Iterator[Diagnostic]:
    known = [interval.name for interval in routing.intervals]
    if name not in known:
        hint = did_you_mean(name, known) or "define them under hours"
        yield Diagnostic(place, "unknown-hours", f"there are no hours {shown(name)}", hint=hint)


def _destinations(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every place where a receiver is named, with the path to it: a name, or an object with the key `receiver`."""
    yield from (((key,), data[key]) for key in ("default", "heartbeat") if key in data)
    for name, body in data.get("teams", {}).items():
        for urgency in URGENCIES:
            if urgency in body:
                yield from _chain(("teams", name, urgency), body[urgency])


def _chain(steps: tuple[str | int, ...], written: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield steps, written
    if isinstance(written, dict):
        yield from (((*steps, "escalate", index), step) for index, step in enumerate(written.get("escalate", ())))
        if "otherwise" in written:
            yield from _chain((*steps, "otherwise"), written["otherwise"])


def _check_escalation(destination: Destination, group_wait: Duration) -> Iterator[Diagnostic]:
    """The steps of a destination in its hours: they come one after the other, and everybody is told once."""
    told = {destination.receiver}
    before = group_wait
    for step in destination.escalate:
        place = step.location or destination.location
        assert place is not None  # somebody wrote it
        if NONE.name in {step.receiver, destination.receiver}:
            yield Diagnostic(
                place,
                "black-hole",
                f"nobody is told here: {step.receiver} after {destination.receiver}",
                hint="escalate from a receiver to another one",
            )
        elif step.receiver in told:
            yield Diagnostic(
                place,
                "cyclic-escalation",
                f"{shown(step.receiver)} is told already when the alert begins to fire or in an earlier step",
                hint="escalate to somebody else; who is told is told again every repeat_interval anyway",
            )
        if step.after <= before:
            earlier = "the first notification" if before == group_wait else "the step before"
            yield Diagnostic(
                place,
                "escalation-order",
                f"a step after {step.after} comes no later than {earlier}, after {before}",
                hint="let each step come later than the one before",
            )
        told.add(step.receiver)
        before = Duration(max(before, step.after))


def _check_hours(data: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    """What destinations say about hours that makes no sense, whatever the hours are."""
    used = [mute["during"] for mute in data.get("mute", ())]
    for steps, written in _destinations(data):
        if not isinstance(written, dict):
            continue
        used += [written["during"]] if "during" in written else []
        otherwise = written.get("otherwise")
        if otherwise is None:
            continue
        if "during" not in written:
            yield Diagnostic(
                at(*steps, "otherwise"), "no-effect", "otherwise than when? There is no during", hint="add during"
            )
        elif written["receiver"] == (otherwise if isinstance(otherwise, str) else otherwise.get("receiver")) and not (
            "escalate" in written or (isinstance(otherwise, dict) and otherwise.keys() - {"receiver"})
        ):
            yield Diagnostic(
                at(*steps, "otherwise"),
                "no-effect",
                f"{shown(written['receiver'])} is told in these hours and outside of them",
                hint="drop during and otherwise",
            )
    for name in data.get("hours", {}):
        yield from _bad_name("time", name, at("hours", name))
        if name not in used:
            yield Diagnostic(
                at("hours", name), "unused-hours", f"nothing happens during {shown(name)}", hint="drop these hours"
            )


def _check_mutes(at: At, routing: Routing) -> Iterator[Diagnostic]:
    for index, mute in enumerate(routing.mutes):
        place = functools.partial(at, "mute", index, "match")
        for label, value in mute.match.items():
            if _LABEL.fullmatch(label) is None:
                yield Diagnostic(place(label), "bad-name", f"{shown(label)} cannot be the name of a label")
            elif label == SEVERITY_LABEL and value not in routing.severities:
                hint = did_you_mean(value, routing.severities)
                yield Diagnostic(place(label), "no-effect", f"no alert has the severity {shown(value)}", hint=hint)
        if mute.match == {ALERT_LABEL: WATCHDOG} and routing.heartbeat:
            yield Diagnostic(
                place(ALERT_LABEL),
                "mute-heartbeat",
                "whoever waits for the heartbeat would raise the alarm in these hours",
                hint="mute the alarm there",
            )
        twin = next((m for m in routing.mutes[:index] if (m.match, m.during) == (mute.match, mute.during)), None)
        if twin and twin.location:
            yield Diagnostic(
                at("mute", index), "no-effect", "these alerts are muted in these hours already",
                hint="drop one of the two", related=((twin.location, "here"),),
            )  # fmt: skip
