"""A container uses nearly all the CPU its limit allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.metrics import CONTAINER_LIMITS, CPU_USAGE
from alertgen.model import Scenario, Series
from alertgen.pattern import SHARE, WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, rate
from alertgen.quantity import Duration, humanized_percentage
from alertgen.subject import Subject
from alertgen.world import STALE, World, above, below, brief, fires, gap, hold, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("90%", "more than this share of the CPU limit", SHARE)
    window: Duration = param("5m", "what the usage is averaged over", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    # Each start of a container is a new cAdvisor series (label id): summed, a restart does not look like a dip.
    used = s.per_container.sum(rate(s.select(CPU_USAGE), p.window))
    limit = s.per_container.max(s.select(CONTAINER_LIMITS, resource="cpu"))
    return used / limit > p.threshold


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    cores = 2
    at = p.threshold * cores
    # The limit appears when the usage has long been steady: an instant at which the condition begins, to the second.
    seen = w.grid(2 * p.window)
    busy = w.enough

    def container(pod: str, usage: Decimal, seconds: int | None = None) -> tuple[Series, ...]:
        end = (STALE,) if seconds else ()
        return (
            w.show(CPU_USAGE, ramp(0, usage), pod=pod),
            w.show(
                CONTAINER_LIMITS, gap(seen), hold(cores, seconds), *end,
                pod=pod, resource="cpu", unit="core", node="node-1",
            ),
            w.show(CONTAINER_LIMITS, hold(10**9), pod=pod, resource="memory", unit="byte", node="node-1"),
        )  # fmt: skip

    pod = w.pod()
    yield fires(
        "above the threshold of the limit",
        *container(pod, cores * above(p.threshold), busy),
        about=w.about(pod),
        since=seen,
        until=seen + busy - w.step,
        value=humanized_percentage(above(p.threshold)),
    )
    pod = w.pod()
    yield silent("below the threshold of the limit", *container(pod, below(at)), about=w.about(pod))
    pod = w.pod()
    yield silent("for a container without a limit", w.show(CPU_USAGE, ramp(0, 64), pod=pod), about=w.about(pod))
    pod = w.pod()
    first, limit, memory = container(pod, at * Decimal("0.55"))
    second = w.show(CPU_USAGE, ramp(0, at * Decimal("0.55")), pod=pod, id="/kubepods/burstable/5c2b8a60/2e")
    yield fires(
        "for what the old and the new container use together", first, second, limit, memory,
        about=w.about(pod), since=seen,
    )  # fmt: skip
    samples = p.window // w.step
    if samples > 2:
        # Usage goes up such that the average passes the threshold half a window later, between two evaluations,
        # whether the sample at the window's far edge counts (Prometheus 2.x) or not (3.x).
        half = samples // 2
        part = (Decimal(half) / (samples - 1) + Decimal(half + 1) / samples) / 2
        low = below(at)
        pod = w.pod()
        yield fires(
            "once the average over the window is above the threshold, not before",
            w.show(CPU_USAGE, ramp(0, low, seen), ramp(low * seen, low + (at - low) / part), pod=pod),
            w.show(CONTAINER_LIMITS, hold(cores), pod=pod, resource="cpu", unit="core", node="node-1"),
            about=w.about(pod),
            since=seen + (half + 1) * w.step,
        )
    if w.for_:
        pod = w.pod()
        yield brief("for a burst shorter than `for`", *container(pod, above(at), w.too_short), about=w.about(pod))


PATTERN = Pattern(
    alert="ContainerCPUUsageHigh",
    pack="cpu",
    level=Level.CONTAINER,
    severity="warning",
    for_="15m",
    keep_firing_for="5m",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $labels.container }} in {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its CPU limit",
    description=(
        "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) has "
        "used more than ${threshold} of its CPU limit for ${for}."
    ),
    runbook=Runbook(
        meaning="The container is saturated: more load makes it slower, not busier.",
        diagnosis=(
            "`kubectl -n ${namespace} top pod --containers`: one pod or all of them?",
            "Did traffic grow, or did a release make each request dearer? Take a profile.",
        ),
        mitigation=("Scale out, or raise the limit.", "Roll back the release that made it dearer."),
    ),
)
