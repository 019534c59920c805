"""A container's readiness probe fails more often than it should: the pod is in and out of the Service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.metrics.kubelet import PROBE_ATTEMPTS
from alertgen.model import Scenario, Series
from alertgen.pattern import LONG_RUNNING, SHARE, WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, rate
from alertgen.quantity import Duration, humanized_percentage
from alertgen.subject import Subject
from alertgen.world import STALE, World, above, below, brief, fires, gap, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("50%", "more than this share of the attempts failed", SHARE)
    window: Duration = param("5m", "what the share is taken over", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    failed = s.per_container.sum(rate(s.select(PROBE_ATTEMPTS, probe_type="Readiness", result="failed"), p.window))
    # A pod that is replaced under its name is a second series (label pod_uid): both are summed.
    attempts = s.per_container.sum(rate(s.select(PROBE_ATTEMPTS, probe_type="Readiness"), p.window))
    return failed / attempts > p.threshold


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    start, lasts = 4 * w.step, w.enough
    often = Decimal("0.1")  # a probe each 10 seconds
    failing = min(above(p.threshold), Decimal(1))

    def probe(
        pod: str, share: Decimal, seconds: int | None = None, kind: str = "Readiness", uid: str = "5c2b8a60"
    ) -> tuple[Series, ...]:
        end = (STALE,) if seconds else ()
        labels = {"pod": pod, "probe_type": kind, "pod_uid": uid}
        bad, good = ramp(10_000, often * share, seconds), ramp(10_000, often * (1 - share), seconds)
        return (
            w.show(PROBE_ATTEMPTS, gap(start), bad, *end, result="failed", **labels),
            w.show(PROBE_ATTEMPTS, gap(start), good, *end, result="successful", **labels),
        )

    pod = w.pod()
    yield fires(
        "above the threshold",
        *probe(pod, failing, lasts),
        *probe(pod, Decimal(0), kind="Liveness"),
        about=w.about(pod),
        since=start + w.step,
        until=w.within(start + lasts - 2 * w.step, p.window),
        slack=w.step,
        value=humanized_percentage(failing),
    )
    pod = w.pod()
    yield silent(
        "below the threshold, whatever the liveness probe does",
        *probe(pod, below(p.threshold)),
        *probe(pod, Decimal(1), kind="Liveness"),
        about=w.about(pod),
    )
    if 2 * p.threshold == 1:
        pod = w.pod()
        yield silent("when as many attempts succeed as fail", *probe(pod, p.threshold), about=w.about(pod))
    pod = w.pod()
    yield fires(
        "above the threshold for a pod and the one that takes its name, together",
        *probe(pod, failing),
        *probe(pod, failing, uid="7f3d9c81"),
        about=w.about(pod),
        since=start + w.step,
    )
    samples = p.window // w.step
    half = int(samples * p.threshold / 2)
    # All attempts fail from an instant on. How many samples of that it takes, out of a window of one sample fewer
    # (Prometheus 3.x) or not (2.x), lies between `half` and one more.
    part = (Decimal(half) / (samples - 1) + Decimal(half + 1) / samples) / 2
    if part < p.threshold:
        before = (p.threshold - part) / (1 - part)
        turn = w.grid(p.window) + 2 * w.step
        bad, good = often * before, often * (1 - before)
        pod = w.pod()
        yield fires(
            "once the share over the window is above the threshold, not before",
            w.show(
                PROBE_ATTEMPTS,
                ramp(10_000, bad, turn),
                ramp(10_000 + turn * bad, often),
                pod=pod,
                probe_type="Readiness",
                result="failed",
            ),
            w.show(
                PROBE_ATTEMPTS,
                ramp(10_000, good, turn),
                ramp(10_000 + turn * good, 0),
                pod=pod,
                probe_type="Readiness",
                result="successful",
            ),
            about=w.about(pod),
            since=turn + (half + 1) * w.step,
        )
    if w.for_ > p.window + 4 * w.step:
        pod = w.pod()
        yield brief("for a hiccup shorter than `for`", *probe(pod, failing, 3 * w.step), about=w.about(pod))


PATTERN = Pattern(
    alert="ReadinessProbeFailing",
    pack="probes",
    level=Level.CONTAINER,
    severity="warning",
    for_="5m",
    kinds=LONG_RUNNING,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(("PodNotReady",), same=("pod",)),),
    summary=(
        "{{ $value | humanizePercentage }} of the readiness probes of {{ $labels.container }} in {{ $labels.pod }} fail"
    ),
    description=(
        "More than ${threshold} of the readiness probes of container {{ $labels.container }} in pod "
        "{{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) have failed for ${for}: the pod loses its "
        "traffic, or gets it on and off."
    ),
    runbook=Runbook(
        meaning="The pod is taken out of the Service while its probe fails; the other pods get its load.",
        diagnosis=(
            "`kubectl -n ${namespace} describe pod POD`: Unhealthy events say timeout, refused or status code.",
            "Call the probe's path from inside the pod and time it: is it near timeoutSeconds?",
            "All pods at once: does the probe ask a dependency that is down?",
        ),
        mitigation=(
            "Raise timeoutSeconds for a slow answer; give the container more CPU when it is throttled.",
            "Take dependencies that all pods share out of the probe.",
        ),
    ),
)
