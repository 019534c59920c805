"""A running container without a probe that its service requires: what the alerts about it share. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics.kubelet import PROBE_ATTEMPTS, PROBES_UP
from alertgen.metrics.pods import CONTAINER_RUNNING
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import WINDOW, param
from alertgen.promql import Expr, over
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, ramp, silent

OTHER = {"Readiness": "Liveness", "Liveness": "Readiness"}
"""Each type of probe, and one that does not stand in for it."""


@dataclass(frozen=True, slots=True)
class Params:
    """What may be tuned."""

    window: Duration = param("1h", "how long a probe stays known while its kubelet is not scraped", WINDOW)


def missing(s: Subject, p: Params, probe: str) -> Expr:
    """One series for each running container whose kubelet has not tried such a probe within the window."""
    running = s.per_container.max(s.select(CONTAINER_RUNNING)).equals(1)
    tried = s.per_container.max(over("last_over_time", s.select(PROBE_ATTEMPTS, probe_type=probe), p.window))
    # Many clusters do not scrape /metrics/probes at all: there nothing is known.
    known = s.per_cluster.max(s.select(PROBES_UP)).equals(1)
    return running.unless(tried).and_(known, on=s.cluster)


def scenarios(w: World, p: Params, probe: str) -> Iterator[Scenario]:
    """What must hold for a container with and without such a probe."""
    start, lasts = 4 * w.step, w.enough
    up = w.show(PROBES_UP, hold(1))

    def tries(pod: str, *parts: Part, kind: str = probe) -> Series:
        return w.show(PROBE_ATTEMPTS, *parts, pod=pod, probe_type=kind, result="successful")

    pod = w.pod()
    yield fires(
        f"for a running container without a {probe.lower()} probe",
        w.show(CONTAINER_RUNNING, hold(0, start), hold(1, lasts), hold(0), pod=pod),
        tries(pod, ramp(1, 1), kind=OTHER[probe]),
        up,
        about=w.about(pod),
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    pod = w.pod()
    yield silent(
        "for a container with one",
        w.show(CONTAINER_RUNNING, hold(1), pod=pod),
        tries(pod, ramp(1, 1)),
        up,
        about=w.about(pod),
    )
    pod = w.pod()
    yield silent(
        "for a container that does not run", w.show(CONTAINER_RUNNING, hold(0), pod=pod), up, about=w.about(pod)
    )
    pod = w.pod()
    yield silent(
        "where no kubelet is asked for its probes",
        w.show(CONTAINER_RUNNING, hold(1), pod=pod),
        w.show(PROBES_UP, hold(0)),
        about=w.about(pod),
    )
    pod = w.pod()
    yield fires(
        "although one kubelet of several does not answer",
        w.show(CONTAINER_RUNNING, gap(start), hold(1), pod=pod),
        up,
        w.show(PROBES_UP, hold(0), instance="10.0.1.5:10250"),
        about=w.about(pod),
        since=start,
    )
    if w.subject.cluster:
        pod = w.pod()
        yield silent(
            "where no kubelet is asked for its probes, though another cluster's are",
            w.show(CONTAINER_RUNNING, hold(1), pod=pod),
            w.show(PROBES_UP, hold(0)),
            w.elsewhere(cluster="prod-2").show(PROBES_UP, hold(1)),
            about=w.about(pod),
        )
    pod = w.pod()
    yield silent(
        "while its kubelet is not scraped for less than the window",
        w.show(CONTAINER_RUNNING, hold(1), pod=pod),
        tries(pod, ramp(1, 1, start), STALE, gap(w.grid(p.window) - 4 * w.step), ramp(1, 1)),
        up,
        about=w.about(pod),
    )
    pod = w.pod()
    yield fires(
        "once the probe was not tried for longer than the window",
        w.show(CONTAINER_RUNNING, hold(1), pod=pod),
        tries(pod, ramp(1, 1, start), STALE),
        up,
        about=w.about(pod),
        # Prometheus 2.x has the last attempt in its window for one evaluation more.
        since=w.within(start - w.step, p.window) + 2 * w.step,
        early=w.step,
    )
    if w.for_:
        pod = w.pod()
        yield brief(
            "for a container whose first probe comes within `for`",
            w.show(CONTAINER_RUNNING, hold(1), pod=pod),
            tries(pod, gap(w.too_short), ramp(1, 1)),
            up,
            about=w.about(pod),
        )
