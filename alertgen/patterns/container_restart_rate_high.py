"""A container restarts more often than it should: the restart rate, by `increase()`, made exact.

`increase()` alone is wrong in four ways here, each of which has a scenario below. It extrapolates: a series of two
samples with 2 restarts between them reads 3, so a series counts only once it has enough samples to be within one
restart of the truth. It misses what happened before the first scrape: for a pod younger than the window all restarts
count. It keeps counting for pods that are gone: the pod must still be there. And two kube-state-metrics replicas, or
one that was replaced, are two series for one container: the larger decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics import CONTAINER_RESTARTS, POD_CREATED
from alertgen.model import Part, Scenario, Site
from alertgen.pattern import COUNT, WINDOW, Level, Pattern, Refusal, Runbook, param
from alertgen.promql import Expr, count_over_time, increase, time
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import STALE, World, fires, gap, hold, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: int = param("3", "this many restarts or more within the window", COUNT)
    window: Duration = param("1h", "how far back restarts count", WINDOW)


def enough_samples(threshold: int) -> int:
    """Samples from which on `increase()` cannot turn `threshold` - 1 restarts into `threshold`.

    Prometheus extrapolates by at most 1.1 average sample distances at either edge (promql/functions.go,
    extrapolatedRate), so n samples are stretched by at most 1 + 2.2 / (n - 1).
    """
    return -(-22 * (threshold - 1) // 10) + 2


def expr(s: Subject, p: Params) -> Expr:
    restarts = s.select(CONTAINER_RESTARTS)
    now = s.per_container.max(restarts)
    age = time() - s.per_pod.max(s.select(POD_CREATED))
    of_young_pod = now.and_(age < p.window, on=s.per_pod.labels) >= p.threshold
    known = count_over_time(restarts, p.window) >= enough_samples(p.threshold)
    of_old_pod = s.per_container.max(increase(restarts, p.window).and_(known)) >= p.threshold
    return of_young_pod.or_(of_old_pod.and_(now))


def refusals(site: Site, p: Params) -> Iterator[Refusal]:
    most = most_restarts(p.window)
    if p.threshold > most:
        yield Refusal(
            "threshold",
            f"{p.threshold} restarts within {p.window} cannot happen: the kubelet's back-off allows at most {most}",
            f"lower the threshold to {most} or less, or widen the window",
        )
    samples = p.window // site.scrape_interval
    if samples < enough_samples(p.threshold) + 2:
        yield Refusal(
            "window",
            f"a window of {p.window} holds {samples} samples, too few to tell {p.threshold} restarts apart",
            f"use {Duration((enough_samples(p.threshold) + 2) * site.scrape_interval)} or more",
        )


def lasts(_site: Site, p: Params) -> Duration:
    return p.window


def most_restarts(window: Duration) -> int:
    """How many restarts the kubelet's default back-off (10s, doubling up to 5m) allows within a window."""
    restarts, elapsed, pause = 1, 0, 10
    while elapsed + pause <= window:
        elapsed += pause
        restarts += 1
        pause = min(2 * pause, 300)
    return restarts


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    old = -int(p.window) - 3_600
    # Close enough together that with the last one all of them are within the window for longer than `for`.
    spread = min(p.window // 4, p.window - w.enough - 2 * w.step)
    apart = max(w.step, spread // p.threshold // w.step * w.step)
    enough = enough_samples(p.threshold)
    first = (enough + 2) * w.step

    def one_by_one(restarts: int, start: int = 0) -> tuple[Part, ...]:
        """One restart after the other, `apart` seconds between them, the first at `first`."""
        steps = [hold(start + i, apart) for i in range(1, restarts)]
        return hold(start, first), *steps, hold(start + restarts)

    last = first + (p.threshold - 1) * apart
    pod = w.pod()
    yield fires(
        "at the threshold's restart within the window",
        w.show(CONTAINER_RESTARTS, *one_by_one(p.threshold), pod=pod),
        w.show(POD_CREATED, hold(old), pod=pod),
        about=w.about(pod),
        since=last,
        until=w.within(first - w.step, p.window),
        slack=w.step,
        value=str(p.threshold),
    )
    pod = w.pod()
    yield silent(
        "one restart below the threshold",
        w.show(CONTAINER_RESTARTS, *one_by_one(p.threshold - 1), pod=pod),
        w.show(POD_CREATED, hold(old), pod=pod),
        about=w.about(pod),
    )
    pod = w.pod()
    born = first
    yield fires(
        "for a pod younger than the window, whose restarts before the first scrape count",
        w.show(CONTAINER_RESTARTS, gap(born + w.step), hold(p.threshold), pod=pod),
        w.show(POD_CREATED, gap(born + w.step), hold(born), pod=pod),
        about=w.about(pod),
        since=born + w.step,
        until=w.within(born, p.window),
        value=str(p.threshold),
    )
    pod = w.pod()
    yield silent(
        "for a young pod one restart below the threshold",
        w.show(CONTAINER_RESTARTS, gap(born + w.step), hold(p.threshold - 1), pod=pod),
        w.show(POD_CREATED, gap(born + w.step), hold(born), pod=pod),
        about=w.about(pod),
    )
    pod = w.pod()
    sidecar = w.elsewhere(container=f"{w.container}-sidecar")
    yield silent(
        "for a sidecar of a young pod",
        sidecar.show(CONTAINER_RESTARTS, gap(born + w.step), hold(p.threshold), pod=pod),
        w.show(POD_CREATED, gap(born + w.step), hold(born), pod=pod),
        about=sidecar.about(pod),
    )
    if w.subject.cluster:
        pod = w.pod()
        yield silent(
            "for an old pod whose namesake in another cluster is young",
            w.show(CONTAINER_RESTARTS, hold(50), pod=pod),
            w.show(POD_CREATED, hold(old), pod=pod),
            w.elsewhere(cluster="prod-2").show(POD_CREATED, gap(born), hold(born), pod=pod),
            about=w.about(pod),
        )
    pod = w.pod()
    yield silent(
        "for 50 lifetime restarts with none recent",
        w.show(CONTAINER_RESTARTS, hold(50), pod=pod),
        w.show(POD_CREATED, hold(old), pod=pod),
        about=w.about(pod),
    )
    pod = w.pod()
    back = w.grid(first + p.window)
    yield silent(
        "one restart below the threshold just after kube-state-metrics came back",
        w.show(
            CONTAINER_RESTARTS,
            hold(50, first),
            gap(back - first),
            hold(50, w.step),
            hold(50 + p.threshold - 1),
            pod=pod,
        ),
        w.show(POD_CREATED, hold(old, first), gap(back - first), hold(old), pod=pod),
        about=w.about(pod),
    )
    each_step = tuple(hold(50 + i, w.step) for i in range(p.threshold))
    most = 50 + p.threshold
    pod = w.pod()
    yield fires(
        "just after kube-state-metrics came back, once there are enough samples to be sure",
        w.show(CONTAINER_RESTARTS, gap(first), *each_step, hold(most), pod=pod),
        w.show(POD_CREATED, gap(first), hold(old), pod=pod),
        about=w.about(pod),
        since=first + (enough - 1) * w.step,
    )
    # Long enough after the gap the restarts before it are still within the window.
    shown, missing = (enough - 2) * w.step, (p.window // w.step - enough - 1) * w.step - w.grid(w.for_)
    if shown > p.threshold * w.step and missing > w.step:
        pod = w.pod()
        yield fires(
            "for restarts before a gap that are still within the window, once there are enough samples",
            w.show(
                CONTAINER_RESTARTS,
                *each_step,
                hold(most, shown - p.threshold * w.step),
                gap(missing),
                hold(most),
                pod=pod,
            ),
            w.show(POD_CREATED, hold(old, shown), gap(missing), hold(old), pod=pod),
            about=w.about(pod),
            since=shown + missing + w.step,
        )
    pods, alive = [w.pod(revision) for revision in range(3)], 10 * w.step
    yield silent(
        "across a rolling update",
        *(
            series
            for i, each in enumerate(pods)
            for series in (
                w.show(CONTAINER_RESTARTS, gap(first + i * alive), hold(0, alive + w.step), STALE, pod=each),
                w.show(POD_CREATED, gap(first + i * alive), hold(first + i * alive, alive + w.step), STALE, pod=each),
            )
        ),
        about=w.about(pods[-1]),
    )
    pod = w.pod()
    gone = last + w.enough + w.step
    yield fires(
        "only until the pod is gone",
        w.show(CONTAINER_RESTARTS, *one_by_one(p.threshold)[:-1], hold(p.threshold, gone - last), STALE, pod=pod),
        w.show(POD_CREATED, hold(old, gone), STALE, pod=pod),
        about=w.about(pod),
        since=last,
        until=gone - w.step,
    )
    pod = w.pod()
    yield silent(
        "when the counter starts again at 0",
        w.show(CONTAINER_RESTARTS, hold(50, first), hold(0), pod=pod),
        w.show(POD_CREATED, hold(old), pod=pod),
        about=w.about(pod),
    )
    pod = w.pod()
    yield fires(
        "at the threshold's restart after the counter has started again at 0",
        w.show(
            CONTAINER_RESTARTS,
            hold(50, first),
            *(hold(restarts, apart) for restarts in range(p.threshold)),
            hold(p.threshold),
            pod=pod,
        ),
        w.show(POD_CREATED, hold(old), pod=pod),
        about=w.about(pod),
        since=last + apart,
    )


PATTERN = Pattern(
    alert="ContainerRestartRateHigh",
    pack="restarts",
    level=Level.CONTAINER,
    severity="warning",
    for_="0s",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    refusals=refusals,
    lasts=lasts,
    late_after_exporter_restart="the old exporter's restarts and the new one's are two counts; the larger decides",
    summary=(
        '{{ $labels.container }} in {{ $labels.pod }} restarted {{ $value | printf "%.0f" }} times within ${window}'
    ),
    description=(
        "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) "
        "restarted ${threshold} times or more within ${window}. Slow crash loops that never reach CrashLoopBackOff "
        "show up here."
    ),
    runbook=Runbook(
        meaning="Restarts above normal, slow loops and new pods included. Each restart drops the requests in flight.",
        diagnosis=(
            "Why it ended last time: `kubectl -n ${namespace} describe pod POD` (Last State: reason and exit code).",
            "137 with OOMKilled is the memory limit; 137 without it is often a failed liveness probe; look at Events.",
            "Do the restarts share a node, a time of day, a release?",
        ),
        mitigation=(
            "Repair the crash or roll back: `kubectl -n ${namespace} rollout undo ${workload}`.",
            "Relax a liveness probe that kills a merely slow container.",
            "Raise the memory limit when the kernel does the killing.",
        ),
    ),
)
