"""A Service that should have an address in the cluster alone has one outside."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.expose import CLOSED
from alertgen.metrics.network import SERVICE_EXTERNAL_IP, SERVICE_TYPE
from alertgen.model import Scenario
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr, one_of
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    here = s.per("namespace")
    opened = here.max(s.select(SERVICE_TYPE, type=one_of("LoadBalancer", "NodePort"))).equals(1)
    return opened.or_(here.max(s.select(SERVICE_EXTERNAL_IP)).equals(1))


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    yield fires(
        "while it is a LoadBalancer",
        w.show(SERVICE_TYPE, hold(1, start), STALE, gap(lasts - w.step), hold(1), type="ClusterIP"),
        w.show(SERVICE_TYPE, gap(start), hold(1, lasts), STALE, type="LoadBalancer"),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    yield fires("while it is a NodePort", w.show(SERVICE_TYPE, hold(1), type="NodePort"), about=about, since=0)
    yield fires(
        "while it has an external address of its own",
        w.show(SERVICE_TYPE, hold(1), type="ClusterIP"),
        w.show(SERVICE_EXTERNAL_IP, hold(1), external_ip="192.0.2.80"),
        about=about,
        since=0,
    )
    yield silent("while it is a ClusterIP", w.show(SERVICE_TYPE, hold(1), type="ClusterIP"), about=about)
    yield silent(
        "while other Services are open",
        w.show(SERVICE_TYPE, hold(1), type="ClusterIP"),
        w.show(SERVICE_TYPE, hold(1), type="LoadBalancer", service="my-app-public"),
        w.show(SERVICE_EXTERNAL_IP, hold(1), external_ip="192.0.2.80", service="my-app-public"),
        about=about,
    )
    staging = w.elsewhere(namespace=f"{w.namespace}-staging")
    yield silent(
        "for an external address in another namespace",
        staging.show(SERVICE_EXTERNAL_IP, hold(1), external_ip="192.0.2.80"),
        about=staging.about(),
    )
    if w.for_ > w.step:
        yield brief(
            "for a change that is taken back within `for`",
            w.show(SERVICE_TYPE, hold(1, w.too_short), STALE, type="NodePort"),
            about=about,
        )


PATTERN = Pattern(
    alert="ServiceUnexpectedlyExposed",
    pack="exposure",
    level=Level.SERVICE,
    severity="critical",
    for_="1m",
    kinds=LONG_RUNNING,
    facet=CLOSED,
    expr=expr,
    scenarios=scenarios,
    summary="${kubernetes_service} has an address outside the cluster, and should not",
    description=(
        "The Service ${namespace}/${kubernetes_service} of ${service} should be a ClusterIP and nothing else. For "
        "${for} it has been a LoadBalancer or a NodePort, or has had external IPs: who reaches a node, or the load "
        "balancer, reaches the service."
    ),
    runbook=Runbook(
        meaning="What was built for callers inside the cluster answers callers from outside.",
        diagnosis=(
            (
                "`kubectl -n ${namespace} get service ${kubernetes_service} -o yaml`: type, externalIPs, and under "
                "managedFields who set them."
            ),
            "The audit log: who changed it, and was it on purpose?",
            "Access log since then: addresses that are not the cluster's.",
        ),
        mitigation=(
            (
                "`kubectl -n ${namespace} patch service ${kubernetes_service} --type merge -p "
                '\'{"spec": {"type": "ClusterIP", "externalIPs": null}}\'`, and correct the manifest.'
            ),
            "If it is meant to be public, say so in the spec: `expose.type`.",
        ),
    ),
)
