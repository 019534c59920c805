"""`node_pool`: the nodes that the service must run on, one of the pools that the site document names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alertgen.diagnostics import Diagnostic, did_you_mean
from alertgen.facet import At, Facet, Part
from alertgen.facets.node_pools import NodePool, node_pools
from alertgen.model import Service, Site
from alertgen.schema_words import name


def _read(data: str, _document: Mapping[str, Any]) -> str:
    return data


def _check(data: str, site: Site, at: At) -> Iterator[Diagnostic]:
    known = node_pools(site)
    if data not in known:
        yield Diagnostic(
            at(),
            "unknown-node-pool",
            f"there is no node pool '{data}'",
            hint=did_you_mean(data, known) or "name it under node_pools in the site document",
        )


PART = Part(
    key="node_pool",
    schema=name("The node pool that its pods must run on: a name under node_pools in the site document."),
    read=_read,
    check=_check,
)


def _items(site: Site, service: Service | None) -> tuple[NodePool, ...]:
    wanted = service.facets.get(PART.key) if service else None
    return tuple(pool for pool in node_pools(site).values() if pool.name == wanted)


NODE_POOL = Facet(
    text="node_pool",
    key=PART.key,
    items=_items,
    sample={"node_pool": "high", "node_pools": {"high": {"label": "label_pool", "value": "high"}}},
    words=lambda pool: {"pool": pool.name, "node_label": f"{pool.label}={pool.value}"},
)
"""The service must run on the nodes of a pool."""
