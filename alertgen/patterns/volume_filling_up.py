"""A volume fills such that it will be full within days: time to act before somebody is woken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.claims import never_for_read_only, per_claim, read_only, share_left, used_for_left
from alertgen.facets.volumes import VOLUMES
from alertgen.metrics.storage import VOLUME_AVAILABLE, VOLUME_CAPACITY
from alertgen.model import Part, Scenario, Series, Site
from alertgen.pattern import DURATION, SHARE, WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, predict_linear
from alertgen.quantity import Duration, humanized_percentage
from alertgen.subject import Subject
from alertgen.world import World, above, below, brief, fires, hold, ramp, silent

_SIZE = 10 * 10**9


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("15%", "only when less than this share of the volume is free", SHARE)
    horizon: Duration = param("4d", "at its pace, the volume is full within this", DURATION)
    window: Duration = param("6h", "the pace is measured over this", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    little = share_left(s, VOLUME_AVAILABLE, VOLUME_CAPACITY) < p.threshold
    later = per_claim(s).min(predict_linear(s.select(VOLUME_AVAILABLE), p.window, p.horizon))
    return little.and_(later < 0).unless(read_only(s))


def lasts(_site: Site, p: Params) -> Duration:
    # Then it is full, and does not fill any more.
    return p.horizon


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    about, start = w.about(), 4 * w.step
    limit, little = _SIZE * p.threshold, _SIZE * below(p.threshold)
    soon, late = p.horizon * Decimal("0.95"), p.horizon * Decimal("1.05")

    def volume(*free: Part, **labels: str) -> tuple[Series, ...]:
        return (w.show(VOLUME_AVAILABLE, *free, **labels), w.show(VOLUME_CAPACITY, hold(_SIZE), **labels))

    def jump(free: Decimal) -> tuple[Series, ...]:
        """It filled a lot at once, which looks like a fast pace for as long as the window remembers it."""
        return volume(hold(2 * free, start), hold(free))

    pace = limit / soon
    lasts, room = w.enough, start - Decimal(w.step) / 2  # the threshold is passed between two evaluations
    yield fires(
        "when at its pace the volume is full within the horizon",
        *volume(ramp(limit + pace * room, -pace, start + lasts), hold(_SIZE)),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value=humanized_percentage((limit - pace * (start + w.grid(w.for_) - room)) / _SIZE),
    )
    fills = ramp(little, -little / soon)
    for name in VOLUMES.of(w).names[1:]:
        yield fires(
            f"for {name}",
            *volume(fills, persistentvolumeclaim=name),
            about=w.about(persistentvolumeclaim=name),
            since=w.step,
        )
    yield fires(
        "when one of two nodes that mount it shows it already",
        *volume(fills),
        *volume(hold(_SIZE), instance="10.0.1.5:10250", node="node-2"),
        about=about,
        since=w.step,
    )
    yield silent(
        "when at its pace the volume is full after the horizon",
        *volume(ramp(little, -little / (late + w.for_ + 20 * w.step))),
        about=about,
    )
    yield silent("while there is more room than the threshold", *jump(_SIZE * above(p.threshold)), about=about)
    yield silent("at the threshold", *jump(limit), about=about)
    yield silent("when nothing more is written", *volume(hold(little)), about=about)
    yield silent("for a volume that is full: it does not fill any more", *volume(hold(0)), about=about)
    yield from never_for_read_only(w, *volume(fills), since=w.step)
    if w.affordable(p.window) and w.affordable(w.for_):
        yield from _remembered(w, p, little)
    if w.for_:
        yield brief(
            "when somebody makes room within `for`",
            *volume(ramp(little, -little / soon, w.too_short + w.step), hold(_SIZE)),
            about=about,
        )


def _remembered(w: World, p: Params, free: Decimal) -> Iterator[Scenario]:
    """How far back the pace is measured."""
    about, size, start = w.about(), w.show(VOLUME_CAPACITY, hold(_SIZE)), 4 * w.step
    stair = w.grid(p.window * 3 // 4)
    stairs = [hold(free / 4**n, stair) for n in range(1, w.enough // stair + 2)]
    yield fires(
        "for a volume that fills by jumps, the last of which is within the window",
        w.show(VOLUME_AVAILABLE, hold(free, start), *stairs),
        size,
        about=about,
        since=start,
    )
    if p.window <= w.for_:
        yield brief(
            "for one jump, when the window has passed it before `for` is over",
            w.show(VOLUME_AVAILABLE, hold(free, start), hold(free / 1000)),
            size,
            about=about,
        )


PATTERN = Pattern(
    alert="VolumeFillingUp",
    pack="storage",
    level=Level.SERVICE,
    keeps=("persistentvolumeclaim",),
    severity="warning",
    for_="1h",
    facet=VOLUMES,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    refusals=lambda _, p: used_for_left(p.threshold),
    lasts=lasts,
    summary="Volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left and is filling up",
    description=(
        "The volume of claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} (service ${service}) has less "
        "than ${threshold} free. At the pace of the last ${window} it will be full within ${horizon}."
    ),
    runbook=Runbook(
        meaning="There are days left to give the service more room, or to have it keep less.",
        diagnosis=(
            '`kubelet_volume_stats_available_bytes{namespace="${namespace}"}`, a week of it: slope, step or saw?',
            "`kubectl -n ${namespace} exec POD -- du -xh -d 2 DIRECTORY`: what grows?",
        ),
        mitigation=(
            "Expand it: `kubectl -n ${namespace} edit pvc CLAIM`, `spec.resources.requests.storage`.",
            "Shorten what is kept: retention, log rotation, old dumps.",
        ),
    ),
)
