"""Names inside the cluster do not resolve: every service that calls another one feels it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.metrics.coredns import DNS_RESPONSES
from alertgen.model import Scenario, Series
from alertgen.pattern import SHARE, WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, rate
from alertgen.quantity import Duration, humanized_percentage
from alertgen.subject import Subject
from alertgen.world import STALE, World, below, brief, fires, gap, ramp, share_above, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("1%", "more than this share of the answers is SERVFAIL", SHARE)
    window: Duration = param("5m", "what the share is taken over", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    # NXDOMAIN is the normal answer to most of the names that a pod's search list makes of one.
    failed = s.per_cluster.sum(rate(s.select(DNS_RESPONSES, rcode="SERVFAIL"), p.window))
    return failed / s.per_cluster.sum(rate(s.select(DNS_RESPONSES), p.window)) > p.threshold


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    start, lasts = 4 * w.step, w.enough
    each_second = 1_000

    def answers(share: Decimal, seconds: int | None = None, **labels: str) -> tuple[Series, ...]:
        end = (STALE,) if seconds else ()
        failed = share * each_second
        return (
            w.show(DNS_RESPONSES, gap(start), ramp(0, failed, seconds), *end, rcode="SERVFAIL", **labels),
            w.show(DNS_RESPONSES, gap(start), ramp(0, each_second - failed, seconds), *end, rcode="NOERROR", **labels),
        )

    yield fires(
        "when names do not resolve",
        *answers(share_above(p.threshold), lasts),
        about=w.about(),
        since=start + w.step,
        until=w.within(start + lasts - 2 * w.step, p.window),
        slack=w.step,
        value=humanized_percentage(share_above(p.threshold)),
    )
    yield silent("below the threshold", *answers(below(p.threshold)), about=w.about())
    yield silent(
        "when names are asked for that do not exist",
        w.show(DNS_RESPONSES, ramp(0, 900), rcode="NXDOMAIN"),
        w.show(DNS_RESPONSES, ramp(0, 100), rcode="NOERROR"),
        w.show(DNS_RESPONSES, ramp(0, 0), rcode="SERVFAIL"),
        about=w.about(),
    )
    together = share_above(p.threshold)
    apart = min(p.threshold / 10, (1 - together) / 2)
    yield fires(
        "for what all servers answer together",
        *answers(together + apart),
        *answers(together - apart, instance="10.0.0.11:9153"),
        about=w.about(),
        since=start + w.step,
    )
    if w.for_ > p.window + 4 * w.step:
        yield brief(
            "while a server restarts within `for`", *answers(share_above(p.threshold), 3 * w.step), about=w.about()
        )


PATTERN = Pattern(
    alert="ClusterDnsErrorsHigh",
    pack="dns",
    level=Level.CLUSTER,
    severity="critical",
    for_="10m",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(("ClusterDnsLatencyHigh", "InternalDnsProbeFailing")),),
    summary="The cluster's DNS answers {{ $value | humanizePercentage }} of all questions with SERVFAIL",
    description=(
        "More than ${threshold} of CoreDNS' answers have been SERVFAIL for ${for}: services cannot find each other, "
        "or nothing outside."
    ),
    runbook=Runbook(
        meaning="Names do not resolve, for everybody: expect timeouts and errors in services that are fine themselves.",
        diagnosis=(
            "`kubectl -n kube-system logs -l k8s-app=kube-dns --tail=100`: which zone fails, and where does it ask?",
            'Inside or outside? `sum by (zone, plugin) (rate(coredns_dns_responses_total{rcode="SERVFAIL"}[5m]))`',
        ),
        mitigation=(
            "Roll back the last change of CoreDNS or of its ConfigMap.",
            "If the servers it forwards to fail: point it to others.",
        ),
    ),
)
