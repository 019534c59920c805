"""`certificates`: the Certificates of cert-manager that the service needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alertgen.facet import Facet, Part
from alertgen.model import Service, Site
from alertgen.schema_words import several, text

_NAME = r"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
"""A DNS subdomain (RFC 1123): Certificates are often called after a host."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A Certificate in the service's namespace."""

    name: str
    namespace: str


def _read(data: Sequence[str], document: Mapping[str, Any]) -> tuple[Certificate, ...]:
    return tuple(Certificate(name, document["namespace"]) for name in data)


PART = Part(
    key="certificates",
    schema=several(
        "The Certificates of cert-manager that the service needs, by name, in its own namespace.",
        text("A Certificate's name.", pattern=_NAME, maxLength=253),
    ),
    read=_read,
)


def _all(_site: Site, service: Service | None) -> Sequence[Certificate]:
    found = service.facets.get(PART.key, ()) if service else ()
    assert isinstance(found, tuple)
    return found


ISSUED = Facet(
    text="certificates",
    key=PART.key,
    items=_all,
    labels=lambda item: {"certificate": item.name},
    # cert-manager's own namespace is in `namespace`: its chart scrapes without honorLabels.
    select=lambda item: {"exported_namespace": item.namespace, "name": item.name},
    sample={"certificates": ["my-app-tls"]},
    neighbour=lambda item: replace(item, name=f"{item.name}-worker"),
    words=lambda item: {"certificate": item.name},
)
"""cert-manager issues certificates for it."""
