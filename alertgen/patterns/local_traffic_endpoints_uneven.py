"""Traffic stays on the node where it arrives, and the pods are not spread over the nodes as that needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.facets.expose import LOCAL_TRAFFIC
from alertgen.metrics import KSM, POD_READY
from alertgen.metrics.pods import POD_INFO
from alertgen.model import Hold, RecordingRule, Scenario, Series, Site
from alertgen.pattern import COUNT, LONG_RUNNING, Level, Pattern, Refusal, Runbook, param
from alertgen.promql import Expr, Selector
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, hold, silent

READY_PODS = "alertgen:workload_ready_pods:count_by_node"
"""Recorded: how many pods of the workload are ready on each node that has one."""

_LEAST, _MOST = 2, 20


@dataclass(frozen=True, slots=True)
class Params:
    threshold: int = param("3", "so many times as many pods on one node as on another, or more", COUNT)


def refusals(_site: Site, p: Params) -> Iterator[Refusal]:
    if not _LEAST <= p.threshold <= _MOST:
        yield Refusal("threshold", f"{p.threshold} is not between {_LEAST} and {_MOST}", "1 is true of every spread")


def records(s: Subject, _p: Params) -> Iterator[RecordingRule]:
    # The expression needs it three times.
    ready = s.per_pod.max(s.select(POD_READY, condition="true")).equals(1)
    placed = s.per("namespace", "pod", "node").max(s.select(POD_INFO)).equals(1)
    on_node = placed.and_(ready, on=(*s.cluster, "namespace", "pod"))
    yield RecordingRule(
        record=READY_PODS, expr=s.per("namespace", "node").count(on_node).text, labels={"workload": s.service.name}
    )


def expr(s: Subject, p: Params) -> Expr:
    here = s.per("namespace")
    per_node = Selector.of(READY_PODS, {"namespace": s.service.namespace, "workload": s.service.name})
    few = here.count(per_node) < LOCAL_TRAFFIC.of(s).min_nodes
    return few.or_(here.max(per_node) / here.min(per_node) >= p.threshold)


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    least, several = LOCAL_TRAFFIC.of(w).min_nodes, len(w.subject.cluster)

    def pod(node: str, *ready: Hold) -> tuple[Series, ...]:
        name = w.pod()
        return (
            w.show(POD_INFO, hold(1), pod=name, node=node),
            w.show(POD_READY, *ready, pod=name, condition="true"),
            w.show(POD_READY, *(hold(1 - int(r.value), r.seconds) for r in ready), pod=name, condition="false"),
        )

    def pods(number: int, node: str, *ready: Hold) -> tuple[Series, ...]:
        return tuple(series for _ in range(number) for series in pod(node, *(ready or (hold(1),))))

    def one_on_each(number: int) -> tuple[Series, ...]:
        return tuple(series for n in range(number) for series in pods(1, f"node-{n}"))

    yield fires(
        "while too few nodes have a ready pod",
        *one_on_each(least - 1),
        *pods(1, "node-last", hold(1, start), hold(0, lasts), hold(1)),
        about=about,
        since=start,
        until=start + lasts - w.step,
    )
    yield silent("while just enough nodes have a ready pod", *one_on_each(least), about=about)
    yield fires(
        "while one node has so many times the pods of another",
        *one_on_each(least - 1),
        *pods(p.threshold - 1, "node-full"),
        *pods(1, "node-full", hold(0, start), hold(1)),
        about=about,
        since=start,
    )
    yield silent(
        "while the pods differ by less",
        *(series for n in range(least - 1) for series in pods(4, f"node-{n}")),
        *pods(4 * p.threshold - 1, "node-full"),
        about=about,
    )

    def recorded(number: int, **other: str) -> Series:
        cluster = dict.fromkeys(w.subject.cluster, w.cluster)
        whose = {"namespace": w.namespace, "workload": w.name, "node": "node-other"}
        return Series(READY_PODS, cluster | whose | other, (hold(number),))

    worker, staging = f"{w.name}-worker", w.elsewhere(namespace=f"{w.namespace}-staging")
    seen, lost = pod("node-0", hold(1)), pod("node-last", hold(0))
    theirs = w.elsewhere(name=worker)
    their_pod = theirs.pod()
    name, lost_name = seen[0].labels["pod"], lost[0].labels["pod"]
    yield fires(
        "while too few nodes have a ready pod, whatever others say and have",
        *one_on_each(least - 2),
        *seen,
        *lost,
        w.stranger(KSM).show(POD_INFO, hold(1), pod=name, node="node-other"),
        w.stranger(KSM).show(POD_READY, hold(1), pod=lost_name, condition="true"),
        *([w.elsewhere(cluster="prod-2").show(POD_READY, hold(1), pod=lost_name, condition="true")] * several),
        theirs.show(POD_INFO, hold(1), pod=their_pod, node="node-other"),
        theirs.show(POD_READY, hold(1), pod=their_pod, condition="true"),
        recorded(1, workload=worker),
        about=about,
        since=0,
    )
    for number in (1, p.threshold**2):
        yield silent(
            f"when another workload has {number} on a node",
            *(series for n in range(least) for series in pods(p.threshold, f"node-{n}")),
            recorded(number, workload=worker),
            about=about,
        )
    yield silent(
        "for a workload of this name elsewhere", recorded(1, namespace=staging.namespace), about=staging.about()
    )
    if w.for_:
        yield brief(
            "while a pod restarts within `for`",
            *one_on_each(least - 1),
            *pods(1, "node-last", hold(1, start), hold(0, w.too_short), hold(1)),
            about=about,
        )


PATTERN = Pattern(
    alert="LocalTrafficEndpointsUneven",
    pack="network",
    level=Level.SERVICE,
    severity="warning",
    for_="15m",
    kinds=LONG_RUNNING,
    facet=LOCAL_TRAFFIC,
    params=Params,
    refusals=refusals,
    expr=expr,
    records=records,
    scenarios=scenarios,
    summary="The pods of ${service} are not spread over the nodes as its traffic is",
    description=(
        "For ${for} the ready pods of ${namespace}/${service} have been on fewer than ${min_nodes} nodes, or one node "
        "has had ${threshold} times as many as another. With `externalTrafficPolicy: Local` each node gets "
        "its share of the traffic, however many pods it has."
    ),
    runbook=Runbook(
        meaning="A pod that is alone on its node carries as much as several elsewhere; a lost node is a large loss.",
        diagnosis=(
            "`kubectl -n ${namespace} get pods -o wide --sort-by=.spec.nodeName`: which nodes have ready pods?",
            "Was a node drained or added, or are pods pending? `kubectl -n ${namespace} get events`.",
            "The load balancer's health checks: does it know only nodes with pods?",
        ),
        mitigation=(
            "Add topologySpreadConstraints over kubernetes.io/hostname.",
            "Delete a pod of the full node: the scheduler may find a better place for it.",
        ),
    ),
)
