"""A node of a pool lacks the pool's taint: any pod may run there."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.node_pools import TAINTED, NodePool
from alertgen.metrics import KSM
from alertgen.metrics.nodes import NODE_LABELS, NODE_TAINT
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    pool, per_node = TAINTED.of(s), s.per("node")
    of_pool = per_node.max(s.select(NODE_LABELS, **{pool.label: pool.value}))
    return of_pool.unless(per_node.max(s.select(NODE_TAINT, **_taint(pool))))


def _taint(pool: NodePool) -> dict[str, str]:
    assert pool.taint is not None  # or the facet had not chosen it
    return {"key": pool.taint.key, "value": pool.taint.value, "effect": pool.taint.effect}


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    pool = TAINTED.of(w)
    about, start, lasts = w.about(node="node-1"), 4 * w.step, w.enough

    def node(name: str, world: World = w) -> Series:
        return world.show(NODE_LABELS, hold(1), node=name, **{pool.label: pool.value})

    def taint(*parts: Part, name: str = "node-1", world: World = w, wrong: str = "") -> Series:
        return world.show(NODE_TAINT, *parts, node=name, **_taint(pool) | ({wrong: "other"} if wrong else {}))

    yield fires(
        "for a node without the taint",
        node("node-1"),
        taint(hold(1, start), STALE, gap(lasts - w.step), hold(1)),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    for word in _taint(pool):
        yield fires(
            f"for a node with a taint of another {word}",
            node("node-1"),
            taint(hold(1), wrong=word),
            about=about,
            since=0,
        )
    yield fires(
        "for the node of two that lacks it",
        node("node-1"),
        node("node-2"),
        taint(hold(1), name="node-2"),
        about=about,
        since=0,
    )
    yield silent("for a node with the taint", node("node-1"), taint(hold(1)), about=about)
    if w.subject.cluster:
        second = w.elsewhere(cluster="prod-2")
        yield fires(
            "whatever a node of the same name has in another cluster",
            node("node-1"),
            taint(hold(1), world=second),
            about=about,
            since=0,
        )
    yield fires(
        "whatever another exporter shows of its taints",
        node("node-1"),
        taint(hold(1), world=w.stranger(KSM)),
        about=about,
        since=0,
    )
    yield silent("for a node that only another exporter shows", node("node-1", w.stranger(KSM)), about=about)
    if w.for_:
        yield brief(
            "for a new node that is tainted within `for`",
            node("node-1"),
            taint(gap(w.too_short), hold(1)),
            about=about,
        )


PATTERN = Pattern(
    alert="NodePoolTaintMissing",
    pack="scheduling",
    level=Level.CLUSTER,
    keeps=("node",),
    severity="warning",
    for_="10m",
    facet=TAINTED,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $labels.node }} of node pool ${pool} lacks its taint",
    description=(
        "Node {{ $labels.node }} has ${node_label} but has been without the taint ${taint} for ${for}: pods that do "
        "not belong to pool ${pool} may run there."
    ),
    runbook=Runbook(
        meaning="The pool is not reserved any more: other pods take the room of those it is for.",
        diagnosis=(
            "`kubectl describe node NODE`: its taints and the pods that are there already.",
            "`kubectl get node NODE -o yaml --show-managed-fields`: who removed it, or was it never there?",
        ),
        mitigation=(
            "Put the taint into the definition of the pool: what is set with kubectl is gone with the node.",
            "Until then: `kubectl taint node NODE ${taint}`, and delete the pods that do not belong there.",
        ),
    ),
)
