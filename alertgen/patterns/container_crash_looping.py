"""A container keeps dying at start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics import CONTAINER_WAITING
from alertgen.model import Scenario
from alertgen.pattern import WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, max_over_time
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, silent


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("5m", "look-back that bridges the seconds a container runs between two crashes", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    # The series exists only while the container waits, so a bare `== 1` would flap with each attempt to start.
    waiting = s.select(CONTAINER_WAITING, reason="CrashLoopBackOff")
    return s.per_container.max(max_over_time(waiting, p.window)) > 0


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    start, waits = 10 * w.step, w.enough
    pod = w.pod()
    yield fires(
        "for a container that waits in CrashLoopBackOff",
        w.show(CONTAINER_WAITING, gap(start), hold(1, waits), STALE, pod=pod, reason="CrashLoopBackOff"),
        about=w.about(pod),
        since=start,
        until=w.within(start + waits - w.step, p.window),
        slack=w.step,
        value="1",
    )
    run = (p.window // w.step - 2) * w.step
    if run > 0:
        between = {
            "when the container runs for a moment between two crashes": (STALE, gap(run - w.step)),
            "where an older kube-state-metrics shows 0 for such a moment": (hold(0, run),),
        }
        for name, runs in between.items():
            pod = w.pod()
            crashes = (hold(1, w.step), *runs) * (waits // run + 1)
            yield fires(
                name,
                w.show(CONTAINER_WAITING, gap(start), *crashes, hold(1), pod=pod, reason="CrashLoopBackOff"),
                about=w.about(pod),
                since=start,
            )
    pod = w.pod()
    yield silent(
        "while a container waits for another reason",
        w.show(CONTAINER_WAITING, hold(1), pod=pod, reason="ContainerCreating"),
        about=w.about(pod),
    )
    pod = w.pod()
    yield silent(
        "where an older kube-state-metrics shows 0 for a reason that does not apply",
        w.show(CONTAINER_WAITING, hold(0), pod=pod, reason="CrashLoopBackOff"),
        about=w.about(pod),
    )
    if w.for_ > p.window + w.step:
        pod = w.pod()
        yield brief(
            "when a single crash is over before `for`",
            w.show(CONTAINER_WAITING, gap(start), hold(1, w.step), STALE, pod=pod, reason="CrashLoopBackOff"),
            about=w.about(pod),
        )


PATTERN = Pattern(
    alert="ContainerCrashLooping",
    pack="restarts",
    level=Level.CONTAINER,
    severity="warning",
    for_="10m",
    keep_firing_for="10m",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    silences=(
        Symptoms(("WorkloadDegraded", "RolloutStuck")),
        Symptoms(("PodNotReady",), same=("pod",)),
        Symptoms(("ContainerRestartRateHigh", "ReadinessProbeFailing"), same=("pod", "container")),
    ),
    summary="{{ $labels.container }} in {{ $labels.pod }} keeps crashing at start",
    description=(
        "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) has "
        "been in CrashLoopBackOff: it starts, dies and is held back ever longer."
    ),
    runbook=Runbook(
        meaning="A container keeps dying at start. Replicas are missing, or a new version is broken.",
        diagnosis=(
            "`kubectl -n ${namespace} logs POD -c CONTAINER --previous` shows why the last attempt died.",
            "`kubectl -n ${namespace} describe pod POD` shows exit code, probe failures and events.",
            "Compare with the last rollout: `kubectl -n ${namespace} rollout history ${workload}`.",
        ),
        mitigation=(
            "Roll back: `kubectl -n ${namespace} rollout undo ${workload}`.",
            "Repair the configuration, secret or migration that the start depends on.",
            "Give a slow start more time with a startupProbe.",
        ),
    ),
)
