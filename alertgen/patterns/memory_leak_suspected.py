"""A container's memory grows such that it reaches its limit within a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.metrics import CONTAINER_LIMITS, KSM, MEMORY_WORKING_SET
from alertgen.metrics.pods import CONTAINER_STARTED
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import LONG_RUNNING, SHARE, WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, predict_linear, time
from alertgen.quantity import Duration, humanized_percentage
from alertgen.subject import Subject
from alertgen.world import STALE, World, above, below, brief, fires, gap, hold, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("6h", "the growth is measured over this, and only of a container that ran so long", WINDOW)
    horizon: Duration = param("1d", "at that pace, the limit is reached within this", WINDOW)
    threshold: Decimal = param("50%", "growth below this share of the limit is no worry yet", SHARE)


def expr(s: Subject, p: Params) -> Expr:
    used = s.select(MEMORY_WORKING_SET)
    limit = s.per_container.max(s.select(CONTAINER_LIMITS, resource="memory"))
    much = s.per_container.max(used) / limit > p.threshold
    soon_full = s.per_container.max(predict_linear(used, p.window, p.horizon)) > limit
    # A container that has just started grows, too: by what it needs.
    settled = time() - s.per_container.max(s.select(CONTAINER_STARTED)) > p.window
    return much.and_(soon_full).and_(settled)


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    limit = Decimal(1000 * 2**20)
    seen, lasts = 2 * w.step, w.enough
    long_ago = -int(p.window) - 3_600

    def limits(pod: str, *memory: Part) -> tuple[Series, ...]:
        labels = {"pod": pod, "node": "node-1"}
        return (
            w.show(CONTAINER_LIMITS, *memory, resource="memory", unit="byte", **labels),
            w.show(CONTAINER_LIMITS, hold(100 * limit), resource="ephemeral_storage", unit="byte", **labels),
        )

    def grows(pod: str, share: Decimal, reach: Decimal) -> Series:
        """Uses this share of the limit when that is first seen, and `reach` times the rest more by the horizon."""
        per_second = limit * pace(share, reach)
        return w.show(MEMORY_WORKING_SET, ramp(limit * share - seen * per_second, per_second), pod=pod)

    def pace(share: Decimal, reach: Decimal) -> Decimal:
        return max(1 - share, Decimal("0.01")) * reach / p.horizon

    def runs(pod: str, since: int = long_ago) -> Series:
        return w.show(CONTAINER_STARTED, hold(since), pod=pod)

    much = above(p.threshold)
    soon, late = Decimal("1.05"), Decimal("0.95")
    once = (gap(seen), hold(limit, w.step), STALE)
    pod = w.pod()
    yield fires(
        "when at this pace the limit is reached within the horizon",
        grows(pod, much, soon),
        *limits(pod, gap(seen), hold(limit, lasts), STALE),
        runs(pod),
        about=w.about(pod),
        since=seen,
        until=seen + lasts - w.step,
        value=humanized_percentage(much + pace(much, soon) * w.grid(w.for_)),
    )
    pod = w.pod()
    yield silent(
        "when at this pace the limit is reached after the horizon",
        grows(pod, min(much, Decimal("0.99")), late),
        *limits(pod, *once),
        runs(pod),
        about=w.about(pod),
    )
    pod = w.pod()
    yield silent(
        "while less than the threshold of the limit is used",
        grows(pod, below(p.threshold), 3 * soon),
        *limits(pod, *once),
        runs(pod),
        about=w.about(pod),
    )
    pod = w.pod()
    yield silent(
        "at the threshold",
        w.show(MEMORY_WORKING_SET, hold(limit * p.threshold / 2, seen), hold(limit * p.threshold), pod=pod),
        *limits(pod, *once),
        runs(pod),
        about=w.about(pod),
    )
    pod = w.pod()
    yield silent(
        "at the limit, when nothing grows",
        w.show(MEMORY_WORKING_SET, hold(limit), pod=pod),
        *limits(pod, hold(limit)),
        runs(pod),
        about=w.about(pod),
    )
    pod = w.pod()
    yield fires(
        "once the container has run for longer than the window, whatever others show",
        grows(pod, much, soon),
        w.show(MEMORY_WORKING_SET, hold(1), pod=pod, id="/kubepods/burstable/5c2b8a60/2e"),
        *limits(pod, hold(limit)),
        w.stranger(KSM).show(
            CONTAINER_LIMITS, hold(100 * limit), pod=pod, resource="memory", unit="byte", node="node-1"
        ),
        runs(pod, seen - int(p.window)),
        about=w.about(pod),
        since=seen + w.step,
    )
    plateau = Decimal("0.9")
    if p.threshold < plateau:
        pod = w.pod()
        yield silent(
            "after the container that leaked was restarted",
            w.show(MEMORY_WORKING_SET, ramp(0, limit / p.horizon * 2, seen), STALE, pod=pod),
            w.show(MEMORY_WORKING_SET, gap(seen), hold(limit * plateau), pod=pod, id="/kubepods/burstable/5c2b8a60/2e"),
            *limits(pod, hold(limit)),
            w.show(CONTAINER_STARTED, hold(long_ago, seen), hold(seen), pod=pod),
            about=w.about(pod),
        )
    if p.threshold < plateau and w.affordable(p.window) and p.window <= p.horizon:
        grown = (hold(limit / 10, 4 * w.step), hold(limit * plateau))
        pod = w.pod()
        yield silent(
            "for growth that is longer ago than the window",
            w.show(MEMORY_WORKING_SET, grown[0], gap(w.grid(p.window)), grown[1], pod=pod),
            *limits(pod, hold(limit)),
            runs(pod),
            about=w.about(pod),
        )
        remembered = min(p.window // 4, w.for_ // 2)
        if remembered > 4 * w.step:
            pod = w.pod()
            yield brief(
                "for growth that leaves the window within `for`",
                w.show(MEMORY_WORKING_SET, grown[0], gap(w.grid(p.window - remembered)), grown[1], pod=pod),
                *limits(pod, hold(limit)),
                runs(pod),
                about=w.about(pod),
            )
    if w.for_:
        pod = w.pod()
        yield brief(
            "for a limit that is raised within `for`",
            grows(pod, much, soon),
            *limits(pod, gap(seen), hold(limit, w.too_short), hold(1000 * limit)),
            runs(pod),
            about=w.about(pod),
        )


PATTERN = Pattern(
    alert="MemoryLeakSuspected",
    pack="memory",
    level=Level.CONTAINER,
    severity="warning",
    for_="1h",
    enabled=False,
    kinds=LONG_RUNNING,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="The memory of {{ $labels.container }} in {{ $labels.pod }} grows towards its limit",
    description=(
        "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) uses "
        "{{ $value | humanizePercentage }} of its memory limit and, as it grew over the last ${window}, reaches all "
        "of it within ${horizon}."
    ),
    runbook=Runbook(
        meaning="It looks like a leak. Before it is killed at the limit, a container often hangs or gets slow.",
        diagnosis=(
            "Its memory since it started, beside its pods' and the release before: a straight line, or one that bends?",
            "A cache that fills up is no leak: it ends in a plateau. Is its size bounded?",
            "Take two heap dumps an hour apart, and compare what there is more of.",
        ),
        mitigation=(
            "Restart it in a quiet hour: `kubectl -n ${namespace} rollout restart ${workload}`.",
            "Repair the leak; until then a restart on a schedule is better than one by the kernel.",
        ),
    ),
)
