"""The services and installations on which every pattern of the catalogue is tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from alertgen.diagnostics import Location
from alertgen.example import example
from alertgen.expand import Expansion, expand
from alertgen.model import Kind, Select
from alertgen.pattern import Pattern
from alertgen.quantity import Duration
from alertgen.spec import Layer

NOWHERE = Location("test", 1, 1)


class RefusedError(ValueError):
    """What is wrong with the settings, in the words of the diagnostics."""


def expansion(
    pattern: Pattern,
    kind: Kind | None = None,
    select: Select = Select.NAME,
    *,
    cluster_label: str = "",
    interval: int = 30,
    settings: dict[str, Any] | None = None,
    **more: Any,
) -> Expansion:
    """The rules of one pattern for a service that has what it needs; `more` are further keys of the service.

    Raises RefusedError for settings that cannot work.
    """
    site, service = example(pattern, kind, container="app", select=select, **more)
    pace = Duration(interval)
    site = replace(site, cluster_label=cluster_label, scrape_interval=pace, evaluation_interval=pace)
    layer = Layer("test", {pattern.alert: {"enabled": True, **(settings or {})}}, lambda *_: NOWHERE)
    whole, problems = expand(site, service, {pattern.alert: pattern}, [layer], dt.date(2026, 1, 1), NOWHERE)
    if problems:
        raise RefusedError("; ".join(map(str, problems)))
    assert whole.alerts, f"{pattern.alert} does not apply to its own example"
    return whole


def every_setting(pattern: Pattern, **more: Any) -> Iterator[tuple[str, Expansion]]:
    """The pattern for each kind, for pods found by name and by owner, in one cluster and in several."""
    kinds: tuple[Kind | None, ...] = (None,) if pattern.once_per_cluster else pattern.kinds
    for clusters in ("", "cluster"):
        for kind in kinds:
            for select in Select if kind else (Select.NAME,):
                name = f"{pattern.alert}, {kind} by {select}" if kind else pattern.alert
                several = ", several clusters" if clusters else ""
                yield f"{name}{several}", expansion(pattern, kind, select, cluster_label=clusters, **more)
