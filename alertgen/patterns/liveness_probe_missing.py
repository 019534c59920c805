"""A service that requires a liveness probe runs without one: a container that hangs is never restarted."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen import missing_probe
from alertgen.facets.probes import LIVENESS
from alertgen.missing_probe import Params
from alertgen.model import Scenario
from alertgen.pattern import LONG_RUNNING, Level, Pattern, Runbook
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import World


def expr(s: Subject, p: Params) -> Expr:
    return missing_probe.missing(s, p, "Liveness")


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    return missing_probe.scenarios(w, p, "Liveness")


PATTERN = Pattern(
    alert="LivenessProbeMissing",
    pack="probes",
    level=Level.CONTAINER,
    severity="warning",
    for_="30m",
    kinds=LONG_RUNNING,
    facet=LIVENESS,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $labels.container }} in {{ $labels.pod }} has no liveness probe",
    description=(
        "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} has run for "
        "${for} without a liveness probe, which ${service} requires: if it hangs, nothing restarts it."
    ),
    runbook=Runbook(
        meaning="A container that hangs stays as it is until somebody notices: nothing restarts it.",
        diagnosis=(
            "`kubectl -n ${namespace} get ${workload} -o yaml | grep -A 9 livenessProbe`: nothing means none.",
            "There is one: is /metrics/probes of the pod's node scraped (Prometheus' target page)?",
        ),
        mitigation=(
            "Add a livenessProbe that fails only when a restart would help, and a startupProbe for slow starts.",
            "A process that ends by itself when it is broken needs none: drop `liveness` from the service's `probes`.",
        ),
    ),
)
