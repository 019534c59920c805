"""Labels → the routes that an alert takes, as Alertmanager finds them. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from alertgen.receivers import NONE, Receiver
from alertgen.routing.model import Route, Routing


def resolve(root: Route, labels: Mapping[str, str]) -> tuple[Route, ...]:
    """The routes that an alert with these labels takes, in order, with what they inherit filled in.

    As Alertmanager does it: the first child that matches takes the alert and, unless it continues, ends the search; a
    node takes it itself only when no child does. The root takes what nobody else does.
    """
    return tuple(_resolve(root, labels)) if _takes(root, labels) else ()


def _resolve(route: Route, labels: Mapping[str, str]) -> list[Route]:
    """The routes at or below one that takes the alert and knows what it inherits."""
    found: list[Route] = []
    for child in route.routes:
        if _takes(child, labels):
            found += _resolve(_inheriting(child, route), labels)
            if not child.continue_:
                break
    return found or [dataclasses.replace(route, routes=())]


def _takes(route: Route, labels: Mapping[str, str]) -> bool:
    return all(matcher.matches(labels) for matcher in route.matchers)


def _inheriting(child: Route, parent: Route) -> Route:
    return dataclasses.replace(
        child,
        group_by=parent.group_by if child.group_by is None else child.group_by,
        group_wait=parent.group_wait if child.group_wait is None else child.group_wait,
        group_interval=parent.group_interval if child.group_interval is None else child.group_interval,
        repeat_interval=parent.repeat_interval if child.repeat_interval is None else child.repeat_interval,
    )


def every_route(root: Route) -> Iterator[Route]:
    """The node and all below it, each before its children."""
    yield root
    for child in root.routes:
        yield from every_route(child)


def reached(routing: Routing, tree: Route) -> tuple[Receiver, ...]:
    """The receivers that a tree names, in alphabetical order."""
    known = {NONE.name: NONE, **routing.receivers}
    return tuple(known[name] for name in sorted({route.receiver for route in every_route(tree)}))
