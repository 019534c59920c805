"""`scrape`: the job by which Prometheus scrapes the service itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alertgen.facet import Facet, Part
from alertgen.model import Service, Site
from alertgen.schema_words import address, keys


@dataclass(frozen=True, slots=True)
class Scrape:
    """`job` is the label of the targets: with a ServiceMonitor, the name of the Kubernetes Service."""

    job: str


def _read(data: Mapping[str, str], _document: Mapping[str, Any]) -> Scrape:
    return Scrape(data["job"])


PART = Part(
    key="scrape",
    names=frozenset({"job"}),
    schema=keys(
        "How Prometheus scrapes the service itself. Its targets need the label `namespace`, as prometheus-operator "
        "gives it to them, and `pod` for the alert about single pods.",
        {"job": address("The label `job` of its targets (ServiceMonitor: the name of the Kubernetes Service).")},
        "job",
    ),
    read=_read,
)


def _scraped(_site: Site, service: Service | None) -> Sequence[Scrape]:
    found = service.facets.get(PART.key) if service else None
    return (found,) if isinstance(found, Scrape) else ()


SCRAPED = Facet(
    text="scrape",
    key=PART.key,
    items=_scraped,
    sample={"scrape": {"job": "my-app"}},
    select=lambda item: {"job": item.job},
    words=lambda item: {"scrape_job": item.job},
)
"""Prometheus scrapes the service itself. No neighbour: what another job scrapes makes up for nothing here."""
