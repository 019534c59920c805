"""A service that requires a readiness probe runs without one: pods get traffic before they can answer."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen import missing_probe
from alertgen.facets.probes import READINESS
from alertgen.missing_probe import Params
from alertgen.model import Scenario
from alertgen.pattern import LONG_RUNNING, Level, Pattern, Runbook
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import World


def expr(s: Subject, p: Params) -> Expr:
    return missing_probe.missing(s, p, "Readiness")


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    return missing_probe.scenarios(w, p, "Readiness")


PATTERN = Pattern(
    alert="ReadinessProbeMissing",
    pack="probes",
    level=Level.CONTAINER,
    severity="warning",
    for_="30m",
    kinds=LONG_RUNNING,
    facet=READINESS,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $labels.container }} in {{ $labels.pod }} has no readiness probe",
    description=(
        "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} has run for "
        "${for} without a readiness probe, which ${service} requires: its pods get traffic from the moment they start."
    ),
    runbook=Runbook(
        meaning="Each rollout sends traffic to pods that cannot answer yet; a pod in trouble keeps getting more.",
        diagnosis=(
            "`kubectl -n ${namespace} get ${workload} -o yaml | grep -A 9 readinessProbe`: nothing means none.",
            "There is one: is /metrics/probes of the pod's node scraped (Prometheus' target page)?",
        ),
        mitigation=(
            "Add a readinessProbe that answers once the container can work, and asks nothing that all pods depend on.",
            "Add a preStop sleep and a minReadySeconds, too: they cover the other half of a rollout.",
        ),
    ),
)
