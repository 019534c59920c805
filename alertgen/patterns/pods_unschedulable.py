"""The scheduler finds no node for the service's pods."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.metrics import KSM
from alertgen.metrics.pods import POD_REASON, POD_UNSCHEDULABLE
from alertgen.model import Scenario
from alertgen.pattern import Level, NoParams, Pattern, Runbook, Symptoms
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    # The series exists only while there is no node, and looks the same for a pod that is held back on purpose.
    waiting = s.per_pod.max(s.select(POD_UNSCHEDULABLE)).equals(1)
    gated = s.per_pod.max(s.select(POD_REASON, reason="SchedulingGated")).equals(1)
    # Counted, so that `for` goes on when a waiting pod is replaced by another.
    return s.per("namespace").count(waiting.unless(gated))


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    start, lasts = 4 * w.step, w.enough
    first, second = w.pod(), w.pod()
    neighbour = w.elsewhere(name=f"{w.name}-worker")
    yield fires(
        "while pods find no node, and counts no others",
        w.show(POD_UNSCHEDULABLE, gap(start), hold(1, lasts), STALE, pod=first),
        w.show(POD_UNSCHEDULABLE, gap(start), hold(1, lasts), STALE, pod=second),
        neighbour.show(POD_UNSCHEDULABLE, hold(1), pod=neighbour.pod()),
        about=w.about(),
        since=start,
        until=start + lasts - w.step,
        value="2",
    )
    half = w.grid(w.for_ // 2) + 2 * w.step
    first, second = w.pod(), w.pod(1)
    yield fires(
        "although another rollout replaces the waiting pod by a new one",
        w.show(POD_UNSCHEDULABLE, gap(start), hold(1, half), STALE, pod=first),
        w.show(POD_UNSCHEDULABLE, gap(start + half), hold(1), pod=second),
        about=w.about(),
        since=start,
    )
    first, second = w.pod(), w.pod()
    yield fires(
        "for a waiting pod beside one that is held back",
        w.show(POD_UNSCHEDULABLE, gap(start), hold(1), pod=first),
        w.show(POD_UNSCHEDULABLE, hold(1), pod=second),
        w.show(POD_REASON, hold(1), pod=second, reason="SchedulingGated"),
        about=w.about(),
        since=start,
    )
    pod = w.pod()
    yield fires(
        "where an older kube-state-metrics shows reasons that do not apply as 0",
        w.show(POD_UNSCHEDULABLE, gap(start), hold(1), pod=pod),
        w.show(POD_REASON, hold(0), pod=pod, reason="SchedulingGated"),
        w.show(POD_REASON, hold(1), pod=pod, reason="Evicted"),
        about=w.about(),
        since=start,
    )
    pod = w.pod()
    yield fires(
        "whatever others than kube-state-metrics say of a gate",
        w.show(POD_UNSCHEDULABLE, gap(start), hold(1), pod=pod),
        w.stranger(KSM).show(POD_REASON, hold(1), pod=pod, reason="SchedulingGated"),
        about=w.about(),
        since=start,
    )
    pod = w.pod()
    yield silent(
        "for a pod that a scheduling gate holds back on purpose",
        w.show(POD_UNSCHEDULABLE, hold(1), pod=pod),
        w.show(POD_REASON, hold(1), pod=pod, reason="SchedulingGated"),
        about=w.about(),
    )
    if w.for_:
        yield brief(
            "when the cluster autoscaler brings a node within `for`",
            w.show(POD_UNSCHEDULABLE, gap(start), hold(1, w.too_short), STALE, pod=w.pod()),
            about=w.about(),
        )


PATTERN = Pattern(
    alert="PodsUnschedulable",
    pack="scheduling",
    level=Level.SERVICE,
    severity="warning",
    for_="10m",
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(("WorkloadDegraded", "RolloutStuck")),),
    summary="{{ $value }} pods of ${service} find no node",
    description=(
        "For ${for} the scheduler has found no node for {{ $value }} pods of ${namespace}/${service}: their requests, "
        "taints, affinity or volumes fit nowhere."
    ),
    runbook=Runbook(
        meaning="The service runs with fewer pods than it should, and a rollout or a scale-up waits.",
        diagnosis=(
            (
                "`kubectl -n ${namespace} get events --field-selector reason=FailedScheduling`: how many nodes were "
                "refused, and why."
            ),
            (
                "`kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints`: a taint that the "
                "pods do not tolerate?"
            ),
            "`kubectl describe nodes | grep -A 8 'Allocated resources'`: is there room for what a pod requests?",
        ),
        mitigation=(
            "Add nodes, or lower requests that are larger than what is used.",
            "Add the missing toleration; loosen an affinity that no node can satisfy.",
            "A volume in another zone: bring a node up there.",
        ),
    ),
)
