"""A container's CPU limit slows it down although its average usage looks fine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.metrics import CPU_PERIODS, CPU_THROTTLED
from alertgen.model import Scenario, Series
from alertgen.pattern import COUNT, SHARE, WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, increase
from alertgen.quantity import Duration, humanized_percentage
from alertgen.subject import Subject
from alertgen.world import STALE, World, above, below, brief, fires, gap, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("25%", "more than this share of the scheduling periods was cut short", SHARE)
    window: Duration = param("5m", "what the share is taken over", WINDOW)
    min_periods: int = param("100", "fewer periods than this within the window say nothing: the container idles", COUNT)


def expr(s: Subject, p: Params) -> Expr:
    throttled = s.per_container.sum(increase(s.select(CPU_THROTTLED), p.window))
    periods = s.per_container.sum(increase(s.select(CPU_PERIODS), p.window))
    return throttled / (periods > p.min_periods) > p.threshold


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    start = 4 * w.step
    lasts = w.enough
    half = Decimal(w.step) / 2  # so that the window is full at one evaluation, and not yet at the one before
    often = max(10, 4 * p.min_periods // w.step)

    def container(
        pod: str, share: Decimal, per_second: Decimal | int, seconds: int | None = None, cgroup: str = "1f"
    ) -> tuple[Series, ...]:
        end = (STALE,) if seconds else ()
        labels = {"pod": pod, "id": f"/kubepods/burstable/5c2b8a60/{cgroup}"}
        return (
            w.show(CPU_PERIODS, gap(start), ramp(10_000, per_second, seconds), *end, **labels),
            w.show(CPU_THROTTLED, gap(start), ramp(10_000, per_second * share, seconds), *end, **labels),
        )

    def old_and_new(pod: str, share: Decimal) -> tuple[Series, ...]:
        return container(pod, share, often) + container(pod, share, often, cgroup="2e")

    pod = w.pod()
    yield fires(
        "above the threshold",
        *container(pod, above(p.threshold), often, lasts),
        about=w.about(pod),
        since=start + w.step,
        until=w.within(start + lasts - 2 * w.step, p.window),
        slack=w.step,
        value=humanized_percentage(above(p.threshold)),
    )
    pod = w.pod()
    yield silent("below the threshold", *container(pod, below(p.threshold), often), about=w.about(pod))
    pod = w.pod()
    yield fires(
        "above the threshold for the old and the new container together",
        *old_and_new(pod, above(p.threshold)),
        about=w.about(pod),
        since=start + w.step,
    )
    pod = w.pod()
    yield silent(
        "below the threshold for the old and the new container together",
        *old_and_new(pod, below(p.threshold)),
        about=w.about(pod),
    )
    pod = w.pod()
    yield fires(
        "for a container that runs just often enough to count",
        *container(pod, Decimal(1), p.min_periods / (p.window - half)),
        about=w.about(pod),
        # Once the window is full but for one sample, increase() fills in the rest.
        since=start + w.grid(p.window) - w.step,
        early=w.step if p.window % w.step else 0,
    )
    pod = w.pod()
    yield silent(
        "for a container that hardly runs, whatever the share",
        *container(pod, Decimal(1), p.min_periods / (p.window + half)),
        about=w.about(pod),
    )
    if w.for_ > p.window + 4 * w.step:
        pod = w.pod()
        yield brief(
            "for a burst shorter than `for`",
            *container(pod, above(p.threshold), often, 3 * w.step),
            about=w.about(pod),
        )


PATTERN = Pattern(
    alert="ContainerCPUThrottled",
    pack="cpu",
    level=Level.CONTAINER,
    severity="warning",
    for_="15m",
    keep_firing_for="5m",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $labels.container }} in {{ $labels.pod }} is throttled {{ $value | humanizePercentage }} of the time",
    description=(
        "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) was "
        "held back by its CPU limit in more than ${threshold} of the scheduling periods, for ${for}."
    ),
    runbook=Runbook(
        meaning="The CPU limit makes the service slow in bursts although its average CPU looks fine.",
        diagnosis=(
            "Compare the throttled share with the slowest requests: do they move together?",
            "More threads than the limit has cores (GOMAXPROCS, worker counts) throttle at low averages.",
        ),
        mitigation=("Raise or remove the CPU limit.", "Match worker and thread counts to the limit."),
    ),
)
