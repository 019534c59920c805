"""The autoscaler runs as many replicas as it may: there is no head-room left."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.replicas import HPA
from alertgen.metrics import KSM
from alertgen.metrics.autoscaling import HPA_CURRENT, HPA_MAX, HPA_MIN
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    per_hpa = s.per("namespace", "horizontalpodautoscaler")
    most = per_hpa.max(s.select(HPA_MAX))
    # Where both bounds are equal somebody has pinned the replicas on purpose.
    free_to_scale = most > per_hpa.max(s.select(HPA_MIN))
    return per_hpa.max(s.select(HPA_CURRENT)) >= free_to_scale


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough

    def autoscaler(*current: Part, least: int = 2, most: int = 6) -> tuple[Series, ...]:
        return (
            w.show(HPA_CURRENT, *current),
            w.show(HPA_MIN, hold(least)),
            w.show(HPA_MAX, hold(most)),
        )

    yield fires(
        "while it runs as many replicas as it may",
        *autoscaler(hold(5, start), hold(6, lasts), hold(5)),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="6",
    )
    theirs = w.stranger(KSM).show(HPA_MAX, hold(9))
    yield fires(
        "whatever another exporter shows of its bounds",
        *autoscaler(hold(5, start), hold(6)),
        theirs,
        about=about,
        since=start,
    )
    yield silent("with one replica to spare", *autoscaler(hold(5)), about=about)
    yield silent("when both bounds are the same", *autoscaler(hold(6), least=6), about=about)
    if w.for_:
        yield brief(
            "for a peak shorter than `for`",
            *autoscaler(hold(3, start), hold(6, w.too_short), hold(3)),
            about=about,
        )


PATTERN = Pattern(
    alert="HpaMaxedOut",
    pack="autoscaling",
    level=Level.SERVICE,
    keeps=("horizontalpodautoscaler",),
    severity="warning",
    for_="15m",
    kinds=LONG_RUNNING,
    facet=HPA,
    expr=expr,
    scenarios=scenarios,
    summary="${hpa} runs as many replicas as it may",
    description=(
        "The autoscaler ${namespace}/${hpa} of ${service} has been at its maximum of {{ $value }} replicas for ${for}: "
        "more load will not get more pods."
    ),
    runbook=Runbook(
        meaning="The service cannot grow any further; more load makes it slow.",
        diagnosis=(
            "`kubectl -n ${namespace} describe hpa ${hpa}`: which metric drives it, and how far is it over its target?",
            "Is the load real (traffic, backlog), or did a release make each request dearer?",
        ),
        mitigation=("Raise maxReplicas, if the nodes have room.", "Shed load; roll back what made requests dearer."),
    ),
)
