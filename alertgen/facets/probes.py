"""`probes`: which probes the service's container must have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alertgen.facet import Facet, Part
from alertgen.model import Service, Site
from alertgen.schema_words import Schema, keys


@dataclass(frozen=True, slots=True)
class Probes:
    """Which probes are required."""

    readiness: bool = False
    liveness: bool = False


def _read(data: Mapping[str, Any], _document: Mapping[str, Any]) -> Probes:
    return Probes(readiness="readiness" in data, liveness="liveness" in data)


def _required(meaning: str) -> Schema:
    return {"enum": ["required"], "description": meaning}


PART = Part(
    key="probes",
    schema={
        **keys(
            "The probes that its container must have; without one, an alert tells.",
            {
                "readiness": _required("Without it, each rollout sends traffic to pods that cannot answer yet."),
                "liveness": _required("Without it, a container that hangs is never restarted."),
            },
        ),
        "minProperties": 1,
    },
    read=_read,
)


def probes(service: Service) -> Probes:
    """What the service says of its probes."""
    found = service.facets.get(PART.key)
    return found if isinstance(found, Probes) else Probes()


def _with_readiness(_site: Site, service: Service | None) -> tuple[Probes, ...]:
    return (probes(service),) if service and probes(service).readiness else ()


def _with_liveness(_site: Site, service: Service | None) -> tuple[Probes, ...]:
    return (probes(service),) if service and probes(service).liveness else ()


READINESS = Facet(
    text="probes.readiness: required",
    key=PART.key,
    items=_with_readiness,
    sample={"probes": {"readiness": "required"}},
)
"""The container must have a readiness probe."""

LIVENESS = Facet(
    text="probes.liveness: required",
    key=PART.key,
    items=_with_liveness,
    sample={"probes": {"liveness": "required"}},
)
"""The container must have a liveness probe."""
