"""Pods are available, and the service does not answer: a zombie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from alertgen.facets.probe import ANSWERS
from alertgen.metrics.blackbox import PROBE_SUCCESS
from alertgen.model import Scenario
from alertgen.pattern import LONG_RUNNING, SHARE, WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.probing import failed, situations
from alertgen.promql import Expr
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.workload import REPLICAS
from alertgen.world import World, hold, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("50%", "more than this share of the probes failed", SHARE)
    window: Duration = param("5m", "what the share is taken over", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    # Without any available pod it is the workload that is down, and another alert.
    available = s.per_cluster.max(s.select(REPLICAS[s.service.kind].available)) > 0
    return s.named((failed(s, p.window) > p.threshold).and_(available))


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    available = REPLICAS[w.subject.service.kind].available
    found = [
        *situations(w, p.window, p.threshold, w.show(available, hold(1))),
        silent(
            "when no pod is available: that is another alert",
            w.show(PROBE_SUCCESS, hold(0)),
            w.show(available, hold(0)),
            w.elsewhere(namespace=f"{w.namespace}-staging").show(available, hold(1)),
            about=w.about(),
        ),
    ]
    # A probe's series are the same in every namespace, so they count wherever they are shown.
    return (replace(scenario, alone=True) for scenario in found)


PATTERN = Pattern(
    alert="ServiceUnresponsive",
    pack="probes",
    level=Level.SERVICE,
    severity="critical",
    for_="2m",
    keep_firing_for="5m",
    kinds=LONG_RUNNING,
    facet=ANSWERS,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(("PodUnresponsiveWhileReady",)),),
    summary="${service} does not answer, although its pods are available",
    description=(
        "For ${for} more than ${threshold} of the probes of ${target} have failed (average of ${window}), while pods "
        "of ${namespace}/${service} are available: they run, and serve nobody."
    ),
    runbook=Runbook(
        meaning="A zombie: the pods look well to Kubernetes, so nothing restarts them, and callers get no answer.",
        diagnosis=(
            (
                "`kubectl -n ${namespace} exec ${workload} -- wget -qO- http://localhost:PORT/health`: does the "
                "process answer itself? If so, look at what is in between: Service, Ingress, certificate."
            ),
            (
                '`probe_success{job="${probe_job}",instance="${target}"}`, and probe_http_status_code and '
                "probe_duration_seconds with the same labels: an error, or a timeout?"
            ),
            "A thread dump; open connections, file descriptors and pools that are used up; a dependency that hangs.",
        ),
        mitigation=(
            "Delete one pod; keep another for the post-mortem, taken out of the Service by its labels.",
            "Add a livenessProbe on what hung, so that the next one restarts by itself.",
        ),
    ),
)
