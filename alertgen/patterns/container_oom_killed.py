"""The memory limit killed a container."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics import CONTAINER_LAST_TERMINATED_REASON, CONTAINER_LAST_TERMINATED_TIME
from alertgen.model import Scenario, Series, Site
from alertgen.pattern import WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, time
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import World, fires, gap, hold, silent


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("15m", "how long after the kill the alert stays", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    # The reason never clears while the pod lives; only together with its time it is an event.
    killed = s.per_container.max(s.select(CONTAINER_LAST_TERMINATED_REASON, reason="OOMKilled")).equals(1)
    ago = time() - s.per_container.max(s.select(CONTAINER_LAST_TERMINATED_TIME))
    return killed.and_(ago < p.window)


def lasts(_site: Site, p: Params) -> Duration:
    return p.window


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    def terminated(pod: str, at: int, seen: int, reason: str = "OOMKilled", value: int = 1) -> tuple[Series, ...]:
        return (
            w.show(CONTAINER_LAST_TERMINATED_REASON, gap(seen), hold(value), pod=pod, reason=reason),
            w.show(CONTAINER_LAST_TERMINATED_TIME, gap(seen), hold(at), pod=pod),
        )

    killed = 4 * w.step
    pod = w.pod()
    yield fires(
        "for a container that was OOM-killed",
        *terminated(pod, killed, killed),
        about=w.about(pod),
        since=killed,
        until=w.within(killed, p.window),
        value="1",
    )
    pod = w.pod()
    yield silent(
        "for a container that ended with an error of its own",
        *terminated(pod, killed, killed, reason="Error"),
        about=w.about(pod),
    )
    pod = w.pod()
    yield silent(
        "for a kill longer ago than the window, whose reason is still shown",
        *terminated(pod, -int(p.window), w.step),
        about=w.about(pod),
    )
    pod = w.pod()
    yield silent(
        "where an older kube-state-metrics shows the reasons that do not apply as 0",
        *terminated(pod, killed, killed, value=0),
        about=w.about(pod),
    )


PATTERN = Pattern(
    alert="ContainerOOMKilled",
    pack="restarts",
    level=Level.CONTAINER,
    severity="warning",
    for_="0s",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    lasts=lasts,
    silences=(Symptoms(("ContainerMemoryNearLimit", "ContainerRestartRateHigh"), same=("pod", "container")),),
    summary="{{ $labels.container }} in {{ $labels.pod }} was killed at its memory limit",
    description=(
        "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) was "
        "OOM-killed within the last ${window}. The requests it was serving are lost."
    ),
    runbook=Runbook(
        meaning="The kernel killed the container at its memory limit. Requests in flight were lost.",
        diagnosis=(
            "`kubectl -n ${namespace} describe pod POD`: Last State, and the memory limit.",
            "Memory against its limit over the last days: a slope is a leak, a step is a release or a traffic peak.",
            "A child process that is killed while the main one survives does not show up here.",
        ),
        mitigation=(
            "Raise the limit when the need is real; roll back when a release brought it.",
            "Lower concurrency or cache sizes until the leak is repaired.",
        ),
    ),
)
