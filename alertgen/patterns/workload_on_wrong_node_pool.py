"""Pods run on nodes that are not of the pool they are for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from alertgen.facets.node_pool import NODE_POOL
from alertgen.metrics import KSM, POD_PHASE
from alertgen.metrics.nodes import NODE_LABELS
from alertgen.metrics.pods import POD_INFO
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr, Matcher
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    pool, per_node = NODE_POOL.of(s), s.per("node")
    pods = s.per("namespace", "pod", "node").max(s.select(POD_INFO))
    running = s.per_pod.max(s.select(POD_PHASE, phase="Running")).equals(1)
    others = per_node.max(s.select(NODE_LABELS, **{pool.label: Matcher("!=", pool.value)}))
    # Where kube-state-metrics may not show the label no node has it, and nobody can say which pool one belongs to.
    shown = s.per_cluster.max(s.select(NODE_LABELS, **{pool.label: Matcher("!=", "")}))
    wrong = others.and_(shown, on=s.cluster)
    there = pods.and_(running, on=(*s.cluster, "namespace", "pod")).and_(wrong, on=(*s.cluster, "node"))
    return s.per("namespace", "node").count(there)


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    pool = NODE_POOL.of(w)
    # Other scenarios' nodes have other names: theirs are shown side by side.
    number = next(w.names)
    wrong, right = f"node-{number}", f"node-{number}-high"
    about, start, lasts = w.about(node=wrong), 4 * w.step, w.enough

    def node(name: str, value: str, world: World = w) -> Series:
        return world.show(NODE_LABELS, hold(1), node=name, **({pool.label: value} if value else {}))

    def pod(name: str, *running: Part, node: str = wrong) -> tuple[Series, ...]:
        return (
            w.show(POD_INFO, hold(1), pod=name, node=node),
            w.show(POD_PHASE, *running, pod=name, phase="Running"),
            w.show(POD_PHASE, hold(int(running == (hold(0),))), pod=name, phase="Succeeded"),
        )

    nodes = (node(wrong, "low"), node(right, pool.value))
    yield fires(
        "while pods run on a node of another pool",
        *nodes,
        *pod(w.pod(), hold(0, start), hold(1, lasts), hold(0)),
        *pod(w.pod(), hold(0, start), hold(1, lasts), hold(0)),
        *pod(w.pod(), hold(1), node=right),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="2",
    )
    yield fires("on a node of no pool", node(wrong, ""), nodes[1], *pod(w.pod(), hold(1)), about=about, since=0)
    yield silent("on a node of its pool", nodes[1], *pod(w.pod(), hold(1), node=right), about=w.about(node=right))
    far = w.elsewhere(cluster="prod-3")
    unknown = silent(
        "while no node's pool is shown",
        node(wrong, ""),
        node(right, ""),
        *([node(right, pool.value, far)] if w.subject.cluster else []),
        *pod(w.pod(), hold(1)),
        about=about,
    )
    yield replace(unknown, alone=True)
    theirs = w.stranger(KSM)
    done, well = w.pod(), w.pod()
    yield silent(
        "for a pod that has completed, and still runs to another exporter",
        *nodes,
        *pod(done, hold(0)),
        theirs.show(POD_PHASE, hold(1), pod=done, phase="Running"),
        about=about,
    )
    yield silent(
        "for a pod that only another exporter shows there",
        *nodes,
        *pod(well, hold(1), node=right),
        theirs.show(POD_INFO, hold(1), pod=well, node=wrong),
        about=about,
    )
    yield silent(
        "for a node that another exporter shows in another pool",
        node(right, "low", theirs),
        node(right, pool.value),
        *pod(w.pod(), hold(1), node=right),
        about=w.about(node=right),
    )
    if w.subject.cluster:
        here = w.pod()
        yield silent(
            "for a pod that has completed, and has a namesake in another cluster",
            *nodes,
            *pod(here, hold(0)),
            far.show(POD_PHASE, hold(1), pod=here, phase="Running"),
            about=about,
        )
        yield silent(
            "for a node of its pool that has a namesake in another cluster",
            node(right, pool.value),
            node(right, "low", far),
            *pod(w.pod(), hold(1), node=right),
            about=w.about(node=right),
        )
    if w.for_:
        yield brief(
            "for a pod that runs there for less than `for`",
            *nodes,
            *pod(w.pod(), hold(0, start), hold(1, w.too_short), hold(0)),
            about=about,
        )


PATTERN = Pattern(
    alert="WorkloadOnWrongNodePool",
    pack="scheduling",
    level=Level.SERVICE,
    keeps=("node",),
    severity="warning",
    for_="15m",
    facet=NODE_POOL,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $value }} pods of ${service} run on {{ $labels.node }}, outside node pool ${pool}",
    description=(
        "For ${for}, {{ $value }} pods of ${namespace}/${service} have been running on {{ $labels.node }}, which does "
        "not have ${node_label}. The service is meant for the nodes of pool ${pool}."
    ),
    runbook=Runbook(
        meaning="The pods run on nodes of another size or purpose: they may be slow there, or slow others down.",
        diagnosis=(
            "`kubectl -n ${namespace} get pods -o wide`: which pods are where?",
            "`kubectl -n ${namespace} get ${workload} -o yaml`: nodeSelector, affinity? A toleration asks for no node.",
            "`kubectl get nodes --show-labels`: has the pool nodes with room?",
        ),
        mitigation=(
            "Require the pool with a nodeSelector or a required node affinity.",
            "Delete the pods on the wrong nodes, one after the other, once the pool has room.",
        ),
    ),
)
