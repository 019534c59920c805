"""Teams, receivers, hours and mutes → Alertmanager's routing tree. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from alertgen.quantity import Duration
from alertgen.receivers import NONE
from alertgen.routing.model import (
    ALERT_LABEL,
    SEVERITY_LABEL,
    TEAM_LABEL,
    URGENCIES,
    WATCHDOG,
    Destination,
    Heartbeat,
    Matcher,
    Mute,
    Override,
    Route,
    Routing,
    Team,
)

OWNED = ("namespace", "service", "tier")
"""Labels that say which service an alert is about, and with that which team's it is."""

Labels = Mapping[str, str]


def tree(routing: Routing, overrides: Sequence[Override] = (), services: Collection[Labels] = ()) -> Route:
    """Alertmanager's tree: the heartbeat, then one subtree for each team with the routes of each severity.

    Siblings of a subtree match different values of one label, so none can shadow another; but what is narrower comes
    first: the heartbeat, because Watchdog is a team's alert, too, and the alerts that go elsewhere than their severity
    says, `overrides`, of which the first that fits holds. What a team's alert with another severity finds is where
    tickets go. `services` are the labels TEAM_LABEL and OWNED of each: a mute of some of them is put where they are.
    """
    beat = tuple(_beat(routing.heartbeat, overrides))
    teams = (
        _subtree(routing, team, overrides, [m for m in routing.mutes if _concerns(m, team.name, services)])
        for _, team in sorted(routing.teams.items())
    )
    # An alert without a team is about no service.
    mutes = [mute for mute in routing.mutes if mute.match.keys().isdisjoint((TEAM_LABEL, *OWNED))]
    root = Route(
        receiver=routing.default.receiver,
        group_by=routing.group_by,
        group_wait=routing.group_wait,
        group_interval=routing.group_interval,
        repeat_interval=routing.repeat_interval,
        routes=(
            *beat,
            *teams,
            *(route for o in overrides if o.team is None and not o.match for route in _overriding(o, {}, mutes)),
        ),
        location=routing.default.location,
    )
    return _muting(root, mutes, {})


def _beat(heartbeat: Heartbeat | None, overrides: Iterable[Override]) -> Iterator[Route]:
    matchers = (Matcher(ALERT_LABEL, "=", WATCHDOG),)
    if heartbeat is None:
        # It fires always: whoever got it as an alert would soon read none.
        if all(override.alert != WATCHDOG for override in overrides):
            yield Route(receiver=NONE.name, matchers=matchers)
        return
    yield Route(
        receiver=heartbeat.receiver,
        matchers=matchers,
        group_wait=Duration(0),
        group_interval=heartbeat.every,
        # Not the same as group_interval: by the time the group is looked at again, the last notification is younger
        # than that by the time it took to send, and every second beat would be left out.
        repeat_interval=Duration(max(1, heartbeat.every // 2)),
        location=heartbeat.location,
    )


def _subtree(routing: Routing, team: Team, overrides: Iterable[Override], mutes: Sequence[Mute]) -> Route:
    ranked = sorted(routing.severities.items(), key=lambda item: (URGENCIES.index(item[1]), item[0]))
    # A severity that nobody mapped is a mistake somebody should see, so it is not dropped with the tickets.
    rest = routing.default if team.ticket.receiver == NONE.name else team.ticket
    known = {TEAM_LABEL: team.name}
    routes = [r for o in overrides if o.team in {None, team.name} for r in _overriding(o, known, mutes)]
    for severity, urgency in ranked:
        routes += _routes(team.destination(urgency), {SEVERITY_LABEL: severity}, known, mutes)
    subtree = Route(receiver=rest.receiver, matchers=_matchers(known), routes=tuple(routes), location=team.location)
    return _muting(subtree, mutes, known)


def _overriding(override: Override, known: Labels, mutes: Sequence[Mute]) -> Iterator[Route]:
    labels = {ALERT_LABEL: override.alert, **override.match}
    yield from _routes(Destination(override.receiver, override.location), labels, known, mutes)


def _routes(destination: Destination, labels: Labels, known: Labels, mutes: Sequence[Mute]) -> Iterator[Route]:
    """A route for each receiver of a destination: for the first, for each step, and for other hours.

    All match the same, and all but the last continue. One that is outside of its hours takes an alert like any other
    and tells nobody: the others have to be there for it.
    """
    *most, last = _stages(destination)
    for route in (*(replace(route, continue_=True) for route in most), last):
        yield _muting(replace(route, matchers=_matchers(labels)), mutes, {**known, **labels})


def _stages(destination: Destination) -> Iterator[Route]:
    """Who is told of a destination's alerts, each when: no matchers yet."""
    over: tuple[str, ...] = ()
    for link in destination.chain():
        active = (link.during,) if link.during else ()
        yield Route(receiver=link.receiver, active=active, mute=over, location=link.location)
        for step in link.escalate:
            yield Route(receiver=step.receiver, group_wait=step.after, active=active, mute=over, location=step.location)
        over += active


def _muting(route: Route, mutes: Sequence[Mute], known: Labels) -> Route:
    """The route with its mutes, where `known` is what all its alerts have.

    A mute that fits all of them is the route's own. For each that fits some there is a child, which differs in nothing
    else; in it the same for the mutes after it, because an alert takes only one child.
    """
    if route.receiver == NONE.name:
        return route
    possible = [mute for mute in mutes if _agree(mute.match, known)]
    own = [mute for mute in possible if mute.match.items() <= known.items()]
    route = replace(route, mute=_all(route.mute, own), muted_by=(*route.muted_by, *own))
    some = [mute for mute in possible if mute not in own]
    # What finds an earlier child is not seen here: there the same is done again.
    taken = [{m.name: m.value for m in child.matchers} for child in route.routes if not child.continue_]
    children = []
    for index, mute in enumerate(some):
        labels = {**known, **mute.match}
        if any(earlier.items() <= labels.items() for earlier in taken):
            continue
        taken.append(dict(mute.match))
        child = Route(
            receiver=route.receiver,
            matchers=_matchers({name: value for name, value in mute.match.items() if name not in known}),
            active=route.active,
            mute=_all(route.mute, [mute]),
            muted_by=(*route.muted_by, mute),
            location=mute.location,
        )
        children.append(_muting(child, some[index + 1 :], labels))
    return replace(route, routes=(*route.routes, *children))


def _all(hours: tuple[str, ...], mutes: Iterable[Mute]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*hours, *(mute.during for mute in mutes))))


def _matchers(labels: Labels) -> tuple[Matcher, ...]:
    return tuple(Matcher(name, "=", value) for name, value in labels.items())


def _agree(labels: Labels, known: Labels) -> bool:
    """Whether an alert may have both."""
    return all(known.get(name, value) == value for name, value in labels.items())


def _concerns(mute: Mute, team: str, services: Collection[Labels]) -> bool:
    """Whether a team can have alerts that a mute fits."""
    if mute.match.get(TEAM_LABEL, team) != team:
        return False
    about = {name: value for name, value in mute.match.items() if name in OWNED}
    return not about or any(_agree(about, labels) for labels in services if labels[TEAM_LABEL] == team)
