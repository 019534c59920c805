"""A node pool has fewer nodes that take pods than it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from alertgen.facets.node_pools import SIZED
from alertgen.metrics import KSM
from alertgen.metrics.nodes import NODE_CONDITION, NODE_INFO, NODE_LABELS, NODE_UNSCHEDULABLE
from alertgen.model import Hold, Part, Scenario, Series, Site
from alertgen.pattern import WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, over
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, hold, silent


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("1d", "with several clusters: how long it stays known which have the pool", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    pool, per_node = SIZED.of(s), s.per("node")
    labels = s.select(NODE_LABELS, **{pool.label: pool.value})
    ready = per_node.max(s.select(NODE_CONDITION, condition="Ready", status="true")).equals(1)
    cordoned = per_node.max(s.select(NODE_UNSCHEDULABLE)).equals(1)
    nodes = s.per_cluster.count(ready.and_(per_node.max(labels)).unless(cordoned))
    # None at all is no series. While kube-state-metrics is gone, nothing can be said of the nodes.
    none = s.per_cluster.count(s.select(NODE_INFO)) * 0
    if s.cluster:
        none = none.and_(s.per_cluster.max(over("last_over_time", labels, p.window)))
    return nodes.or_(none) < pool.min_nodes


def lasts(site: Site, p: Params) -> Duration | None:
    return p.window if site.cluster_label else None


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    pool = SIZED.of(w)
    about, start, lasts = w.about(), 4 * w.step, w.enough

    def node(
        number: int,
        *ready: Part,
        cordoned: tuple[Part, ...] = (hold(0),),
        there: tuple[Part, ...] = (hold(1),),
        value: str = pool.value,
        world: World = w,
    ) -> tuple[Series, ...]:
        name = f"node-{number}"
        return (
            world.show(NODE_INFO, *there, node=name),
            world.show(NODE_LABELS, *there, node=name, **{pool.label: value}),
            world.show(NODE_UNSCHEDULABLE, *cordoned, node=name),
            world.show(NODE_CONDITION, *ready, node=name, condition="Ready", status="true"),
            world.show(NODE_CONDITION, *map(_opposite, ready), node=name, condition="Ready", status="false"),
            world.show(NODE_CONDITION, *there, node=name, condition="DiskPressure", status="true"),
        )

    def ready(
        count: int, first: int = 1, value: str = pool.value, world: World = w, until: int | None = None
    ) -> tuple[Series, ...]:
        always, never = (hold(1, until),), (hold(0, until),)
        numbers = range(first, first + count)
        return tuple(
            series
            for n in numbers
            for series in node(n, *always, cordoned=never, there=always, value=value, world=world)
        )

    def claimed(world: World) -> tuple[Series, ...]:
        """What another exporter says of the nodes that belong to other pools."""
        theirs = world.stranger(KSM)
        numbers = range(100, 100 + pool.min_nodes)
        return tuple(theirs.show(NODE_LABELS, hold(1), node=f"node-{n}", **{pool.label: pool.value}) for n in numbers)

    leaves = (hold(1, start), STALE)
    deleted = [
        series
        for number in range(1, pool.min_nodes + 1)
        for series in node(number, *leaves, there=leaves, cordoned=(hold(0, start), STALE))
    ]
    others = ready(pool.min_nodes, first=100, value="other")
    rest = ready(pool.min_nodes - 1, first=2)
    yield fires(
        "with one ready node fewer than it needs",
        *node(1, hold(1, start), hold(0, lasts), hold(1)),
        *rest,
        about=about,
        since=start,
        until=start + lasts - w.step,
        value=str(pool.min_nodes - 1),
    )
    yield fires(
        "while a node takes no pods",
        *node(1, hold(1), cordoned=(hold(0, start), hold(1, lasts), hold(0))),
        *rest,
        about=about,
        since=start,
        until=start + lasts - w.step,
    )
    yield fires(
        "whatever nodes other pools have, even if another exporter shows them as the pool's",
        *node(1, hold(0)),
        *rest,
        *others,
        *claimed(w),
        about=about,
        since=0,
    )
    yield fires("when all its nodes are deleted", *deleted, *others, about=about, since=start)
    yield silent("with as many ready nodes as it needs", *ready(pool.min_nodes), about=about)
    yield silent(
        "when nobody shows any nodes",
        *(replace(series, parts=(*series.parts, STALE)) for series in ready(pool.min_nodes, until=start)),
        about=about,
    )
    if w.subject.cluster:
        second = w.elsewhere(cluster="prod-2")
        yield fires(
            "whatever nodes of the same names another cluster has",
            *node(1, hold(0)),
            *rest,
            *ready(pool.min_nodes, world=second),
            about=about,
            since=0,
        )
        if w.affordable(p.window):
            yield fires(
                "until it is forgotten that the cluster had the pool",
                *deleted,
                *others,
                about=about,
                since=start,
                until=w.within(start - w.step, p.window),
                slack=w.step,
            )
        third = w.elsewhere(cluster="prod-3")
        yield silent(
            "for a cluster that never had the pool",
            *ready(pool.min_nodes, first=100, value="other", world=third),
            *claimed(third),
            about=third.about(),
        )
    if w.for_:
        yield brief(
            "while a node restarts within `for`",
            *node(1, hold(1, start), hold(0, w.too_short), hold(1)),
            *rest,
            about=about,
        )


def _opposite(part: Part) -> Part:
    return hold(1 - int(part.value), part.seconds) if isinstance(part, Hold) else part


PATTERN = Pattern(
    alert="NodePoolTooFewNodes",
    pack="scheduling",
    level=Level.CLUSTER,
    severity="critical",
    for_="10m",
    facet=SIZED,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    lasts=lasts,
    silences=(Symptoms(("NodePoolSaturated",), same=("node_pool",)),),
    summary="Node pool ${pool} has {{ $value }} ready nodes, and needs ${min_nodes}",
    description=(
        "Fewer than ${min_nodes} nodes with ${node_label} have been ready and not cordoned for ${for}. Pods that need "
        "the pool ${pool} have nowhere else to go."
    ),
    runbook=Runbook(
        meaning="The pool has lost nodes. What ran there is pending, or runs without spare room.",
        diagnosis=(
            "`kubectl get nodes --show-labels`: which are gone, NotReady or SchedulingDisabled?",
            "`kubectl describe node NODE`: its conditions and events.",
            "`kubectl get pods -A --field-selector=status.phase=Pending`: who waits?",
            "The autoscaler's log and the cloud's quota, zone and spot capacity.",
        ),
        mitigation=(
            "Scale the pool up, in another zone or with another machine type if need be; uncordon what is healthy.",
            "Until there are nodes: let the most important service run elsewhere (affinity, tolerations).",
        ),
    ),
)
