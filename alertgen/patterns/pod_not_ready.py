"""A pod runs but gets no traffic."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.metrics import POD_DELETION, POD_PHASE, POD_READY
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    ready = s.per_pod.max(s.select(POD_READY, condition="true"))
    running = s.per_pod.max(s.select(POD_PHASE, phase="Running"))
    leaving = s.per_pod.max(s.select(POD_DELETION))
    return ready.equals(0).and_(running.equals(1)).unless(leaving > 0)


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    start, lasts = 4 * w.step, w.enough

    def shown(pod: str, *ready: Part, running: int = 1) -> tuple[Series, ...]:
        opposite = tuple(hold(1 - int(p.value), p.seconds) for p in ready)  # type: ignore[union-attr]  # all are holds
        return (
            w.show(POD_READY, *ready, pod=pod, condition="true"),
            w.show(POD_READY, *opposite, pod=pod, condition="false"),
            w.show(POD_PHASE, hold(running), pod=pod, phase="Running"),
            w.show(POD_PHASE, hold(1 - running), pod=pod, phase="Succeeded"),
        )

    pod = w.pod()
    yield fires(
        "for a running pod that is not ready",
        *shown(pod, hold(1, start), hold(0, lasts), hold(1)),
        about=w.about(pod),
        since=start,
        until=start + lasts - w.step,
        value="0",
    )
    pod = w.pod()
    yield silent("for a pod that is ready", *shown(pod, hold(1)), about=w.about(pod))
    pod = w.pod()
    yield silent("for a pod that has completed", *shown(pod, hold(0), running=0), about=w.about(pod))
    pod = w.pod()
    yield silent(
        "for a pod that is being deleted",
        *shown(pod, hold(1, start), hold(0)),
        w.show(POD_DELETION, hold(start), pod=pod),
        about=w.about(pod),
    )
    if w.for_:
        pod = w.pod()
        yield brief(
            "for a pod that becomes ready within `for`",
            *shown(pod, hold(0, w.too_short), hold(1)),
            about=w.about(pod),
        )


PATTERN = Pattern(
    alert="PodNotReady",
    pack="probes",
    level=Level.POD,
    severity="warning",
    for_="10m",
    keep_firing_for="5m",
    kinds=LONG_RUNNING,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $labels.pod }} runs but is not ready",
    description=(
        "Pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) has been running without being ready for "
        "${for}: it gets no traffic."
    ),
    runbook=Runbook(
        meaning="A pod runs but is out of the Service: the others carry its load.",
        diagnosis=(
            "`kubectl -n ${namespace} describe pod POD`: conditions, readiness gate, failing probe.",
            "Call the probe's URL from inside the pod; is a dependency down that the probe includes?",
        ),
        mitigation=("Repair the probe's target or its timeout.", "Delete the pod if it does not recover."),
    ),
)
