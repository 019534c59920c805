"""The objects and the base → the configuration that the operator makes of them. Pure.

As pkg/alertmanager/amcfg.go does it with the matcher strategy None: objects in the order of namespace and name, all
their names with these in front, each one's route before those of the base and continuing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alertgen.receivers import Receiver
from alertgen.routing.model import Route, TimeInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamObject:
    """One AlertmanagerConfig: a team's subtree with the receivers and the hours that it names."""

    name: str
    namespace: str
    route: Route
    receivers: tuple[Receiver, ...]
    intervals: tuple[TimeInterval, ...]

    def seen_as(self, name: str) -> str:
        """What one of its names is for Alertmanager."""
        return f"{self.namespace}/{self.name}/{name}"


def effective(base: Route, objects: Sequence[TeamObject]) -> Route:
    """The tree that Alertmanager gets."""
    ordered = sorted(objects, key=lambda each: f"{each.namespace}/{each.name}")
    return replace(base, routes=(*(replace(_renamed(o.route, o), continue_=True) for o in ordered), *base.routes))


def plain(name: str, objects: Sequence[TeamObject]) -> str:
    """What the spec calls a receiver of the effective tree."""
    for each in objects:
        if name.startswith(each.seen_as("")):
            return name.removeprefix(each.seen_as(""))
    return name


def _renamed(route: Route, owner: TeamObject) -> Route:
    return replace(
        route,
        receiver=owner.seen_as(route.receiver),
        mute=tuple(map(owner.seen_as, route.mute)),
        active=tuple(map(owner.seen_as, route.active)),
        routes=tuple(_renamed(child, owner) for child in route.routes),
    )
