"""The node pools of the installation, and the one that a service must run in."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from alertgen import spec
from alertgen.diagnostics import Location
from alertgen.facets import node_pool, node_pools
from alertgen.facets.node_pool import NODE_POOL
from alertgen.facets.node_pools import POOLS, SIZED, TAINTED, NodePool, Taint
from alertgen.model import Site

_POOL: dict[str, Any] = {"label": "label_pool", "value": "high"}
_TAINT = {"key": "pool", "value": "high", "effect": "NoSchedule"}


def _site(**pools: Any) -> Site:
    return spec.read_site({"node_pools": pools})


def _allowed(value: object) -> bool:
    return Draft202012Validator(node_pools.PART.schema).is_valid(value)


@pytest.mark.parametrize(
    "pool",
    [_POOL, {**_POOL, "taint": _TAINT, "min_nodes": 2}, {**_POOL, "taint": {"key": "a/b", "effect": "NoExecute"}}],
)
def test_a_pool_is_a_label_a_value_and_perhaps_a_taint_and_a_size(pool: object) -> None:
    assert _allowed({"high": pool})


@pytest.mark.parametrize(
    "pool",
    [
        {"value": "high"},
        {"label": "label_pool"},
        {**_POOL, "label": "pool"},
        {**_POOL, "label": "label_a.b/pool"},
        {**_POOL, "value": ""},
        {**_POOL, "value": 'a"b'},
        {**_POOL, "min_nodes": 0},
        {**_POOL, "taint": {"key": "pool"}},
        {**_POOL, "taint": {**_TAINT, "effect": "Never"}},
        {**_POOL, "nodes": 3},
    ],
)
def test_what_is_no_pool_is_refused(pool: object) -> None:
    assert not _allowed({"high": pool})


def test_there_is_a_pool_where_the_key_is() -> None:
    assert not _allowed({})


def test_a_pool_is_read_with_its_taint_and_its_size() -> None:
    site = _site(high={**_POOL, "taint": _TAINT, "min_nodes": 2})
    expected = NodePool("high", "label_pool", "high", Taint("pool", "high", "NoSchedule"), 2)
    assert {"high": expected} == node_pools.node_pools(site)


def test_a_taint_reads_as_kubectl_takes_it() -> None:
    assert "pool=high:NoSchedule" == str(Taint("pool", "high", "NoSchedule"))
    assert "pool:NoExecute" == str(Taint("pool", "", "NoExecute"))


def test_only_what_is_said_of_a_pool_is_watched() -> None:
    site = _site(
        plain=_POOL, tainted={**_POOL, "value": "b", "taint": _TAINT}, sized={**_POOL, "value": "c", "min_nodes": 1}
    )
    names = [[pool.name for pool in facet.items(site, None)] for facet in (POOLS, TAINTED, SIZED)]
    assert [["plain", "tainted", "sized"], ["tainted"], ["sized"]] == names


def test_two_pools_of_the_same_nodes_are_told() -> None:
    site = {"node_pools": {"high": _POOL, "big": _POOL}}
    (problem,) = spec.check_site(site, lambda *steps: Location("/".join(map(str, steps)), 1, 1))
    assert ("node_pools/big/value", "duplicate") == (problem.location.path, problem.code)
    assert "the nodes with label_pool high are already the pool 'high'" == problem.message


def test_a_service_runs_in_the_pool_it_names() -> None:
    document = {"service": "my-app", "namespace": "shop", "team": "web", "node_pool": "high"}
    site, service = _site(high=_POOL, low={**_POOL, "value": "low"}), spec.read_service(document)
    assert ["high"] == [pool.name for pool in NODE_POOL.items(site, service)]
    assert () == NODE_POOL.items(Site(), service)


@pytest.mark.parametrize(
    ("site", "hint"),
    [
        (_site(high=_POOL), "did you mean 'high'?"),
        (Site(), "name it under node_pools in the site document"),
    ],
)
def test_a_pool_that_nobody_named_is_told_with_the_nearest(site: Site, hint: str) -> None:
    (problem,) = node_pool.PART.check("hihg", site, lambda *_: Location("x.yaml", 7, 3))
    assert ("unknown-node-pool", "there is no node pool 'hihg'", hint) == (problem.code, problem.message, problem.hint)
    assert (7, 3) == (problem.location.line, problem.location.column)
