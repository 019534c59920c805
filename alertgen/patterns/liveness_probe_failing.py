"""A container's liveness probe fails: the kubelet is about to kill it, or does so already.

A probe's failures are a series that begins with the first of them, as 1. That one has nothing to be counted from: of a
container that never failed before, the alert sees the second failure as the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics.kubelet import PROBE_ATTEMPTS
from alertgen.model import Scenario, Site
from alertgen.pattern import COUNT, LONG_RUNNING, WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, over
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import World, fires, hold, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: int = param("2", "this many failures or more within the window, after a container's very first", COUNT)
    window: Duration = param("15m", "how far back failures count", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    failures = s.select(PROBE_ATTEMPTS, probe_type="Liveness", result="failed")
    # A difference, not increase(): exact, and a kubelet that starts to count anew gives 0.
    return s.per_container.max(failures - over("min_over_time", failures, p.window)) >= p.threshold


def lasts(_site: Site, p: Params) -> Duration:
    return p.window


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    first, most = 4 * w.step, 1 + p.threshold
    failed = {"probe_type": "Liveness", "result": "failed"}
    pod = w.pod()
    yield fires(
        "at the threshold's failure after the first",
        w.show(PROBE_ATTEMPTS, hold(1, first), hold(most), pod=pod, **failed),
        about=w.about(pod),
        since=first,
        until=w.within(first - w.step, p.window),
        slack=w.step,
        value=str(p.threshold),
    )
    pod = w.pod()
    yield silent(
        "one failure below the threshold, whatever else is counted",
        w.show(PROBE_ATTEMPTS, hold(1, first), hold(most - 1), pod=pod, **failed),
        w.show(PROBE_ATTEMPTS, ramp(1, 1), pod=pod, probe_type="Liveness", result="successful"),
        w.show(PROBE_ATTEMPTS, ramp(1, 1), pod=pod, probe_type="Readiness", result="failed"),
        about=w.about(pod),
    )
    pod = w.pod()
    yield silent("for 500 failures long ago", w.show(PROBE_ATTEMPTS, hold(500), pod=pod, **failed), about=w.about(pod))
    pod = w.pod()
    yield silent(
        "when a kubelet that was restarted counts anew",
        w.show(PROBE_ATTEMPTS, hold(500, first), hold(1), pod=pod, **failed),
        about=w.about(pod),
    )
    pod = w.pod()
    yield fires(
        "for a pod whose name another had before, which is still shown",
        w.show(PROBE_ATTEMPTS, hold(500), pod=pod, **failed),
        w.show(PROBE_ATTEMPTS, hold(1, first), hold(most), pod=pod, pod_uid="7f3d9c81", **failed),
        about=w.about(pod),
        since=first,
    )


PATTERN = Pattern(
    alert="LivenessProbeFailing",
    pack="probes",
    level=Level.CONTAINER,
    severity="warning",
    for_="0s",
    keep_firing_for="10m",
    kinds=LONG_RUNNING,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    lasts=lasts,
    silences=(Symptoms(("ContainerRestartRateHigh",), same=("pod", "container")),),
    summary="The liveness probe of {{ $labels.container }} in {{ $labels.pod }} fails",
    description=(
        "The liveness probe of container {{ $labels.container }} in pod {{ $labels.namespace }}/{{ $labels.pod }} "
        "(service ${service}) failed {{ $value }} times within ${window}. After failureThreshold failures in a row "
        "the kubelet kills the container."
    ),
    runbook=Runbook(
        meaning="The container hangs, or answers too slowly for its probe: it is killed, with all it was working on.",
        diagnosis=(
            "`kubectl -n ${namespace} describe pod POD`: Unhealthy says why the probe failed, Killing that it acted.",
            "Is the container throttled, or does it stop for garbage collection, when the probe comes?",
            "A dump of all threads, before it is killed, shows a deadlock.",
        ),
        mitigation=(
            "Raise timeoutSeconds or failureThreshold for a container that is slow but well.",
            "Never let a liveness probe ask a dependency: its outage becomes a restart of every pod.",
        ),
    ),
)
