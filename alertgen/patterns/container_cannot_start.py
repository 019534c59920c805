"""A container never starts: its image, secret or configuration is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics import CONTAINER_WAITING
from alertgen.model import Scenario
from alertgen.pattern import WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, max_over_time, one_of
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, silent

REASONS = (
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
)
"""kubelet: pkg/kubelet/images/types.go, pkg/kubelet/kuberuntime. ContainerCreating and PodInitializing are normal."""


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("5m", "look-back that bridges the change from one reason to the next", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    # Any container: a sidecar without an image keeps the whole pod from starting.
    waiting = s.select(CONTAINER_WAITING, container=None, reason=one_of(*REASONS))
    return s.per_container.max(max_over_time(waiting, p.window)) > 0


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    start, half = 10 * w.step, w.grid(w.for_ // 2) + 2 * w.step
    pod = w.pod()
    yield fires(
        "while ErrImagePull and ImagePullBackOff alternate",
        w.show(CONTAINER_WAITING, gap(start), hold(1, half), STALE, pod=pod, reason="ErrImagePull"),
        w.show(CONTAINER_WAITING, gap(start + half), hold(1, half), STALE, pod=pod, reason="ImagePullBackOff"),
        about=w.about(pod),
        since=start,
        until=w.within(start + 2 * half - w.step, p.window),
        slack=w.step,
        value="1",
    )
    pod = w.pod()
    yield fires(
        "when a Secret or ConfigMap that the container needs is missing",
        w.show(CONTAINER_WAITING, gap(start), hold(1), pod=pod, reason="CreateContainerConfigError"),
        about=w.about(pod),
        since=start,
    )
    for reason in sorted(set(REASONS) - {"ErrImagePull", "ImagePullBackOff", "CreateContainerConfigError"}):
        pod = w.pod()
        yield fires(
            f"when the reason is {reason}",
            w.show(CONTAINER_WAITING, gap(start), hold(1), pod=pod, reason=reason),
            about=w.about(pod),
            since=start,
        )
    run = (p.window // w.step - 2) * w.step
    if run > 0:
        pod = w.pod()
        attempts = (hold(1, w.step), hold(0, run)) * (w.enough // run + 1)
        yield fires(
            "where an older kube-state-metrics shows 0 between two attempts",
            w.show(CONTAINER_WAITING, gap(start), *attempts, hold(1), pod=pod, reason="ErrImagePull"),
            about=w.about(pod),
            since=start,
        )
    pod = w.pod()
    yield silent(
        "while a pod is being created",
        w.show(CONTAINER_WAITING, hold(1), pod=pod, reason="ContainerCreating"),
        about=w.about(pod),
    )
    pod = w.pod()
    yield silent(
        "where an older kube-state-metrics shows the reasons that do not apply as 0",
        w.show(CONTAINER_WAITING, hold(0), pod=pod, reason="ImagePullBackOff"),
        about=w.about(pod),
    )
    if w.for_ > p.window + w.step:
        pod = w.pod()
        yield brief(
            "when the registry refuses a single pull",
            w.show(CONTAINER_WAITING, gap(start), hold(1, w.step), STALE, pod=pod, reason="ErrImagePull"),
            about=w.about(pod),
        )


PATTERN = Pattern(
    alert="ContainerCannotStart",
    pack="lifecycle",
    level=Level.CONTAINER,
    severity="warning",
    for_="10m",
    any_container=True,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    silences=(
        Symptoms(("WorkloadDegraded", "RolloutStuck")),
        Symptoms(("PodNotReady", "PodStuckPending"), same=("pod",)),
    ),
    summary="{{ $labels.container }} in {{ $labels.pod }} cannot start",
    description=(
        "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) has "
        "been waiting for ${for}: its image cannot be pulled, or a Secret or ConfigMap it needs is missing."
    ),
    runbook=Runbook(
        meaning="A pod never starts because its image, secret or configuration is wrong. Old pods may still serve.",
        diagnosis=(
            "`kubectl -n ${namespace} describe pod POD`: the events name the image, Secret or ConfigMap.",
            "Does the tag exist? Is the pull secret there and still valid? Is the registry limiting pulls?",
        ),
        mitigation=(
            "Correct the tag, pull secret or missing key.",
            "Or roll back: `kubectl -n ${namespace} rollout undo ${workload}`.",
        ),
    ),
)
