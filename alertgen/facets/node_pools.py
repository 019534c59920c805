"""`node_pools`: groups of nodes that are kept for some services, by the node label that tells them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from alertgen.diagnostics import Diagnostic
from alertgen.facet import At, Facet, Part
from alertgen.model import Service, Site
from alertgen.schema_words import NAME_PATTERN, WORD_PATTERN, Schema, keys, mapping, text


@dataclass(frozen=True, slots=True)
class Taint:
    """What keeps pods without a toleration away from a node."""

    key: str
    value: str
    effect: str

    def __str__(self) -> str:
        """As kubectl takes it."""
        return f"{self.key}={self.value}:{self.effect}" if self.value else f"{self.key}:{self.effect}"


@dataclass(frozen=True, slots=True)
class NodePool:
    """The nodes whose `label` is `value`."""

    name: str
    label: str
    """As kube-state-metrics shows it: label_pool."""
    value: str
    taint: Taint | None = None
    min_nodes: int = 0
    """So many must be ready; 0 when nobody said how many."""


_LABEL_VALUE: Final[Mapping[str, Any]] = {"pattern": WORD_PATTERN, "maxLength": 63}
_TAINT: Final[Schema] = keys(
    "The taint that all its nodes must have.",
    {
        "key": text("Its key.", pattern="^[A-Za-z0-9]([-_./A-Za-z0-9]*[A-Za-z0-9])?$", maxLength=317),
        "value": text("Its value (default: none).", **_LABEL_VALUE),
        "effect": {"enum": ["NoSchedule", "NoExecute", "PreferNoSchedule"], "description": "What it does."},
    },
    "key",
    "effect",
)
_POOL: Final[Schema] = keys(
    "A node pool.",
    {
        "label": text(
            "The node label by which it is known, as kube_node_labels shows it: label_pool for `pool`. It must be in "
            "kube-state-metrics' allow-list: --metric-labels-allowlist=nodes=[pool].",
            pattern="^label_[a-zA-Z0-9_]+$",
        ),
        "value": text("What that label is on its nodes.", **_LABEL_VALUE),
        "taint": _TAINT,
        "min_nodes": {
            "type": "integer",
            "minimum": 1,
            "maximum": 10_000,
            "description": "Fewer ready nodes than this are too few.",
        },
    },
    "label",
    "value",
)


def _pool(name: str, data: Mapping[str, Any]) -> NodePool:
    taint = data.get("taint")
    return NodePool(
        name=name,
        label=data["label"],
        value=data["value"],
        taint=Taint(taint["key"], taint.get("value", ""), taint["effect"]) if taint else None,
        min_nodes=data.get("min_nodes", 0),
    )


def _read(data: Mapping[str, Any], _document: Mapping[str, Any]) -> Mapping[str, NodePool]:
    return {name: _pool(name, pool) for name, pool in data.items()}


def _check(data: Mapping[str, Any], _site: Site, at: At) -> Iterator[Diagnostic]:
    seen: dict[tuple[str, str], str] = {}
    for name, pool in data.items():
        first = seen.setdefault((pool["label"], pool["value"]), name)
        if first != name:
            yield Diagnostic(
                at(name, "value"),
                "duplicate",
                f"the nodes with {pool['label']} {pool['value']} are already the pool '{first}'",
                hint="a node belongs to one pool: give each its own value, or keep one of the two",
            )


PART = Part(
    key="node_pools",
    document="site",
    schema={
        **mapping("Groups of nodes that are kept for some services, by name.", _POOL, NAME_PATTERN),
        "minProperties": 1,
    },
    read=_read,
    check=_check,
)


def node_pools(site: Site) -> Mapping[str, NodePool]:
    """The pools of the installation by name."""
    found = site.facets.get(PART.key)
    return found if isinstance(found, Mapping) else {}


def _where(wanted: Callable[[NodePool], bool]) -> Callable[[Site, Service | None], tuple[NodePool, ...]]:
    def items(site: Site, _service: Service | None) -> tuple[NodePool, ...]:
        return tuple(pool for pool in node_pools(site).values() if wanted(pool))

    return items


def _another(pool: NodePool) -> NodePool:
    return replace(pool, value=f"{pool.value}-spot")


def _words(pool: NodePool) -> Mapping[str, str]:
    words = {"pool": pool.name, "node_label": f"{pool.label}={pool.value}", "min_nodes": str(pool.min_nodes)}
    if pool.taint:
        words["taint"] = str(pool.taint)
    return words


def _facet(
    written: str,
    wanted: Callable[[NodePool], bool],
    sample: Mapping[str, Any],
    neighbour: Callable[[NodePool], NodePool] | None = _another,
) -> Facet[NodePool]:
    return Facet(
        text=written,
        key=PART.key,
        items=_where(wanted),
        labels=lambda pool: {"node_pool": pool.name},
        sample={"node_pools": {"high": {"label": "label_pool", "value": "high", **sample}}},
        neighbour=neighbour,
        words=_words,
    )


POOLS = _facet("node_pools", lambda _: True, {})
"""There is a node pool."""
TAINTED = _facet(
    "node_pools.*.taint",
    lambda pool: pool.taint is not None,
    {"taint": {"key": "pool", "value": "high", "effect": "NoSchedule"}},
)
"""The pool's nodes have a taint that keeps other pods away."""
SIZED = _facet(
    "node_pools.*.min_nodes",
    lambda pool: pool.min_nodes > 0,
    {"min_nodes": 2},
    neighbour=None,  # a pool without nodes has too few, whatever another has
)
"""Somebody said how many nodes the pool needs."""
