"""Names inside the cluster resolve slowly: every new connection waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.metrics.coredns import DNS_DURATION
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import NUMBER, SHARE, WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, function, rate
from alertgen.quantity import Duration, number
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("0.5", "slower than this, in seconds", NUMBER)
    quantile: Decimal = param("99%", "the share of the answers that should be faster", SHARE)
    window: Duration = param("5m", "what the quantile is taken over", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    buckets = s.per("le").sum(rate(s.select(DNS_DURATION), p.window))
    return function("histogram_quantile", p.quantile, buckets) > p.threshold


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    start, lasts = 4 * w.step, w.enough
    few = 1 - p.quantile
    too_many = min(few * Decimal("1.1"), (few + 1) / 2)
    apart = min(few / 5, (1 - too_many) / 2)
    each_second = 1_000

    def answers(*slow: tuple[Decimal, int | None], ends: bool = False, **labels: str) -> tuple[Series, ...]:
        """For so many seconds each, this share took longer than the threshold, and none twice as long."""
        fast = tuple((1 - share, seconds) for share, seconds in slow)
        all_ = tuple((Decimal(1), seconds) for _, seconds in slow)
        end = (STALE,) if ends else ()
        return tuple(
            w.show(DNS_DURATION, gap(start), *growing(shares), *end, le=bound, **labels)
            for bound, shares in ((number(p.threshold), fast), (number(2 * p.threshold), all_), ("+Inf", all_))
        )

    def growing(shares: Iterable[tuple[Decimal, int | None]]) -> Iterator[Part]:
        total = Decimal(0)
        for share, seconds in shares:
            yield ramp(total, each_second * share, seconds)
            total += each_second * share * (seconds or 0)

    yield fires(
        "when too many answers are slow",
        *answers((too_many, lasts), ends=True),
        about=w.about(),
        since=start + w.step,
        until=w.within(start + lasts - 2 * w.step, p.window),
        slack=w.step,
    )
    yield silent("when few answers are slow", *answers((few * Decimal("0.9"), None)), about=w.about())
    yield fires(
        "for what all servers answer together",
        *answers((too_many + apart, None)),
        *answers((too_many - apart, None), instance="10.0.0.11:9153"),
        about=w.about(),
        since=start + w.step,
    )
    if p.window >= 10 * w.step:
        spike = (min(5 * few, Decimal(1)), w.step)
        yield silent(
            "for a moment that is slow",
            *answers((Decimal(0), w.grid(p.window)), spike, (Decimal(0), None)),
            about=w.about(),
        )
    if w.for_ > p.window + 4 * w.step:
        yield brief(
            "while a server restarts within `for`", *answers((too_many, 3 * w.step), ends=True), about=w.about()
        )


PATTERN = Pattern(
    alert="ClusterDnsLatencyHigh",
    pack="dns",
    level=Level.CLUSTER,
    severity="warning",
    for_="10m",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="The cluster's DNS is slow",
    description=(
        "Of CoreDNS' answers, ${quantile} should come within ${threshold} seconds; for ${for} they have not. Every new "
        "connection to a name waits that long."
    ),
    runbook=Runbook(
        meaning="Looking up a name takes long: calls between services are slow where connections are not kept.",
        diagnosis=(
            "Inside or outside? The same quantile of `coredns_dns_request_duration_seconds_bucket` by zone.",
            "CPU and throttling of the CoreDNS pods; conntrack table of their nodes.",
        ),
        mitigation=("Scale CoreDNS out; run NodeLocal DNSCache.", "Point it to faster servers outside."),
    ),
)
