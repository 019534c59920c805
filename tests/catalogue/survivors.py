"""Slips that no generated test can or need notice: which, and why. Checked again by every full run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Survivor:
    """Slips in one alert that are allowed to go unnoticed.

    `changes` are the mutants' words, `*` for anything. `equivalent` says that no data that exporters can show tells the
    broken rule from the right one, so that no test could; `reason` says why, or why the difference does not matter.
    """

    alert: str
    changes: tuple[str, ...]
    reason: str
    equivalent: bool


SURVIVORS: tuple[Survivor, ...] = (
    Survivor(
        "alertgen:workload_ready_pods:count_by_node",
        ('namespace="shop" dropped everywhere',),
        "the alert that reads it asks for the namespace again",
        equivalent=False,
    ),
    Survivor(
        "ServiceTargetsDown",
        ('kube_*: namespace="shop" dropped',),
        "what it is joined with has no other namespace: absent() gives the one that the selector asks for",
        equivalent=True,
    ),
    Survivor(
        "ServiceTargetsDown",
        ("up[1d] becomes [12h]", "up[1d] becomes [2d]"),
        "how long targets are remembered that were never there again; days of samples are not worth it",
        equivalent=False,
    ),
)
