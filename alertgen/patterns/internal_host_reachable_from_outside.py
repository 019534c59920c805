"""A prober outside the cluster gets an answer from a service that should be internal."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.probe import HIDDEN
from alertgen.metrics.blackbox import PROBE_SUCCESS
from alertgen.model import Scenario
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    # One prober that gets through is proof; that the others do not says nothing.
    return s.named(s.per_cluster.max(s.select(PROBE_SUCCESS)).equals(1))


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    yield fires(
        "while it answers",
        w.show(PROBE_SUCCESS, hold(0, start), hold(1, lasts), hold(0)),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    yield fires(
        "when only one of two probers gets an answer",
        w.show(PROBE_SUCCESS, hold(0), prober="prober-0"),
        w.show(PROBE_SUCCESS, hold(1), prober="prober-1"),
        about=about,
        since=0,
    )
    yield silent("while it does not answer", w.show(PROBE_SUCCESS, hold(0)), about=about)
    yield silent(
        "for what another job asks of the same target",
        w.show(PROBE_SUCCESS, hold(1), job="blackbox-another"),
        about=about,
    )
    if w.for_:
        yield brief(
            "for answers during less than `for`",
            w.show(PROBE_SUCCESS, hold(0, start), hold(1, w.too_short), hold(0)),
            about=about,
        )


PATTERN = Pattern(
    alert="InternalHostReachableFromOutside",
    pack="exposure",
    level=Level.SERVICE,
    severity="critical",
    for_="1m",
    kinds=LONG_RUNNING,
    facet=HIDDEN,
    expr=expr,
    scenarios=scenarios,
    summary="${service} answers outside the cluster, and should not",
    description=(
        "A prober outside the cluster has got answers from ${target} for ${for}. Nobody out there should reach "
        "${namespace}/${service}."
    ),
    runbook=Runbook(
        meaning="The service is open to whoever stands where the prober stands: this is proof, not suspicion.",
        diagnosis=(
            "`curl -v ${target}` from outside: who answers, a load balancer, an Ingress controller, a node?",
            "`kubectl get ingress,httproutes,services -A`: what leads to it, and since when?",
            "What changed in firewall, DNS and CDN; the access log for addresses that are not yours.",
        ),
        mitigation=(
            "Close the way that it came by: firewall rule, load balancer, DNS record, Ingress rule.",
            "Assume that it was found: rotate what it gives away.",
        ),
    ),
)
