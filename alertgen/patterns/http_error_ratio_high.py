"""Users see server errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.facets.http import HTTP
from alertgen.model import Part, Scenario
from alertgen.pattern import COUNT, LONG_RUNNING, SHARE, WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, increase
from alertgen.quantity import Duration, humanized_percentage
from alertgen.subject import Subject
from alertgen.traffic import Flow, all_requests, elsewhere, failed_requests, more, requests
from alertgen.world import STALE, World, below, brief, fires, gap, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("5%", "more than this share of the requests fails", SHARE)
    window: Duration = param("5m", "what the share is taken over", WINDOW)
    min_requests: int = param("50", "fewer requests than this within the window say nothing", COUNT)


def expr(s: Subject, p: Params) -> Expr:
    whole = s.per_cluster
    failed = whole.sum(increase(failed_requests(s), p.window))
    total = whole.sum(increase(all_requests(s), p.window))
    return failed / (total >= p.min_requests) > p.threshold


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    often = Decimal(max(10, 4 * p.min_requests // w.step))
    high, low = more(p.threshold), below(p.threshold)
    few = Decimal(p.min_requests) / p.window
    hair = few * w.step / p.window / 2
    others = elsewhere(w)

    def steady(rate: Decimal) -> tuple[Part, ...]:
        return gap(start), ramp(10_000, rate)

    def for_a(seconds: int) -> Flow:
        return lambda rate: (gap(start), ramp(10_000, rate, seconds), STALE)

    def restarted(rate: Decimal) -> tuple[Part, ...]:
        return gap(start), ramp(10_000, rate, 4 * w.step), ramp(rate * w.step, rate)

    yield fires(
        "above the threshold",
        *requests(w, for_a(lasts), often, high),
        about=about,
        since=start + w.step,
        until=w.within(start + lasts - 2 * w.step, p.window),
        slack=w.step,
        value=humanized_percentage(high),
    )
    yield silent(
        "below the threshold, while others fail",
        *requests(w, steady, often, low),
        *(series for other in others for series in requests(other, steady, 10 * often, 1)),
        about=about,
    )
    yield fires(
        "although the source is restarted meanwhile, and others do well",
        *requests(w, restarted, often, high),
        *(series for other in others for series in requests(other, steady, 10 * often, 0)),
        about=about,
        since=start + w.step,
    )
    yield silent("while no request has ever failed", *requests(w, steady, often, 0), about=about)
    yield fires(
        "with just enough requests to count",
        *requests(w, steady, few + hair, high),
        about=about,
        # Once the window is full but for one sample, increase() fills in the rest.
        since=start + w.grid(p.window) - w.step,
        early=w.step if p.window % w.step else 0,
    )
    yield silent(
        "with hardly any requests, however many fail",
        *requests(w, steady, few - hair, 1),
        about=about,
    )
    if w.for_ > p.window + 4 * w.step:
        yield brief("for a burst shorter than `for`", *requests(w, for_a(3 * w.step), often, high), about=about)


PATTERN = Pattern(
    alert="HttpErrorRatioHigh",
    pack="http",
    level=Level.TRAFFIC,
    severity="critical",
    for_="5m",
    keep_firing_for="5m",
    kinds=LONG_RUNNING,
    facet=HTTP,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(("EdgeErrorRatioHigh",)),),
    summary="{{ $value | humanizePercentage }} of the requests to ${service} fail",
    description=(
        "For ${for}, more than ${threshold} of the requests to ${namespace}/${service} were answered with a server "
        "error (5xx), as ${source} counts them (${route})."
    ),
    runbook=Runbook(
        meaning="Users get errors instead of answers, now.",
        diagnosis=(
            "Split the errors by status, path and method: one route or all of them?",
            "Did a rollout begin at the same time? `kubectl -n ${namespace} rollout history ${workload}`",
            "502 and 504 come from pods that are gone or slow, 503 means that none is ready; 500 is the service's own.",
        ),
        mitigation=("Roll back what was just released.", "Scale out, or take the broken dependency out of the path."),
    ),
)
