"""The Service no longer keeps the clients' addresses."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.expose import LOCAL_TRAFFIC
from alertgen.metrics.network import SERVICE_INFO
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    # Not `!= Local`: an older kube-state-metrics has no such label, and a Service that nobody reaches no policy.
    return s.per("namespace").max(s.select(SERVICE_INFO, external_traffic_policy="Cluster")).equals(1)


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough

    def service(policy: str, *shown: Part) -> Series:
        return w.show(SERVICE_INFO, *shown, external_traffic_policy=policy)

    yield fires(
        "while the policy is Cluster",
        service("Local", hold(1, start), STALE, gap(lasts - w.step), hold(1)),
        service("Cluster", gap(start), hold(1, lasts), STALE),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    yield silent("while the policy is Local", service("Local", hold(1)), about=about)
    yield silent(
        "for another Service",
        service("Local", hold(1)),
        w.show(SERVICE_INFO, hold(1), external_traffic_policy="Cluster", service="my-app-worker"),
        about=about,
    )
    if w.for_:
        yield brief(
            "for a change that is taken back within `for`",
            service("Cluster", hold(1, w.too_short), STALE),
            about=about,
        )


PATTERN = Pattern(
    alert="ServiceTrafficPolicyDrift",
    pack="network",
    level=Level.SERVICE,
    severity="warning",
    for_="10m",
    kinds=LONG_RUNNING,
    facet=LOCAL_TRAFFIC,
    expr=expr,
    scenarios=scenarios,
    summary="${kubernetes_service} hides the clients' addresses: its traffic policy is not Local",
    description=(
        "The Service ${namespace}/${kubernetes_service} of ${service} has had `externalTrafficPolicy: Cluster` for "
        "${for}. It should be Local: the pods now see the addresses of nodes instead of those of clients."
    ),
    runbook=Runbook(
        meaning="Rate limits, allow-lists, audit logs and geolocation by client address are wrong until it is Local.",
        diagnosis=(
            (
                "`kubectl -n ${namespace} get service ${kubernetes_service} -o yaml`: the policy, and under "
                "managedFields who set it."
            ),
            "What the deployment tool would apply: a chart's default is Cluster.",
        ),
        mitigation=(
            "Set `externalTrafficPolicy: Local` where the manifest comes from, and apply it.",
            (
                "Where the load balancer speaks the PROXY protocol or sets X-Forwarded-For, the policy may stay: say "
                "so in the spec."
            ),
        ),
    ),
)
