"""Many pods of one service restart, each too seldom for an alert of its own.

Restarts are counted for each life of a pod (by its uid), and those of pods that are gone as well: a bad release that is
rolled out again and again leaves no pod long enough to be noticed. Of a pod that was created within the window all
restarts count; of an older one, what its count grew by. That is a difference of two samples, not `increase()`: many
small numbers are added up here, and each of them would be extrapolated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics import CONTAINER_RESTARTS, KSM, POD_CREATED
from alertgen.model import Hold, Part, Scenario, Series, Site
from alertgen.pattern import COUNT, LONG_RUNNING, WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, over, time
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import STALE, World, fires, gap, hold, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: int = param("6", "this many restarts or more of all pods together within the window", COUNT)
    window: Duration = param("1h", "how far back restarts count", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    restarts = s.select(CONTAINER_RESTARTS)
    last = over("last_over_time", restarts, p.window)
    created = over("last_over_time", s.select(POD_CREATED), p.window)
    per_life = s.per_life(p.window, "container")
    age = time() - s.per("namespace", "pod", "uid").max(created)
    of_young_pod = per_life.max(last).and_(age < p.window, on=(*s.cluster, "namespace", "pod", "uid"))
    of_old_pod = per_life.max(last - over("min_over_time", restarts, p.window))
    return s.per("namespace", "container").sum(of_young_pod.or_(of_old_pod)) >= p.threshold


def lasts(_site: Site, p: Params) -> Duration:
    return p.window


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    long_ago = -int(p.window) - 3_600
    first, most = 4 * w.step, p.threshold
    sidecar, neighbour = w.elsewhere(container=f"{w.container}-sidecar"), w.elsewhere(name=f"{w.name}-worker")

    def shown(
        world: World, pod: str, *restarts: Part, created: int = long_ago, uid: str = "5c2b8a60"
    ) -> tuple[Series, ...]:
        meanwhile = tuple(hold(created, part.seconds) if isinstance(part, Hold) else part for part in restarts)
        return (
            world.show(CONTAINER_RESTARTS, *restarts, pod=pod, uid=uid),
            world.show(POD_CREATED, *meanwhile, pod=pod, uid=uid),
        )

    one, other = w.pod(), w.pod()
    yield fires(
        "at the threshold's restart of all pods together",
        *shown(w, one, hold(10, first), hold(10 + most - 1)),
        *shown(w, other, hold(20, first), hold(21)),
        about=w.about(),
        since=first,
        until=w.within(first - w.step, p.window),
        slack=w.step,
        value=str(most),
    )
    pod, gone = w.pod(), first + 2 * w.step
    yield fires(
        "although the pod that restarted is gone",
        *w.owned_until(pod, gone),
        *shown(w, pod, hold(50, first), hold(50 + most, 2 * w.step), STALE),
        about=w.about(),
        since=first,
        until=w.within(first - w.step, p.window),
        slack=w.step,
    )
    rollouts = [(w.pod(revision), first + 2 * revision * w.step) for revision in range(most)]
    yield fires(
        "when each rollout leaves one restart and is gone before the next",
        *(
            series
            for pod, born in rollouts
            for series in (
                *w.owned_until(pod, born + 2 * w.step),
                *shown(w, pod, gap(born), hold(1, 2 * w.step), STALE, created=born),
            )
        ),
        about=w.about(),
        since=rollouts[-1][1],
        until=w.within(first, p.window),
    )
    pod, reset = w.pod(), w.pod()
    yield silent(
        "one restart below the threshold, beside a count that starts anew",
        *shown(w, pod, hold(50, first), hold(50 + most - 1)),
        *shown(w, reset, hold(50, first), hold(0)),
        about=w.about(),
    )
    young, old = w.pod(), w.pod()
    yield silent(
        "for a young pod one restart below the threshold, whatever others show",
        *shown(w, young, gap(first), hold(0, w.step), hold(most - 1), created=first),
        *shown(w, old, hold(50)),
        w.stranger(KSM).show(CONTAINER_RESTARTS, gap(first), hold(most), pod=young),
        w.stranger(KSM).show(POD_CREATED, gap(first), hold(first), pod=old),
        *shown(neighbour, neighbour.pod(), gap(first), hold(most), created=first),
        *shown(neighbour, neighbour.pod(), hold(50, first), hold(50 + most)),
        about=w.about(),
    )
    pod = w.pod()
    yield silent(
        "when a pod with many restarts makes way for another of its name",
        *shown(w, pod, hold(50, first), STALE),
        *shown(w, pod, gap(first), hold(0), created=first, uid="7f3d9c81"),
        about=w.about(),
    )
    young, old = w.pod(), w.pod()
    yield silent(
        "for a sidecar",
        *shown(sidecar, young, gap(first), hold(most), created=first),
        *shown(sidecar, old, hold(50, first), hold(50 + most)),
        about=sidecar.about(),
    )
    if w.subject.cluster:
        pod = w.pod()
        yield silent(
            "for an old pod whose namesake in another cluster is young",
            *shown(w, pod, hold(50)),
            *shown(w.elsewhere(cluster="prod-2"), pod, gap(first), hold(0), created=first),
            about=w.about(),
        )


PATTERN = Pattern(
    alert="WorkloadRestartStorm",
    pack="restarts",
    level=Level.SERVICE,
    keeps=("container",),
    severity="warning",
    for_="0s",
    keep_firing_for="15m",
    enabled=False,
    kinds=LONG_RUNNING,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    lasts=lasts,
    late_after_exporter_restart="the old exporter's restarts and the new one's are two counts; the larger decides",
    silences=(Symptoms(("ContainerRestartRateHigh",), same=("container",)),),
    summary='The pods of ${service} restarted {{ $value | printf "%.0f" }} times within ${window}',
    description=(
        "All pods of ${namespace}/${service} together, those that are gone included, restarted "
        '{{ $value | printf "%.0f" }} times within ${window}. One cause is at work in all of them.'
    ),
    runbook=Runbook(
        meaning="Each pod restarts a little, all of them much: a release rolled out again and again, or a dependency.",
        diagnosis=(
            (
                "`sort_desc(sum by (pod) (increase(kube_pod_container_status_restarts_total"
                '{namespace="${namespace}",container="${container}"}[${window}])))`: few pods or all of them?'
            ),
            "`kubectl -n ${namespace} get pods -o wide`: do those share a node?",
            "`kubectl -n ${namespace} rollout history ${workload}`: did it begin with a release?",
            "All at once: what do they all talk to, and does their liveness probe ask it?",
        ),
        mitigation=(
            "Roll back: `kubectl -n ${namespace} rollout undo ${workload}`.",
            "Repair the dependency, and make the service outlive its absence.",
            "The alert goes on for up to ${window} after the last restart.",
        ),
    ),
)
