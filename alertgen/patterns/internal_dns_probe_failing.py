"""The service's name does not resolve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.facets.probe import RESOLVES
from alertgen.model import Scenario
from alertgen.pattern import LONG_RUNNING, SHARE, WINDOW, Level, Pattern, Runbook, Symptoms, param
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
    alert="InternalDnsProbeFailing",
    pack="network",
    level=Level.SERVICE,
    severity="critical",
    for_="2m",
    keep_firing_for="5m",
    kinds=LONG_RUNNING,
    facet=RESOLVES,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(("InternalServiceProbeFailing",)),),
    summary="The name of ${service} does not resolve",
    description=(
        "For ${for} more than ${threshold} of the questions to the name server ${target} for the name of "
        "${namespace}/${service} have failed (average of ${window}): who looks it up now cannot call it."
    ),
    runbook=Runbook(
        meaning="Callers cannot find the service, however well its pods are.",
        diagnosis=(
            (
                "`kubectl -n ${namespace} run dns --rm -it --restart=Never --image=busybox -- nslookup ${service}`: "
                "this name only, or every name?"
            ),
            "Every name: `kubectl -n kube-system get pods -l k8s-app=kube-dns`, and their log.",
            "This name only: is its Service there? A headless Service has a name only while a pod is ready.",
            '`probe_dns_answer_rrs{job="${probe_job}",instance="${target}"}`: an answer without records is no answer.',
        ),
        mitigation=(
            "Restart or scale CoreDNS, or roll back its Corefile.",
            "Apply the Service again if it is gone.",
        ),
    ),
)
