"""All situations in which the alerts of a service are proven. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

from alertgen.expand import Alert, Expansion
from alertgen.model import Scenario
from alertgen.testgen.variants import background, variants
from alertgen.world import World

Situations = Mapping[str, list[Scenario]]
"""The title of each alert of an expansion → its scenarios."""


def situations(expansion: Expansion) -> Situations:
    """All that the alerts are proven in; no two scenarios have a pod in common."""
    names = itertools.count()
    return {alert.title: scenarios(expansion, alert, names) for alert in expansion.alerts}


def scenarios(expansion: Expansion, alert: Alert, names: Iterator[int] | None = None) -> list[Scenario]:
    """All situations in which an alert is proven: the pattern's own, then those every alert must stand."""
    world = world_of(expansion, alert, names)
    own = list(alert.pattern.scenarios(world, alert.settings.params))
    # The first is what the alert is about, and stays as plain as it is.
    others = [s if s.brief else replace(s, background=background(world, s, own)) for s in own[1:]]
    return [*own[:1], *others, *variants(world, alert, own)]


def world_of(expansion: Expansion, alert: Alert, names: Iterator[int] | None = None) -> World:
    """The world in which an alert's scenarios happen to its own service."""
    service = expansion.service
    return World(
        subject=alert.subject,
        level=alert.pattern.level,
        keeps=alert.pattern.keeps,
        for_=alert.settings.for_,
        keep_firing_for=alert.settings.keep_firing_for,
        name=service.name if service else "",
        namespace=service.namespace if service else "",
        container=service.container if service else "",
        names=names or itertools.count(),
        item=alert.subject.item,
    )
