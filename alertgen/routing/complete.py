"""Is somebody told about every alert at any time, and is everybody who is named ever told? Pure.

At each moment exactly one link of a destination's chain holds: the first whose hours it is. What nobody holds is a gap.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from alertgen.diagnostics import Diagnostic, Location, did_you_mean
from alertgen.quantity import Duration
from alertgen.receivers import NONE, shown
from alertgen.routing.check import unknown_receiver
from alertgen.routing.model import (
    EVERY_LABEL,
    TEAM_LABEL,
    URGENCIES,
    At,
    Destination,
    Override,
    Routing,
    TimeInterval,
    TimeRange,
)
from alertgen.routing.moments import turns, within
from alertgen.routing.tree import OWNED

RETENTION = Duration(120 * 3600)
"""How long Alertmanager remembers what it sent, unless --data.retention says otherwise."""


def check_whole(
    routing: Routing,
    overrides: Sequence[Override],
    services: Collection[Mapping[str, str]],
    retention: Duration,
    today: dt.date,
    at: At,
) -> Iterator[Diagnostic]:
    """What is wrong with a routing that was read without errors, with what the rest of the spec says about it.

    `services` are the labels TEAM_LABEL and OWNED of each, `at` gives places in the routing document.
    """
    for interval in routing.intervals:
        yield from _check_interval(interval, today)
    hours = {interval.name: interval for interval in routing.intervals}
    gaps = functools.cache(functools.partial(_gap, hours, today))
    for team in routing.teams.values():
        written = {d.location: (d, u) for u in reversed(URGENCIES) for d in (team.destination(u),)}
        for destination, urgency in written.values():  # where pages go where tickets go, that is one place
            yield from _check_chain(destination, f"a {urgency} of the team {shown(team.name)}", gaps)
    yield from _check_reached(routing, overrides)
    yield from _check_muted(routing, services, at)
    yield from _check_mixed(routing, services, at)
    if routing.repeat_interval > retention:
        yield Diagnostic(
            at("repeat_interval"),
            "repeat-beyond-retention",
            f"Alertmanager forgets after {retention} what it has sent, and tells again then, not after "
            f"{routing.repeat_interval}",
            hint=f"say {retention} at most, or under site.alertmanager.retention what its --data.retention says",
        )


def _check_interval(interval: TimeInterval, today: dt.date) -> Iterator[Diagnostic]:
    assert interval.location is not None  # somebody wrote it
    when = turns(interval.ranges, today)
    parts: dict[Location, list[TimeRange]] = {}
    for span in interval.ranges:
        if span.place:
            parts.setdefault(span.place, []).append(span)
    holding: dict[Location, set[dt.datetime]] = {}
    for place, spans in parts.items():
        part = TimeInterval(name=interval.name, ranges=tuple(spans))
        now = {moment for moment in when if within(part, moment)}
        twin = next((other for other, then in holding.items() if now & then), None)
        if not now:
            yield Diagnostic(
                place, "never", f"this part of {shown(interval.name)} never comes, or never again", hint="drop it"
            )
        elif twin:
            first = min(now & holding[twin])
            yield Diagnostic(
                place, "overlapping-hours", f"two parts of {shown(interval.name)} overlap, on {_day(first)}",
                hint="let each time be in one of them", related=((twin, "the other"),),
            )  # fmt: skip
        holding[place] = now
    if when and all(within(interval, moment) for moment in when):
        yield Diagnostic(interval.location, "always", f"{shown(interval.name)} is always", hint="drop these hours")


def _day(moment: dt.datetime) -> str:
    return f"{moment:%A %Y-%m-%d at %H:%M} UTC"


Gap = Callable[[tuple[str, ...]], tuple[dt.datetime | None, tuple[int, ...]]]
"""The hours of a chain's links → a moment at which none holds, and the links that never do."""


def _gap(
    hours: Mapping[str, TimeInterval], today: dt.date, names: tuple[str, ...]
) -> tuple[dt.datetime | None, tuple[int, ...]]:
    chain = [hours[name] for name in names]
    gap = None
    never = set(range(len(chain)))
    for moment in turns([span for interval in chain for span in interval.ranges], today):
        link = next((index for index, interval in enumerate(chain) if within(interval, moment)), None)
        never.discard(-1 if link is None else link)
        gap = moment if link is None and gap is None else gap
    return gap, tuple(sorted(never))


def _check_chain(destination: Destination, what: str, gaps: Gap) -> Iterator[Diagnostic]:
    chain = [link for link in destination.chain() if link.during]
    if not chain or destination.location is None:
        return
    gap, never = gaps(tuple(link.during for link in chain))
    ends = list(destination.chain())[-1]
    if gap and ends.during:
        yield Diagnostic(
            ends.location or destination.location,
            "nobody-told",
            f"nobody is told about {what} outside {ends.during}, for example on {_day(gap)}",
            hint=f"add otherwise: a receiver, or {NONE.name} to say that nobody is",
        )
    for index in never:
        if index:  # that the first one's hours never come was said where they are defined
            link = chain[index]
            yield Diagnostic(
                link.location or destination.location,
                "shadowed",
                f"{shown(link.receiver)} is never told: it is never {link.during} outside {chain[index - 1].during}",
                hint="other hours, or another order",
            )
    if gap is None and not ends.during:
        yield Diagnostic(
            ends.location or destination.location,
            "shadowed",
            f"{shown(ends.receiver)} is never told: the hours before leave no time for it",
            hint="drop the last otherwise",
        )


def check_overrides(routing: Routing, overrides: Sequence[Override]) -> Iterator[Diagnostic]:
    """Alerts that go to receivers that there are not."""
    for override in overrides:
        if override.receiver not in routing.receivers and override.location:
            yield unknown_receiver(override.receiver, routing.receivers, override.location)


def _check_reached(routing: Routing, overrides: Sequence[Override]) -> Iterator[Diagnostic]:
    used = {routing.default.receiver, *(override.receiver for override in overrides)}
    used |= {routing.heartbeat.receiver} if routing.heartbeat else set()
    for team in routing.teams.values():
        for urgency in URGENCIES:
            for link in team.destination(urgency).chain():
                used |= {link.receiver, *(step.receiver for step in link.escalate)}
    for name, receiver in routing.receivers.items():
        if name not in used and receiver.location is not None:
            yield Diagnostic(
                receiver.location,
                "unused-receiver",
                f"nothing is sent to the receiver {shown(name)}",
                hint="name it in a team, in default, in heartbeat or for an alert, or remove it",
            )


def _check_muted(routing: Routing, services: Collection[Mapping[str, str]], at: At) -> Iterator[Diagnostic]:
    """Mutes of what does not exist."""
    for index, mute in enumerate(routing.mutes):
        about = {name: value for name, value in mute.match.items() if name in (TEAM_LABEL, *OWNED)}
        if not about or any(all(s[name] == value for name, value in about.items()) for s in services):
            continue
        if about.keys() == {TEAM_LABEL} and about[TEAM_LABEL] in routing.teams:
            continue
        name, value = next(
            ((n, v) for n, v in about.items() if all(s[n] != v for s in services)), next(iter(about.items()))
        )
        yield Diagnostic(
            at("mute", index, "match", name),
            "no-effect",
            f"no service here has the {name} {shown(value)}"
            if len(about) == 1
            else f"no service here has all of {', '.join(f'{n} {shown(v)}' for n, v in about.items())}",
            hint=did_you_mean(value, {s[name] for s in services}),
        )


def _check_mixed(routing: Routing, services: Collection[Mapping[str, str]], at: At) -> Iterator[Diagnostic]:
    """Teams have subtrees and so groups of their own; where there are none, all alerts share those of the default."""
    if routing.teams or EVERY_LABEL in routing.group_by or TEAM_LABEL in routing.group_by:
        return
    teams: dict[tuple[str, ...], str] = {}
    for service in services:
        group = tuple(service[name] for name in routing.group_by if name in OWNED)
        other = teams.setdefault(group, service[TEAM_LABEL])
        if other != service[TEAM_LABEL]:
            yield Diagnostic(
                at("group_by"),
                "mixed-teams",
                f"alerts of the teams {shown(other)} and {shown(service[TEAM_LABEL])} would be told as one",
                hint="add team to group_by, or define the teams",
            )
            return
