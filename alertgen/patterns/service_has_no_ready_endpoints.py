"""Pods are available, and the Service in front of them leads to none."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.expose import EXPOSED
from alertgen.metrics.network import ENDPOINT_ADDRESS, ENDPOINT_SLICE_ENDPOINTS
from alertgen.model import Scenario
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook, Symptoms
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.workload import REPLICAS
from alertgen.world import STALE, World, brief, fires, gap, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    here = s.per("namespace")
    # No available pod at all is an outage of the workload, and another alert.
    available = here.max(s.select(REPLICAS[s.service.kind].available)) > 0
    # Which of the two there is depends on the version and the options of kube-state-metrics; either will do.
    slices = here.max(s.select(ENDPOINT_SLICE_ENDPOINTS, ready="true"))
    addresses = here.max(s.select(ENDPOINT_ADDRESS, ready="true"))
    return available.unless(slices).unless(addresses)


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    metric = REPLICAS[w.subject.service.kind].available
    available = w.show(metric, hold(2))

    yield fires(
        "while no endpoint is ready although pods are available",
        available,
        w.show(ENDPOINT_SLICE_ENDPOINTS, hold(1, start), STALE, gap(lasts - w.step), hold(1), ready="true"),
        w.show(ENDPOINT_SLICE_ENDPOINTS, gap(start), hold(1, lasts), STALE, ready="false"),
        w.show(ENDPOINT_ADDRESS, hold(1), ready="false"),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="2",
    )
    yield silent(
        "while one endpoint is ready",
        available,
        w.show(ENDPOINT_SLICE_ENDPOINTS, hold(1), ready="true"),
        w.show(ENDPOINT_SLICE_ENDPOINTS, hold(1), ready="false", address="10.0.2.8"),
        about=about,
    )
    yield silent(
        "where kube-state-metrics shows Endpoints instead of EndpointSlices",
        available,
        w.show(ENDPOINT_ADDRESS, hold(1), ready="true"),
        about=about,
    )
    yield silent(
        "when no pod is available either: that is another alert",
        w.show(metric, hold(0)),
        w.show(ENDPOINT_SLICE_ENDPOINTS, hold(1), ready="false"),
        about=about,
    )
    yield fires(
        "for a single pod, when only the endpoints of other Services are ready",
        w.show(metric, hold(1)),
        w.show(ENDPOINT_SLICE_ENDPOINTS, hold(1), ready="true", endpointslice="my-app-worker-bcdfg"),
        w.show(ENDPOINT_ADDRESS, hold(1), ready="true", endpoint="my-app-worker"),
        about=about,
        since=0,
    )
    elsewhere = w.elsewhere(namespace=f"{w.namespace}-staging")
    yield fires(
        "when only the endpoints in another namespace are ready",
        available,
        elsewhere.show(ENDPOINT_SLICE_ENDPOINTS, hold(1), ready="true"),
        elsewhere.show(ENDPOINT_ADDRESS, hold(1), ready="true"),
        about=about,
        since=0,
    )
    if w.for_:
        yield brief(
            "while all endpoints are replaced within `for`",
            available,
            w.show(ENDPOINT_SLICE_ENDPOINTS, hold(1, start), STALE, gap(w.too_short - w.step), hold(1), ready="true"),
            about=about,
        )


PATTERN = Pattern(
    alert="ServiceHasNoReadyEndpoints",
    pack="network",
    level=Level.SERVICE,
    severity="critical",
    for_="2m",
    kinds=LONG_RUNNING,
    facet=EXPOSED,
    expr=expr,
    scenarios=scenarios,
    silences=(
        Symptoms(
            (
                "EdgeCannotReachOrigin",
                "EdgeErrorRatioHigh",
                "HttpErrorRatioHigh",
                "HttpLatencyHigh",
                "InternalServiceProbeFailing",
                "ServiceTargetsDown",
                "ServiceUnresponsive",
                "SloErrorBudgetBurn",
            )
        ),
    ),
    summary="The Service ${kubernetes_service} leads to no pod",
    description=(
        "The Service ${namespace}/${kubernetes_service} has had no ready endpoint for ${for}, although {{ $value }} "
        "pods of ${service} are available: whoever calls it gets no answer."
    ),
    runbook=Runbook(
        meaning="The pods are well, and nobody reaches them: the Service selects others, or none.",
        diagnosis=(
            (
                "`kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${kubernetes_service}`: "
                "whom does it list, and as ready?"
            ),
            (
                "`kubectl -n ${namespace} get service ${kubernetes_service} -o jsonpath='{.spec.selector}'` against "
                "`kubectl -n ${namespace} get pods --show-labels`."
            ),
            "Is the Service there, and does it have this name?",
        ),
        mitigation=(
            "Correct the selector, or the pods' labels; roll back what changed them.",
            "Correct `expose.service` in the spec if the Service is called otherwise.",
        ),
    ),
)
