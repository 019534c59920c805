"""A pod has a node but does not start there."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.metrics import POD_PHASE
from alertgen.metrics.pods import POD_UNSCHEDULABLE
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import Level, NoParams, Pattern, Runbook, Symptoms
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    pending = s.per_pod.max(s.select(POD_PHASE, phase="Pending")).equals(1)
    # Without a node it is PodsUnschedulable's business.
    return pending.unless(s.per_pod.max(s.select(POD_UNSCHEDULABLE)).equals(1))


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    start, lasts = 4 * w.step, w.enough

    def phases(pod: str, *pending: tuple[int, int | None]) -> tuple[Series, ...]:
        yes: tuple[Part, ...] = tuple(hold(value, seconds) for value, seconds in pending)
        no: tuple[Part, ...] = tuple(hold(1 - value, seconds) for value, seconds in pending)
        return (
            w.show(POD_PHASE, *yes, pod=pod, phase="Pending"),
            w.show(POD_PHASE, *no, pod=pod, phase="Running"),
        )

    pod = w.pod()
    yield fires(
        "for a pod with a node that does not start",
        *phases(pod, (0, start), (1, lasts), (0, None)),
        about=w.about(pod),
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    pod = w.pod()
    yield fires(
        "from when the pod has its node",
        *phases(pod, (1, None)),
        w.show(POD_UNSCHEDULABLE, hold(1, start), STALE, pod=pod),
        about=w.about(pod),
        since=start,
    )
    pod = w.pod()
    yield silent("for a pod that runs", *phases(pod, (0, None)), about=w.about(pod))
    pod = w.pod()
    yield silent(
        "for a pod that has no node yet: that is another alert",
        *phases(pod, (1, None)),
        w.show(POD_UNSCHEDULABLE, hold(1), pod=pod),
        about=w.about(pod),
    )
    if w.for_:
        pod = w.pod()
        yield brief("for a pod that starts within `for`", *phases(pod, (1, w.too_short), (0, None)), about=w.about(pod))


PATTERN = Pattern(
    alert="PodStuckPending",
    pack="scheduling",
    level=Level.POD,
    severity="warning",
    for_="15m",
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(("WorkloadDegraded", "RolloutStuck")),),
    summary="{{ $labels.pod }} has a node but does not start",
    description=(
        "Pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) has been pending for ${for} although the "
        "scheduler gave it a node: a volume, the network or an image is not ready there."
    ),
    runbook=Runbook(
        meaning="A pod was placed and never ran. On a node that is broken, every pod sent there ends like this.",
        diagnosis=(
            (
                "`kubectl -n ${namespace} describe pod POD`: FailedMount and FailedAttachVolume are storage, "
                "FailedCreatePodSandBox is the network, Failed to pull is the image."
            ),
            "`kubectl -n ${namespace} get pods -o wide`: do the stuck ones share a node?",
            "An init container that is still at work looks the same: `kubectl -n ${namespace} logs POD -c INIT`.",
        ),
        mitigation=(
            "Detach a volume that an old node still holds.",
            "`kubectl cordon NODE` and delete the pod, when only this node fails.",
        ),
    ),
)
