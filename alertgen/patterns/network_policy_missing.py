"""No network policy protects the namespace of an internal service."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.expose import INTERNAL
from alertgen.metrics.network import NAMESPACE_PHASE, NETWORK_POLICY_CREATED
from alertgen.model import Scenario, Series
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    here = s.per("namespace")
    active = here.max(s.select(NAMESPACE_PHASE, phase="Active")).equals(1)
    return active.unless(here.max(s.select(NETWORK_POLICY_CREATED)))


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    created = hold(1_790_000_000)

    def namespace(active: int = 1) -> tuple[Series, ...]:
        return (
            w.show(NAMESPACE_PHASE, hold(active), phase="Active"),
            w.show(NAMESPACE_PHASE, hold(1 - active), phase="Terminating"),
        )

    yield fires(
        "while the namespace has no policy",
        *namespace(),
        w.show(
            NETWORK_POLICY_CREATED,
            hold(1_790_000_000, start),
            STALE,
            gap(lasts - w.step),
            created,
            networkpolicy="default-deny",
        ),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    yield silent(
        "while the namespace has one",
        *namespace(),
        w.show(NETWORK_POLICY_CREATED, created, networkpolicy="default-deny"),
        about=about,
    )
    yield fires(
        "when only another namespace has one",
        *namespace(),
        w.elsewhere(namespace=f"{w.namespace}-staging").show(
            NETWORK_POLICY_CREATED, created, networkpolicy="default-deny"
        ),
        about=about,
        since=0,
    )
    yield silent("while the namespace is being deleted", *namespace(active=0), about=about)
    if w.for_ > w.step:
        yield brief(
            "while the policy is replaced within `for`",
            *namespace(),
            w.show(NETWORK_POLICY_CREATED, gap(w.too_short), created, networkpolicy="default-deny"),
            about=about,
        )


PATTERN = Pattern(
    alert="NetworkPolicyMissing",
    pack="exposure",
    level=Level.SERVICE,
    severity="warning",
    for_="1h",
    kinds=LONG_RUNNING,
    facet=INTERNAL,
    expr=expr,
    scenarios=scenarios,
    summary="No network policy protects ${namespace}, where ${service} is internal",
    description=(
        "The namespace ${namespace} has had no NetworkPolicy for ${for}: every pod of the cluster can connect to "
        "${service}, which should be internal."
    ),
    runbook=Runbook(
        meaning="One compromised pod anywhere in the cluster reaches the service.",
        diagnosis=(
            "`kubectl -n ${namespace} get networkpolicies`: policies of Cilium or Calico are not seen here.",
            "Does kube-state-metrics show any? `count(kube_networkpolicy_created)`; it can be told to leave them out.",
        ),
        mitigation=(
            "Apply a policy that denies ingress by default, then allow the callers.",
            "Switch the alert off, with the reason, where the policies are of another kind.",
        ),
    ),
)
