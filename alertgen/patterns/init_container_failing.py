"""A pod never gets to its containers: one that has to run before them fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics.pods import INIT_CONTAINER_WAITING
from alertgen.model import Scenario
from alertgen.pattern import WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, max_over_time, one_of
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, silent

REASONS = (
    "CrashLoopBackOff",
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
)
"""kubelet: pkg/kubelet/images/types.go, pkg/kubelet/kuberuntime. PodInitializing is normal."""


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("5m", "look-back that bridges the seconds an init container runs between failures", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    # Init containers have metrics of their own: the alerts about containers do not see them.
    waiting = s.select(INIT_CONTAINER_WAITING, container=None, reason=one_of(*REASONS))
    return s.per_container.max(max_over_time(waiting, p.window)) > 0


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    start, lasts = 10 * w.step, w.enough
    init = w.elsewhere(container="migrate")
    pod = w.pod()
    yield fires(
        "for an init container that keeps failing",
        init.show(INIT_CONTAINER_WAITING, gap(start), hold(1, lasts), STALE, pod=pod, reason="CrashLoopBackOff"),
        about=init.about(pod),
        since=start,
        until=w.within(start + lasts - w.step, p.window),
        slack=w.step,
        value="1",
    )
    run = (p.window // w.step - 2) * w.step
    if run > 0:
        pod = w.pod()
        attempts = (hold(1, w.step), STALE, gap(run - w.step)) * (lasts // run + 1)
        yield fires(
            "while it runs for a moment between two failures",
            init.show(INIT_CONTAINER_WAITING, gap(start), *attempts, hold(1), pod=pod, reason="CrashLoopBackOff"),
            about=init.about(pod),
            since=start,
        )
        pod = w.pod()
        attempts_as_0 = (hold(1, w.step), hold(0, run)) * (lasts // run + 1)
        yield fires(
            "where an older kube-state-metrics shows 0 for such a moment",
            init.show(INIT_CONTAINER_WAITING, gap(start), *attempts_as_0, hold(1), pod=pod, reason="CrashLoopBackOff"),
            about=init.about(pod),
            since=start,
        )
    for reason in REASONS[1:]:
        pod = w.pod()
        yield fires(
            f"when the reason is {reason}",
            init.show(INIT_CONTAINER_WAITING, gap(start), hold(1), pod=pod, reason=reason),
            about=init.about(pod),
            since=start,
        )
    pod = w.pod()
    yield silent(
        "while an init container is being set up",
        init.show(INIT_CONTAINER_WAITING, hold(1), pod=pod, reason="PodInitializing"),
        about=init.about(pod),
    )
    pod = w.pod()
    yield silent(
        "where an older kube-state-metrics shows the reasons that do not apply as 0",
        init.show(INIT_CONTAINER_WAITING, hold(0), pod=pod, reason="CrashLoopBackOff"),
        about=init.about(pod),
    )
    if w.for_ > p.window + w.step:
        pod = w.pod()
        yield brief(
            "when it succeeds at the second attempt",
            init.show(INIT_CONTAINER_WAITING, gap(start), hold(1, w.step), STALE, pod=pod, reason="CrashLoopBackOff"),
            about=init.about(pod),
        )


PATTERN = Pattern(
    alert="InitContainerFailing",
    pack="lifecycle",
    level=Level.CONTAINER,
    severity="warning",
    for_="10m",
    any_container=True,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(("WorkloadDegraded", "RolloutStuck")), Symptoms(("PodStuckPending",), same=("pod",))),
    summary="Init container {{ $labels.container }} of {{ $labels.pod }} keeps failing",
    description=(
        "Init container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) "
        "has been failing for ${for}: the pod's own containers cannot start before it succeeds."
    ),
    runbook=Runbook(
        meaning="New pods stop before their first container: a migration, a wait for a database, a fetched secret.",
        diagnosis=(
            "`kubectl -n ${namespace} logs POD -c INIT --previous`: what it tried, and what refused.",
            "`kubectl -n ${namespace} describe pod POD`: exit code, image, missing Secret or ConfigMap.",
            "A sidecar that starts with the init containers (restartPolicy: Always) shows up here, too.",
        ),
        mitigation=(
            "Repair what it depends on, or the migration itself.",
            "Or roll back while the old pods still run: `kubectl -n ${namespace} rollout undo ${workload}`.",
        ),
    ),
)
