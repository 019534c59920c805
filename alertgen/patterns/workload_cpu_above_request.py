"""A service uses more CPU than it requested: it lives on what its neighbours leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.metrics import CPU_USAGE, KSM, POD_PHASE
from alertgen.metrics.pods import CONTAINER_REQUESTS
from alertgen.model import Scenario, Series
from alertgen.pattern import LONG_RUNNING, NUMBER, WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, rate
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import STALE, World, above, below, brief, fires, gap, hold, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("1.5", "more than this many times the CPU that all pods together requested", NUMBER)
    window: Duration = param("5m", "what the usage is averaged over", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    used = s.all_pods("container").sum(rate(s.select(CPU_USAGE), p.window))
    requested = s.per_container.max(s.select(CONTAINER_REQUESTS, resource="cpu"))
    # What a completed or evicted pod requested is no longer kept free for it.
    running = s.per_pod.max(s.select(POD_PHASE, phase="Running")).equals(1)
    kept_free = s.per("namespace", "container").sum(requested.and_(running, on=s.per_pod.labels))
    return used / kept_free > p.threshold


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    cores = Decimal(2)
    high, low = cores * above(p.threshold), cores * below(p.threshold)
    # The request appears when the usage has long been steady: an instant at which the condition begins, to the second.
    seen, busy = w.grid(2 * p.window), w.enough
    sidecar, neighbour = w.elsewhere(container=f"{w.container}-sidecar"), w.elsewhere(name=f"{w.name}-worker")
    sidecar = w.elsewhere(container=f"{w.container}-sidecar")

    def requests(
        world: World, pod: str, cpu: Decimal, seconds: int | None = None, *, running: int = 1
    ) -> tuple[Series, ...]:
        end = (STALE,) if seconds else ()
        labels = {"pod": pod, "node": "node-1"}
        return (
            world.show(CONTAINER_REQUESTS, gap(seen), hold(cpu, seconds), *end, resource="cpu", unit="core", **labels),
            world.show(CONTAINER_REQUESTS, hold(10**9), resource="memory", unit="byte", **labels),
            world.show(POD_PHASE, hold(running), pod=pod, phase="Running"),
            world.show(POD_PHASE, hold(1 - running), pod=pod, phase="Succeeded"),
        )

    one, other = w.pod(), w.pod()
    yield fires(
        "above the threshold of what all pods requested together",
        w.show(CPU_USAGE, ramp(0, high * 3 / 4), pod=one),
        w.show(CPU_USAGE, ramp(0, high / 4), pod=other),
        *requests(w, one, cores / 2, busy),
        *requests(w, other, cores / 2, busy),
        about=w.about(),
        since=seen,
        until=seen + busy - w.step,
        value=f"{above(p.threshold):.3g}",
    )
    one, other = w.pod(), w.pod()
    yield silent(
        "below the threshold of what all pods requested together, though one is far above, and a neighbour",
        w.show(CPU_USAGE, ramp(0, low), pod=one),
        neighbour.show(CPU_USAGE, ramp(0, high), pod=neighbour.pod()),
        *requests(w, one, cores / 4),
        *requests(w, other, cores * 3 / 4),
        about=w.about(),
    )
    yield silent("where no pod requested anything", w.show(CPU_USAGE, ramp(0, 64), pod=w.pod()), about=w.about())
    pod, done = w.pod(), w.pod()
    others = w.stranger(KSM)
    yield fires(
        "whatever a completed pod had requested, or others say",
        w.show(CPU_USAGE, ramp(0, high), pod=pod),
        *requests(w, pod, cores),
        *requests(w, done, 100 * cores, running=0),
        others.show(CONTAINER_REQUESTS, hold(100 * cores), pod=pod, node="node-1", resource="cpu", unit="core"),
        others.show(POD_PHASE, hold(1), pod=done, phase="Running"),
        about=w.about(),
        since=seen,
    )
    if w.subject.cluster:
        pod, done = w.pod(), w.pod()
        yield fires(
            "whatever a completed pod had requested whose namesake in another cluster runs",
            w.show(CPU_USAGE, ramp(0, high), pod=pod),
            *requests(w, pod, cores),
            *requests(w, done, 100 * cores, running=0),
            w.elsewhere(cluster="prod-2").show(POD_PHASE, hold(1), pod=done, phase="Running"),
            about=w.about(),
            since=seen,
        )
    pod = w.pod()
    yield silent(
        "for a sidecar",
        sidecar.show(CPU_USAGE, ramp(0, high), pod=pod),
        *requests(sidecar, pod, cores),
        about=sidecar.about(),
    )
    samples = p.window // w.step
    if samples > 2:
        # Usage goes up such that the average passes the threshold half a window later, between two evaluations,
        # whether the sample at the window's far edge counts (Prometheus 2.x) or not (3.x).
        half = samples // 2
        part = (Decimal(half) / (samples - 1) + Decimal(half + 1) / samples) / 2
        pod = w.pod()
        yield fires(
            "once the average over the window is above the threshold, not before",
            w.show(
                CPU_USAGE,
                ramp(0, low, seen),
                ramp(low * seen, low + (cores * p.threshold - low) / part),
                pod=pod,
            ),
            w.show(CONTAINER_REQUESTS, hold(cores), pod=pod, resource="cpu", unit="core", node="node-1"),
            w.show(POD_PHASE, hold(1), pod=pod, phase="Running"),
            about=w.about(),
            since=seen + (half + 1) * w.step,
        )
    if w.for_:
        pod = w.pod()
        yield brief(
            "for a burst shorter than `for`",
            w.show(CPU_USAGE, ramp(0, high), pod=pod),
            *requests(w, pod, cores, w.too_short),
            about=w.about(),
        )


PATTERN = Pattern(
    alert="WorkloadCPUAboveRequest",
    pack="cpu",
    level=Level.SERVICE,
    keeps=("container",),
    severity="warning",
    for_="30m",
    enabled=False,
    kinds=LONG_RUNNING,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary='${service} uses {{ $value | printf "%.3g" }} times the CPU it requested',
    description=(
        "The pods of ${namespace}/${service} used more than ${threshold} times the CPU they requested, for ${for}. "
        "They get it only as long as their nodes have some to spare."
    ),
    runbook=Runbook(
        meaning="It works because its nodes are half empty. Once they fill up, it slows down with its neighbours.",
        diagnosis=(
            "`kubectl -n ${namespace} top pod --containers`: one pod or all of them?",
            "`kubectl -n ${namespace} get ${workload} -o yaml | grep -A 6 requests`: when was that last right?",
            "Did traffic grow, or did a release make each request dearer?",
        ),
        mitigation=(
            "Request what it uses: the scheduler then keeps room for it.",
            "Scale out, or let an autoscaler do it: that one works by the share of the request.",
        ),
    ),
)
