"""A container's memory is close to its limit: the next allocation may kill it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.metrics import CONTAINER_LIMITS, MEMORY_WORKING_SET
from alertgen.model import Scenario, Series
from alertgen.pattern import SHARE, Level, Pattern, Runbook, param
from alertgen.promql import Expr
from alertgen.quantity import humanized_percentage
from alertgen.subject import Subject
from alertgen.world import World, above, below, brief, fires, gap, hold, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("90%", "more than this share of the memory limit", SHARE)


def expr(s: Subject, p: Params) -> Expr:
    # working_set is what the kernel counts against the limit; usage would add page cache that it gives back.
    used = s.per_container.max(s.select(MEMORY_WORKING_SET))
    limit = s.per_container.max(s.select(CONTAINER_LIMITS, resource="memory"))
    return used / limit > p.threshold


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    mebibyte = 2**20
    limit = 512 * mebibyte
    high, low = int(limit * above(p.threshold)), int(limit * below(p.threshold))
    start, lasts = 4 * w.step, w.enough

    def limits(pod: str) -> tuple[Series, ...]:
        return (
            w.show(CONTAINER_LIMITS, hold(limit), pod=pod, resource="memory", unit="byte", node="node-1"),
            w.show(CONTAINER_LIMITS, hold(8 * limit), pod=pod, resource="cpu", unit="core", node="node-1"),
        )

    pod = w.pod()
    yield fires(
        "above the threshold of the limit",
        w.show(MEMORY_WORKING_SET, hold(low, start), hold(high, lasts), hold(low), pod=pod),
        *limits(pod),
        about=w.about(pod),
        since=start,
        until=start + lasts - w.step,
        value=humanized_percentage(above(p.threshold)),
    )
    pod = w.pod()
    yield silent(
        "below the threshold of the limit",
        w.show(MEMORY_WORKING_SET, hold(low), pod=pod),
        *limits(pod),
        about=w.about(pod),
    )
    pod = w.pod()
    yield silent(
        "at the threshold",
        w.show(MEMORY_WORKING_SET, hold(limit * p.threshold), pod=pod),
        *limits(pod),
        about=w.about(pod),
    )
    pod = w.pod()
    yield fires(
        "whichever of the old and the new container uses more",
        w.show(MEMORY_WORKING_SET, gap(start), hold(high), pod=pod),
        w.show(MEMORY_WORKING_SET, hold(low), pod=pod, id="/kubepods/burstable/5c2b8a60/2e"),
        *limits(pod),
        about=w.about(pod),
        since=start,
    )
    pod = w.pod()
    yield silent(
        "for a container without a limit", w.show(MEMORY_WORKING_SET, hold(limit), pod=pod), about=w.about(pod)
    )
    if w.for_:
        pod = w.pod()
        peak = w.too_short
        yield brief(
            "for a peak shorter than `for`",
            w.show(MEMORY_WORKING_SET, hold(low, start), hold(high, peak), hold(low), pod=pod),
            *limits(pod),
            about=w.about(pod),
        )


PATTERN = Pattern(
    alert="ContainerMemoryNearLimit",
    pack="memory",
    level=Level.CONTAINER,
    severity="warning",
    for_="10m",
    keep_firing_for="5m",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $labels.container }} in {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory limit",
    description=(
        "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) has "
        "used more than ${threshold} of its memory limit for ${for}. At the limit it is killed."
    ),
    runbook=Runbook(
        meaning="The container is about to be OOM-killed. A heap sized to the limit lives here: raise the threshold.",
        diagnosis=(
            "Memory since the container started: a slope is a leak, a plateau is its size.",
            "Take a heap dump or profile before it is killed.",
        ),
        mitigation=("Raise the limit.", "Restart one pod to gain time while the leak is repaired."),
    ),
)
