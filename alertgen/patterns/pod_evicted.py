"""A pod was thrown out of its node.

What was evicted stays as a Failed pod for days, or is deleted within seconds, as its controller likes; the alert is
about the event. So it looks for a pod that is evicted anywhere in the window and was not in the window before that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics import KSM
from alertgen.metrics.pods import POD_REASON
from alertgen.model import Scenario, Site
from alertgen.pattern import WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, one_of, over
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import STALE, World, fires, gap, hold, silent

REASONS = ("Evicted", "NodeLost", "PreemptionByScheduler", "Shutdown", "TerminationByKubelet")
"""kube-state-metrics: internal/store/pod.go. NodeAffinity and UnexpectedAdmissionError refuse a pod beforehand."""


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("1h", "how long an eviction is told of", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    reason = s.select(POD_REASON, reason=one_of(*REASONS))
    evicted = s.per_life(p.window).max(over("last_over_time", reason, p.window)).equals(1)
    # The whole window before, so that it is no news when kube-state-metrics comes back after a while.
    before = over("last_over_time", reason, p.window, ago=p.window)
    is_old = s.per("namespace", "pod", "uid").max(before).equals(1)
    return s.per("namespace", "pod").count(evicted.unless(is_old))


def lasts(_site: Site, p: Params) -> Duration:
    return p.window


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    start, told = 4 * w.step, w.grid(p.window)
    pod = w.pod()
    yield fires(
        "for as long as the window while the pod stays as Failed",
        w.show(POD_REASON, gap(start), hold(1), pod=pod, reason="Evicted"),
        about=w.about(pod),
        since=start,
        until=start + told - w.step,
        value="1",
    )
    pod = w.pod()
    yield fires(
        "for as long as the window although the pod is deleted at once",
        *w.owned_until(pod, start + w.step),
        w.show(POD_REASON, gap(start), hold(1, w.step), STALE, pod=pod, reason="Evicted"),
        about=w.about(pod),
        since=start,
        until=start + told - w.step,
    )
    for reason in REASONS[1:]:
        pod = w.pod()
        yield fires(
            f"when the reason is {reason}",
            w.show(POD_REASON, gap(start), hold(1), pod=pod, reason=reason),
            about=w.about(pod),
            since=start,
            until=start + told - w.step,
        )
    late = told + 4 * w.step
    pod = w.pod()
    yield fires(
        "for a pod that was held back before, whatever others say of it",
        w.show(POD_REASON, hold(1, start), STALE, pod=pod, reason="SchedulingGated"),
        w.show(POD_REASON, gap(late), hold(1), pod=pod, reason="Evicted"),
        w.stranger(KSM).show(POD_REASON, hold(1), pod=pod, reason="Evicted"),
        about=w.about(pod),
        since=late,
    )
    pod = w.pod()
    yield fires(
        "where an older kube-state-metrics shows the reasons that do not apply as 0",
        w.show(POD_REASON, hold(0, late), hold(1), pod=pod, reason="Evicted"),
        about=w.about(pod),
        since=late,
    )
    if not w.for_:  # the first pod would be pending, too, and there is one count of that
        away = w.grid(p.window // 2) + 2 * w.step
        again = told + away + start
        pod = w.pod()
        yield fires(
            "for the next pod of that name, not when kube-state-metrics comes back and shows the first one again",
            w.show(POD_REASON, hold(1, start), gap(away), hold(1), pod=pod, reason="Evicted"),
            w.show(POD_REASON, gap(again), hold(1), pod=pod, reason="Evicted", uid="7f3d9c81"),
            about=w.about(pod),
            since=again,
        )
    pod = w.pod()
    yield silent(
        "for a pod that its node did not admit",
        w.show(POD_REASON, hold(1), pod=pod, reason="UnexpectedAdmissionError"),
        about=w.about(pod),
    )
    pod = w.pod()
    yield silent(
        "for a pod to which no reason applies, where an older kube-state-metrics shows that as 0",
        w.show(POD_REASON, hold(0), pod=pod, reason="Evicted"),
        about=w.about(pod),
    )


PATTERN = Pattern(
    alert="PodEvicted",
    pack="lifecycle",
    level=Level.POD,
    severity="warning",
    for_="0s",
    enabled=False,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    lasts=lasts,
    summary="{{ $labels.pod }} was thrown out of its node",
    description=(
        "Pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) was evicted within the last ${window}: its "
        "node ran out of memory or disk, was lost or shut down, or a pod of higher priority took its place."
    ),
    runbook=Runbook(
        meaning="A node could not keep the pod. One is nothing much; several show a node, or requests, in trouble.",
        diagnosis=(
            "`kubectl -n ${namespace} describe pod POD`: its message says what the node ran out of, if it is left.",
            "`kubectl describe node NODE`: MemoryPressure and DiskPressure; what else runs there?",
            "`kubectl -n ${namespace} get pods --field-selector status.phase=Failed`: the others, and their nodes.",
        ),
        mitigation=(
            "Request the memory and ephemeral storage it really uses: what uses more than it requests goes first.",
            "Move logs and caches out of the container's own file system; delete the Failed pods.",
        ),
    ),
)
