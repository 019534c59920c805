"""An internal service cannot be reached by its callers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.facets.probe import ANSWERS_INSIDE
from alertgen.model import Scenario
from alertgen.pattern import LONG_RUNNING, SHARE, WINDOW, Level, Pattern, Runbook, param
from alertgen.probing import failed, situations
from alertgen.promql import Expr
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import World


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("25%", "more than this share of the probes failed", SHARE)
    window: Duration = param("5m", "what the share is taken over", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    return s.named(failed(s, p.window) > p.threshold)


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    return situations(w, p.window, p.threshold)


PATTERN = Pattern(
    alert="InternalServiceProbeFailing",
    pack="network",
    level=Level.SERVICE,
    severity="warning",
    for_="3m",
    keep_firing_for="5m",
    kinds=LONG_RUNNING,
    facet=ANSWERS_INSIDE,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="${service} cannot be reached in the cluster",
    description=(
        "For ${for} more than ${threshold} of the probes of ${target} have failed (average of ${window}). The service "
        "${namespace}/${service} is internal: other services are its callers."
    ),
    runbook=Runbook(
        meaning="Services that call it get errors or wait for timeouts.",
        diagnosis=(
            "`kubectl -n ${namespace} get pods,endpointslices`: are there ready pods, and does the Service list them?",
            (
                '`probe_http_status_code{job="${probe_job}",instance="${target}"}`: 0 is no connection, 403 a policy '
                "or mTLS, 5xx the service itself."
            ),
            "Did a NetworkPolicy or the mesh's configuration change? May the prober connect at all?",
        ),
        mitigation=(
            "Take back the policy that shut it off; allow the prober where it was forgotten.",
            "Roll back the service if it answers with errors.",
        ),
    ),
)
