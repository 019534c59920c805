"""The edge serves server errors to users."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.facets.http import EDGE
from alertgen.metrics.http import EDGE_REQUESTS
from alertgen.model import Scenario, Series
from alertgen.pattern import COUNT, LONG_RUNNING, SHARE, WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, increase, regex
from alertgen.quantity import Duration, humanized_percentage
from alertgen.subject import Subject
from alertgen.traffic import more
from alertgen.world import STALE, World, below, brief, fires, gap, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("2%", "more than this share of what the edge answers are server errors", SHARE)
    window: Duration = param("10m", "what the share is taken over: the edge counts in batches", WINDOW)
    min_requests: int = param("100", "fewer requests than this within the window say nothing", COUNT)


def expr(s: Subject, p: Params) -> Expr:
    per_zone = s.per("zone")
    failed = per_zone.sum(increase(s.select(EDGE_REQUESTS, status=regex("5..")), p.window))
    total = per_zone.sum(increase(s.select(EDGE_REQUESTS), p.window))
    return failed / (total >= p.min_requests) > p.threshold


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    often = Decimal(max(10, 4 * p.min_requests // w.step))
    few = Decimal(p.min_requests) / p.window
    hair = few * w.step / p.window / 2
    high, low = more(p.threshold), below(p.threshold)

    def zone(per_second: Decimal, share: Decimal | int, seconds: int | None = None) -> tuple[Series, ...]:
        failing = per_second * Decimal(share) / 2
        rates = {"200": per_second - 2 * failing, "522": failing, "500": failing}
        return tuple(
            w.show(EDGE_REQUESTS, gap(start), ramp(10_000, rate, seconds), *(STALE,) * bool(seconds), status=status)
            for status, rate in rates.items()
            if rate
        )

    def long_since(per_second: Decimal, share: Decimal) -> tuple[Series, ...]:
        """For longer than any window looks back."""
        long = w.grid(2 * p.window)
        rates = {"200": per_second * (1 - share), "522": per_second * share}
        return tuple(
            w.show(EDGE_REQUESTS, ramp(10_000, r, long), ramp(10_000 + r * long, r), status=status)
            for status, r in rates.items()
        )

    def restarted(per_second: Decimal, share: Decimal) -> tuple[Series, ...]:
        """The exporter counts from its own start."""
        rates = {"200": per_second * (1 - share), "522": per_second * share}
        return tuple(
            w.show(EDGE_REQUESTS, gap(start), ramp(10_000, r, 4 * w.step), ramp(r * w.step, r), status=status)
            for status, r in rates.items()
        )

    yield fires(
        "above the threshold",
        *zone(often, high, seconds=lasts),
        about=about,
        since=start + w.step,
        until=w.within(start + lasts - 2 * w.step, p.window),
        slack=w.step,
        value=humanized_percentage(high),
    )
    yield silent("below the threshold", *long_since(often, low), about=about)
    yield fires(
        "although the exporter is restarted meanwhile", *restarted(often, high), about=about, since=start + w.step
    )
    yield fires(
        "with just enough requests to count",
        *zone(few + hair, high),
        about=about,
        # Once the window is full but for one sample, increase() fills in the rest.
        since=start + w.grid(p.window) - w.step,
        early=w.step if p.window % w.step else 0,
    )
    yield silent("with hardly any requests, however many fail", *zone(few - hair, 1), about=about)
    if w.for_ > p.window + 4 * w.step:
        yield brief("for a burst shorter than `for`", *zone(often, high, seconds=3 * w.step), about=about)


PATTERN = Pattern(
    alert="EdgeErrorRatioHigh",
    pack="http",
    level=Level.TRAFFIC,
    keeps=("zone",),
    severity="critical",
    for_="5m",
    keep_firing_for="10m",
    kinds=LONG_RUNNING,
    facet=EDGE,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $value | humanizePercentage }} of the requests to ${zone} fail at the edge",
    description=(
        "For ${for}, Cloudflare has answered more than ${threshold} of the requests to the zone ${zone} with a server "
        "error (5xx). Its counts are some minutes late."
    ),
    runbook=Runbook(
        meaning="Users of the zone get error pages, from the edge or through it.",
        diagnosis=(
            '`sum by (status) (rate(cloudflare_zone_requests_status{zone="${zone}"}[10m]))`',
            "500 to 511 come from the origin, 520 to 530 from the edge that cannot reach it.",
            "With HttpErrorRatioHigh the service itself fails; alone, it is what lies between edge and ${source}.",
        ),
        mitigation=("Follow the runbook of the origin's alert, if there is one.", "See EdgeCannotReachOrigin."),
    ),
)
