"""The autoscaler cannot do its work: it sees no metrics, or may not change the replicas."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.replicas import HPA
from alertgen.metrics.autoscaling import HPA_CONDITION, HPA_CURRENT
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr, one_of
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, hold, silent

CONDITIONS = ("ScalingActive", "AbleToScale")
"""Both are true of a healthy autoscaler. The third, ScalingLimited, is no failure: HpaMaxedOut tells of the bounds."""


def expr(s: Subject, _p: NoParams) -> Expr:
    failed = s.select(HPA_CONDITION, condition=one_of(*CONDITIONS), status="false")
    # With no replicas autoscaling is off, and ScalingActive is false by design.
    running = s.per("namespace", "horizontalpodautoscaler").max(s.select(HPA_CURRENT)) > 0
    per_condition = s.per("namespace", "horizontalpodautoscaler", "condition")
    return per_condition.max(failed).equals(1).and_(running, on=(*s.cluster, "namespace", "horizontalpodautoscaler"))


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    start, lasts = 4 * w.step, w.enough

    def condition(name: str, *failed: tuple[int, int | None]) -> tuple[Series, ...]:
        no: tuple[Part, ...] = tuple(hold(value, seconds) for value, seconds in failed)
        yes: tuple[Part, ...] = tuple(hold(1 - value, seconds) for value, seconds in failed)
        return (
            w.show(HPA_CONDITION, *no, condition=name, status="false"),
            w.show(HPA_CONDITION, *yes, condition=name, status="true"),
            w.show(HPA_CONDITION, hold(0), condition=name, status="unknown"),
        )

    some = w.show(HPA_CURRENT, hold(3))
    yield fires(
        "while it cannot read its metrics",
        *condition("ScalingActive", (0, start), (1, lasts), (0, None)),
        *condition("AbleToScale", (0, None)),
        *condition("ScalingLimited", (1, None)),
        some,
        about=w.about(condition="ScalingActive"),
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    yield fires(
        "while it cannot change the replicas",
        *condition("AbleToScale", (0, start), (1, None)),
        w.show(HPA_CURRENT, hold(1)),
        about=w.about(condition="AbleToScale"),
        since=start,
    )
    yield silent(
        "while it works within its bounds",
        *condition("ScalingActive", (0, None)),
        some,
        about=w.about(condition="ScalingActive"),
    )
    yield silent(
        "for ScalingLimited, which is no failure",
        *condition("ScalingLimited", (1, None)),
        some,
        about=w.about(condition="ScalingLimited"),
    )
    yield silent(
        "while the service is scaled to nothing on purpose",
        *condition("ScalingActive", (1, None)),
        w.show(HPA_CURRENT, hold(0)),
        about=w.about(condition="ScalingActive"),
    )
    if w.subject.cluster:
        yield silent(
            "while it is scaled to nothing here and runs in another cluster",
            *condition("ScalingActive", (1, None)),
            w.show(HPA_CURRENT, hold(0)),
            w.elsewhere(cluster="prod-2").show(HPA_CURRENT, hold(3)),
            about=w.about(condition="ScalingActive"),
        )
    if w.for_:
        yield brief(
            "when the metrics are back within `for`",
            *condition("ScalingActive", (0, start), (1, w.too_short), (0, None)),
            some,
            about=w.about(condition="ScalingActive"),
        )


PATTERN = Pattern(
    alert="HpaCannotScale",
    pack="autoscaling",
    level=Level.SERVICE,
    keeps=("horizontalpodautoscaler", "condition"),
    severity="warning",
    for_="10m",
    kinds=LONG_RUNNING,
    facet=HPA,
    expr=expr,
    scenarios=scenarios,
    summary="${hpa} cannot scale: {{ $labels.condition }} is false",
    description=(
        "The autoscaler ${namespace}/${hpa} of ${service} has been unable to work for ${for} "
        "({{ $labels.condition }} is false): the replicas stay as they are, whatever the load."
    ),
    runbook=Runbook(
        meaning="The number of pods no longer follows the load: it cannot grow with it, and does not shrink after it.",
        diagnosis=(
            "`kubectl -n ${namespace} describe hpa ${hpa}`: the message beside the condition names the cause.",
            (
                "ScalingActive: does `kubectl -n ${namespace} top pods` work? For other metrics than CPU and memory, "
                "look at their adapter. A container without a request has no utilization to scale by."
            ),
            "AbleToScale: does the object that scaleTargetRef names exist?",
        ),
        mitigation=(
            "Scale by hand meanwhile: `kubectl -n ${namespace} scale ${workload} --replicas=N`.",
            "Repair metrics-server or the adapter; add the missing requests.",
        ),
    ),
)
