"""`replicas`: how many pods the service needs, and who decides how many it gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from alertgen.facet import Facet, Part
from alertgen.model import Service, Site
from alertgen.schema_words import keys, name


@dataclass(frozen=True, slots=True)
class Replicas:
    """`min` is the number of pods below which the service is degraded; `hpa` the name of its autoscaler."""

    min: int | None = None
    hpa: str = ""


def _read(data: Mapping[str, Any], _document: Mapping[str, Any]) -> Replicas:
    return Replicas(min=data.get("min"), hpa=data.get("hpa", ""))


PART = Part(
    key="replicas",
    names=frozenset({"hpa"}),
    schema={
        **keys(
            "What the service needs to do its work.",
            {
                "min": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 1_000_000,
                    "description": "Fewer available pods than this is degraded.",
                },
                "hpa": name("The HorizontalPodAutoscaler that scales it (KEDA calls it keda-hpa-NAME)."),
            },
        ),
        "minProperties": 1,
    },
    read=_read,
)


def replicas(service: Service) -> Replicas:
    """What the service says of its replicas."""
    found = service.facets.get(PART.key)
    return found if isinstance(found, Replicas) else Replicas()


def _autoscaled(_site: Site, service: Service | None) -> tuple[Replicas, ...]:
    return (replicas(service),) if service and replicas(service).hpa else ()


HPA = Facet(
    text="replicas.hpa",
    key=PART.key,
    items=_autoscaled,
    sample={"replicas": {"hpa": "my-app"}},
    select=lambda item: {"horizontalpodautoscaler": item.hpa},
    neighbour=lambda item: replace(item, hpa=f"{item.hpa}-worker"),
    words=lambda item: {"hpa": item.hpa},
)
"""A HorizontalPodAutoscaler scales the service."""
