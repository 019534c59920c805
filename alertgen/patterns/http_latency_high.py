"""Answers are slow for users."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from alertgen.diagnostics import Severity
from alertgen.facets.http import HTTP, known_bounds
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import COUNT, LATENCY, LONG_RUNNING, SHARE, WINDOW, Level, Pattern, Refusal, Runbook, param
from alertgen.promql import Expr, increase
from alertgen.quantity import Duration, humanized_duration, latency
from alertgen.subject import Subject
from alertgen.traffic import Flow, all_requests, durations, elsewhere, just_beyond, requests, slowest
from alertgen.world import STALE, World, above, below, brief, fires, gap, hold, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    quantile: Decimal = param("99%", "this share of the requests must be answered in time", SHARE)
    threshold: Decimal = param("1s", "the slowest of those takes longer than this", LATENCY)
    window: Duration = param("5m", "what the share is taken over", WINDOW)
    min_requests: int = param("50", "fewer requests than this within the window say nothing", COUNT)


def expr(s: Subject, p: Params) -> Expr:
    total = s.per_cluster.sum(increase(all_requests(s), p.window))
    return (slowest(s, p.quantile, p.window) > p.threshold).and_(total >= p.min_requests)


def misfits(s: Subject, p: Params) -> Iterator[Refusal]:
    http = HTTP.of(s)
    if not http.bounds:
        return
    what = f"the latency histogram of {http.source.name} has the bounds {known_bounds(http)}"
    hint = "use one of them; where the source has others, say so in `http.buckets`"
    if p.threshold >= http.bounds[-1]:
        yield Refusal("threshold", f"nothing is ever seen to take longer than {latency(p.threshold)}: {what}", hint)
    elif p.threshold not in http.bounds:
        message = f"between two bounds nobody knows what takes longer than {latency(p.threshold)}: {what}"
        yield Refusal("threshold", message, hint, severity=Severity.WARNING)


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    often = Decimal(max(10, 4 * p.min_requests // w.step))
    few = Decimal(p.min_requests) / p.window
    hair = few * w.step / p.window / 2
    bounds = (p.threshold / 2, p.threshold, 2 * p.threshold)
    allowed = 1 - p.quantile
    many = min(above(allowed), (allowed + 1) / 2)

    def traffic(
        flow: Flow, rate: Decimal, slow: Decimal, les: Sequence[Decimal] = bounds, beyond: Decimal | int = 0
    ) -> tuple[Series, ...]:
        return (*requests(w, flow, rate, 0), *durations(w, flow, rate, slow, les, beyond=beyond))

    def others(slow: int) -> tuple[Series, ...]:
        return tuple(s for other in elsewhere(w) for s in durations(other, steady, 10 * often, slow, bounds))

    def steady(rate: Decimal) -> tuple[Part, ...]:
        return gap(start), ramp(10_000, rate)

    def first_only(rate: Decimal) -> tuple[Part, ...]:
        return gap(start), ramp(10_000, rate, lasts + w.step), hold(10_000 + rate * lasts)

    def then(rate: Decimal) -> tuple[Part, ...]:
        return gap(start), hold(10_000, lasts), ramp(10_000, rate)

    def for_a(seconds: int) -> Flow:
        return lambda rate: (gap(start), ramp(10_000, rate, seconds), STALE)

    def restarted(rate: Decimal) -> tuple[Part, ...]:
        return gap(start), ramp(10_000, rate, 4 * w.step), ramp(rate * w.step, rate)

    yield fires(
        "when too many requests take longer than the threshold",
        # Of all requests hardly more than need not be in time are slower still: the quantile is just above the bound.
        *traffic(for_a(lasts), often, many, beyond=Decimal("1.00001") * allowed / many),
        about=about,
        since=start + w.step,
        until=w.within(start + lasts - 2 * w.step, p.window),
        slack=w.step,
        value=humanized_duration(just_beyond(w, p.threshold)),
    )
    yield silent(
        "while enough are in time, and others are slow",
        *traffic(steady, often, below(allowed)),
        *others(1),
        about=about,
    )
    samples = p.window // w.step
    last = max(0, int((samples - 1) * (1 - allowed)) - 1)
    if not p.window % w.step:
        yield fires(
            "until most of the slow requests have left the window",
            *requests(w, steady, often, 0),
            *durations(w, then, often, Decimal("0.5"), bounds, first_only),
            about=about,
            since=start + w.step,
            until=start + lasts + last * w.step,
            slack=2 * w.step,
        )
    yield fires(
        "although the source is restarted meanwhile, and others are fast",
        *requests(w, restarted, often, 0),
        *durations(w, steady, often, many, bounds, restarted),
        *others(0),
        about=about,
        since=start + w.step,
    )
    if not HTTP.of(w).source.native:
        yield silent(
            "when the histogram ends at the threshold and cannot tell",
            *traffic(steady, often, Decimal(1), (p.threshold / 2, p.threshold)),
            about=about,
        )
    yield fires(
        "with just enough requests to count",
        *traffic(steady, few + hair, Decimal(1)),
        about=about,
        # Once the window is full but for one sample, increase() fills in the rest.
        since=start + w.grid(p.window) - w.step,
        early=w.step if p.window % w.step else 0,
    )
    yield silent(
        "with hardly any requests, however slow, and many to others",
        *traffic(steady, few - hair, Decimal(1)),
        *(s for other in elsewhere(w) for s in requests(other, steady, 10 * often, 0)),
        about=about,
    )
    if w.for_ > p.window + 4 * w.step:
        yield brief("for a burst shorter than `for`", *traffic(for_a(3 * w.step), often, Decimal(1)), about=about)


PATTERN = Pattern(
    alert="HttpLatencyHigh",
    pack="http",
    level=Level.TRAFFIC,
    severity="warning",
    for_="10m",
    keep_firing_for="5m",
    kinds=LONG_RUNNING,
    facet=HTTP,
    params=Params,
    expr=expr,
    misfits=misfits,
    scenarios=scenarios,
    summary="${quantile} of the requests to ${service} take up to {{ $value | humanizeDuration }}",
    description=(
        "For ${for}, fewer than ${quantile} of the requests to ${namespace}/${service} were answered within "
        "${threshold}, as ${source} counts them (${route})."
    ),
    runbook=Runbook(
        meaning="The service answers, but users wait.",
        diagnosis=(
            "One route or all of them? One pod or all? Split the histogram by path, method and pod.",
            "`kubectl -n ${namespace} top pod --containers`: near the CPU limit, or throttled (ContainerCPUThrottled)?",
            "Compare with the latency of what it calls: database, cache, other services.",
        ),
        mitigation=("Scale out, or roll back what made requests dearer.", "Shed load; cache what is asked for often."),
    ),
)
