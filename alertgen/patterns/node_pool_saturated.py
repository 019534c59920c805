"""What the pods of a node pool request nearly fills it: the next pod, or those of a lost node, will not fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.facets.node_pools import POOLS
from alertgen.metrics import KSM, POD_PHASE
from alertgen.metrics.nodes import NODE_ALLOCATABLE, NODE_LABELS, NODE_UNSCHEDULABLE
from alertgen.metrics.pods import CONTAINER_REQUESTS
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import SHARE, Level, Pattern, Runbook, param
from alertgen.promql import Expr, one_of
from alertgen.quantity import humanized_percentage
from alertgen.subject import Subject
from alertgen.world import World, above, below, brief, fires, hold, silent

_CORES = Decimal(1000)
_BYTES = Decimal(4 * 10**12)
"""What a pool of two nodes has in the scenarios."""


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("90%", "more than this share of the pool's CPU or memory is requested", SHARE)


def expr(s: Subject, p: Params) -> Expr:
    pool, per_node, node = POOLS.of(s), s.per("node"), (*s.cluster, "node")
    of_pool = per_node.max(s.select(NODE_LABELS, **{pool.label: pool.value}))
    usable = of_pool.unless(per_node.max(s.select(NODE_UNSCHEDULABLE)).equals(1))
    resource = one_of("cpu", "memory")
    room = s.per("node", "resource").max(s.select(NODE_ALLOCATABLE, resource=resource)).and_(usable, on=node)
    # What has completed still shows its requests, and holds none of them.
    holds = s.per("namespace", "pod").max(s.select(POD_PHASE, phase=one_of("Pending", "Running"))).equals(1)
    requests = s.per("namespace", "pod", "container", "node", "resource").max(
        s.select(CONTAINER_REQUESTS, resource=resource)
    )
    taken = requests.and_(holds, on=(*s.cluster, "namespace", "pod")).and_(usable, on=node)
    per_resource = s.per("resource")
    return per_resource.sum(taken) / per_resource.sum(room) > p.threshold


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    about, start, lasts = w.about(resource="cpu"), 4 * w.step, w.enough
    high, low = above(p.threshold), below(p.threshold)
    nodes = (*_node(w, "node-1"), *_node(w, "node-2"))
    much = _CORES * high
    theirs = w.stranger(KSM)
    claimed = theirs.show(NODE_LABELS, hold(1), node="node-3", **{POOLS.of(w).label: POOLS.of(w).value})

    def others() -> tuple[Series, ...]:
        """They request six tenths of the threshold: two pods, one of them with a sidecar."""
        share = hold(_CORES * p.threshold / 5)
        return (
            *_pod(w, share, on="node-2", container="sidecar"),
            *_pod(w, share, pod="web-1"),
            *_pod(w, share, namespace="blog"),
        )

    def varying(*shares: tuple[Decimal, int | None]) -> tuple[Series, ...]:
        """Requests four tenths of each share."""
        return _pod(w, *(hold(_CORES * share * 2 / 5, seconds) for share, seconds in shares), on="node-2")

    yield fires(
        "when its pods request more than the threshold",
        *nodes,
        *others(),
        *varying((low, start), (high, lasts), (low, None)),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value=humanized_percentage((3 * p.threshold + 2 * high) / 5),
    )
    yield fires(
        "when they request too much memory",
        *nodes,
        *_pod(w, hold(1), memory=_BYTES * high),
        about=w.about(resource="memory"),
        since=0,
    )
    yield fires(
        "when a pod requests it that has not started yet",
        *nodes,
        *_pod(w, hold(much), phase="Pending"),
        about=about,
        since=0,
    )
    yield fires(
        "whatever room there is on other nodes",
        *_node(w, "node-1"),
        *_node(w, "node-2", cordoned=1),
        *_node(w, "node-3", value="other"),
        claimed,
        theirs.show(NODE_ALLOCATABLE, hold(_CORES), node="node-1", resource="cpu", unit="core"),
        *_pod(w, hold(much / 2)),
        about=about,
        since=0,
    )
    yield silent("when they request less", *nodes, *_pod(w, hold(_CORES * low)), about=about)
    yield silent(
        "for what is neither CPU nor memory", *nodes, *_pod(w, hold(0)), about=w.about(resource="nvidia_com_gpu")
    )
    yield silent("at the threshold", *nodes, *_pod(w, hold(_CORES * p.threshold)), about=about)
    yield silent(
        "for what is requested on other nodes",
        *_node(w, "node-1"),
        *_node(w, "node-2", cordoned=1),
        *_node(w, "node-3", value="other"),
        claimed,
        *_pod(w, hold(0)),
        *_pod(w, hold(2 * much), on="node-2", pod="web-1"),
        *_pod(w, hold(2 * much), on="node-3", pod="web-2"),
        about=about,
    )
    completed = (
        *nodes,
        *_pod(w, hold(much), phase="Succeeded"),
        *_pod(w, hold(1), namespace="blog", memory=_BYTES * high, phase="Succeeded"),
    )
    yield silent(
        "for what has completed",
        *completed,
        *_pod(w, hold(0), pod="web-1"),
        *_pod(w, hold(0), namespace="docs"),
        about=about,
    )
    if w.subject.cluster:
        second = w.elsewhere(cluster="prod-2")
        yield silent(
            "whatever runs under the same names in another cluster",
            *completed,
            *_node(w, "node-3", value="other"),
            *_pod(w, hold(2 * much), on="node-3", pod="web-2"),
            *_pod(second, hold(0)),
            *_node(second, "node-3"),
            about=about,
        )
        yield fires(
            "whatever room nodes of the same names have in another cluster",
            *nodes,
            *_node(w, "node-3", value="other"),
            *_node(second, "node-3"),
            *_pod(w, hold(much)),
            about=about,
            since=0,
        )
    if w.for_:
        yield brief(
            "for a peak shorter than `for`",
            *nodes,
            *others(),
            *varying((low, start), (high, w.too_short), (low, None)),
            about=about,
        )


def _node(w: World, name: str, *, value: str = "", cordoned: int = 0) -> tuple[Series, ...]:
    """A node with half of what the pool has."""
    pool = POOLS.of(w)
    return (
        w.show(NODE_LABELS, hold(1), node=name, **{pool.label: value or pool.value}),
        w.show(NODE_UNSCHEDULABLE, hold(cordoned), node=name),
        w.show(NODE_ALLOCATABLE, hold(_CORES / 2), node=name, resource="cpu", unit="core"),
        w.show(NODE_ALLOCATABLE, hold(_BYTES / 2), node=name, resource="memory", unit="byte"),
        w.show(NODE_ALLOCATABLE, hold(1), node=name, resource="nvidia_com_gpu", unit="integer"),
    )


def _pod(
    w: World,
    *cpu: Part,
    memory: Decimal = Decimal(1),
    on: str = "node-1",
    phase: str = "Running",
    namespace: str = "shop",
    pod: str = "web-0",
    container: str = "web",
) -> tuple[Series, ...]:
    """A container of a pod, and the pod's phase."""
    of_pod = {"namespace": namespace, "pod": pod}
    request = {**of_pod, "container": container, "node": on}
    phases = ("Pending", "Running", "Succeeded")
    return (
        w.show(CONTAINER_REQUESTS, *cpu, resource="cpu", unit="core", **request),
        w.show(CONTAINER_REQUESTS, hold(memory), resource="memory", unit="byte", **request),
        w.show(CONTAINER_REQUESTS, hold(8), resource="nvidia_com_gpu", unit="integer", **request),
        *(w.show(POD_PHASE, hold(int(phase == each)), phase=each, **of_pod) for each in phases),
    )


PATTERN = Pattern(
    alert="NodePoolSaturated",
    pack="scheduling",
    level=Level.CLUSTER,
    keeps=("resource",),
    severity="warning",
    for_="30m",
    facet=POOLS,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $value | humanizePercentage }} of the {{ $labels.resource }} of node pool ${pool} is requested",
    description=(
        "For ${for}, pods have requested more than ${threshold} of the {{ $labels.resource }} of the nodes with "
        "${node_label}. The next pod may not fit, nor what runs on a node that fails."
    ),
    runbook=Runbook(
        meaning="The pool has no spare room. A rollout, the autoscaler or a lost node will leave pods pending.",
        diagnosis=(
            "`kubectl describe nodes`, under `Allocated resources`: which nodes are full, and with what?",
            "`kubectl top pods -A --sort-by=cpu` against the requests: who reserves much more than it uses?",
            "Does an autoscaler add nodes here? Then it is meant to be full: is it at its maximum?",
        ),
        mitigation=(
            "Add nodes, or raise the autoscaler's maximum.",
            "Lower requests that nobody uses; move what need not be in the pool.",
            "Switch this off where an autoscaler keeps the pool full on purpose.",
        ),
    ),
)
