"""The edge cannot reach the cluster although the cluster answers what reaches it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.facets.http import EDGE
from alertgen.metrics.http import EDGE_REQUESTS
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import COUNT, LONG_RUNNING, SHARE, WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, increase, regex
from alertgen.quantity import Duration, humanized_percentage
from alertgen.subject import Subject
from alertgen.traffic import Flow, all_requests, elsewhere, failed_requests, more, requests
from alertgen.world import STALE, World, below, brief, fires, gap, ramp, silent

_UNREACHABLE = ("521", "530")
"""What the edge says when it cannot talk to the origin: 520 to 527, and 530 when it does not find it."""


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("2%", "more than this share of the requests does not reach the origin", SHARE)
    window: Duration = param("10m", "what the share is taken over: the edge counts in batches", WINDOW)
    min_requests: int = param("100", "fewer requests than this within the window say nothing", COUNT)


def expr(s: Subject, p: Params) -> Expr:
    per_zone = s.per("zone")
    unreached = per_zone.sum(increase(s.select(EDGE_REQUESTS, status=regex("52[0-9]|530")), p.window))
    total = per_zone.sum(increase(s.select(EDGE_REQUESTS), p.window))
    failed = s.per_cluster.sum(increase(failed_requests(s), p.window))
    answered = s.per_cluster.sum(increase(all_requests(s), p.window))
    # An origin that fails itself is HttpErrorRatioHigh's; without a word from the origin this still fires.
    at_edge = unreached / (total >= p.min_requests) > p.threshold
    return at_edge.unless(failed / answered > p.threshold, on=s.cluster)


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    often = Decimal(max(10, 4 * p.min_requests // w.step))
    long = w.grid(2 * p.window)
    few = Decimal(p.min_requests) / p.window
    hair = few * w.step / p.window / 2
    high, low = more(p.threshold), below(p.threshold)

    def counted(rate: Decimal) -> tuple[Part, ...]:
        return gap(start), ramp(10_000, rate)

    def restarted(rate: Decimal) -> tuple[Part, ...]:
        return gap(start), ramp(10_000, rate, 4 * w.step), ramp(rate * w.step, rate)

    def late(rate: Decimal) -> tuple[Part, ...]:
        return gap(long + start), ramp(10_000, rate, 4 * w.step), ramp(rate * w.step, rate)

    def long_since(rate: Decimal) -> tuple[Part, ...]:
        return ramp(10_000, rate, long), ramp(10_000 + rate * long, rate)

    def edge(per_second: Decimal, share: Decimal | int, flow: Flow = counted) -> tuple[Series, ...]:
        lost = per_second * Decimal(share) / 2
        rates = {"200": per_second - 2 * lost, **dict.fromkeys(_UNREACHABLE, lost)}
        return tuple(w.show(EDGE_REQUESTS, *flow(rate), status=status) for status, rate in rates.items() if rate)

    yield fires(
        "above the threshold, with no word from the origin",
        *edge(often, high, lambda rate: (gap(start), ramp(10_000, rate, lasts), STALE)),
        about=about,
        since=start + w.step,
        until=w.within(start + lasts - 2 * w.step, p.window),
        slack=w.step,
        value=humanized_percentage(high),
    )
    yield silent("below the threshold", *edge(often, low, long_since), about=about)
    yield fires(
        "although the counters begin anew, and only others' requests fail at the origin",
        *edge(often, high, late),
        *requests(w, long_since, often, low),
        *(series for other in elsewhere(w) for series in requests(other, counted, 10 * often, 1)),
        about=about,
        since=long + start + w.step,
    )
    yield silent(
        "while the origin answers, and fails itself",
        *edge(often, high),
        *requests(w, restarted, often, high),
        *(series for other in elsewhere(w) for series in requests(other, counted, 10 * often, 0)),
        about=about,
    )
    yield silent(
        "when the origin's own errors come through the edge",
        *edge(often, 0),
        w.show(EDGE_REQUESTS, *counted(often), status="503"),
        about=about,
    )
    yield fires(
        "with just enough requests to count",
        *edge(few + hair, high),
        about=about,
        # Once the window is full but for one sample, increase() fills in the rest.
        since=start + w.grid(p.window) - w.step,
        early=w.step if p.window % w.step else 0,
    )
    yield silent("with hardly any requests, however many are lost", *edge(few - hair, 1), about=about)
    if w.for_ > p.window + 4 * w.step:
        yield brief(
            "for a burst shorter than `for`",
            *edge(often, high, lambda rate: (gap(start), ramp(10_000, rate, 3 * w.step), STALE)),
            about=about,
        )


PATTERN = Pattern(
    alert="EdgeCannotReachOrigin",
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
    silences=(Symptoms(("EdgeErrorRatioHigh",), same=("zone",)),),
    summary="{{ $value | humanizePercentage }} of the requests to ${zone} do not reach us",
    description=(
        "For ${for}, Cloudflare could not reach the origin of the zone ${zone} for more than ${threshold} of the "
        "requests (520 to 527, 530), while ${source} sees no such share of errors: the fault lies between the two."
    ),
    runbook=Runbook(
        meaning="Users get the edge's error page; the service itself looks well, as nothing reaches it.",
        diagnosis=(
            "521 and 522: load balancer, firewall, or nodes without a ready endpoint (externalTrafficPolicy: Local).",
            "525 and 526: the origin's certificate. 530: the name of the origin does not resolve.",
            "`kubectl get svc -A | grep LoadBalancer`: has an address changed? Are the cloud's health checks green?",
        ),
        mitigation=(
            "Restore what changed last: firewall rule, load balancer, certificate, DNS record.",
            "Point the edge to another origin, if there is one.",
        ),
    ),
)
