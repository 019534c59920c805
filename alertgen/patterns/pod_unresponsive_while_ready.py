"""A pod is ready for Kubernetes, and does not answer Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.scrape import SCRAPED
from alertgen.metrics import POD_READY
from alertgen.metrics.scrape import TARGET_UP
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr
from alertgen.subject import OWNED_PODS, Subject
from alertgen.world import World, brief, fires, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    # Of several ports one that answers is enough: the process lives.
    answers = s.per_pod.max(s.select(TARGET_UP))
    ready = s.per_pod.max(s.select(POD_READY, condition="true"))
    return answers.equals(0).and_(ready.equals(1))


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    start, lasts = 4 * w.step, w.enough

    def ready(pod: str, value: int = 1) -> tuple[Series, ...]:
        return (
            w.show(POD_READY, hold(value), pod=pod, condition="true"),
            w.show(POD_READY, hold(1 - value), pod=pod, condition="false"),
        )

    def up(pod: str, *values: Part, **more: str) -> Series:
        return w.show(TARGET_UP, *values, pod=pod, **more)

    pod = w.pod()
    yield fires(
        "while a ready pod does not answer",
        up(pod, hold(1, start), hold(0, lasts), hold(1)),
        *ready(pod),
        about=w.about(pod),
        since=start,
        until=start + lasts - w.step,
        value="0",
    )
    pod = w.pod()
    yield silent("for a ready pod that answers", up(pod, hold(1)), *ready(pod), about=w.about(pod))
    pod = w.pod()
    yield silent("for a pod that is not ready", up(pod, hold(0)), *ready(pod, 0), about=w.about(pod))
    pod = w.pod()
    yield silent(
        "while one of its ports answers",
        up(pod, hold(0)),
        up(pod, hold(1), instance="10.0.2.7:9090", endpoint="metrics"),
        *ready(pod),
        about=w.about(pod),
    )
    pod = w.pod()
    yield silent("for what another job scrapes", up(pod, hold(0), job="another"), *ready(pod), about=w.about(pod))
    staging = w.elsewhere(namespace=f"{w.namespace}-staging")
    pod = w.pod()
    recorded = dict.fromkeys(w.subject.cluster, w.cluster) | {"namespace": staging.namespace, "pod": pod}
    yield silent(
        "for a pod of the workload of this name in another namespace",
        staging.show(TARGET_UP, hold(0), pod=pod),
        staging.show(POD_READY, hold(1), pod=pod, condition="true"),
        Series(OWNED_PODS, {**recorded, "workload": w.name}, (hold(1),)),
        about=staging.about(pod),
    )
    if w.for_:
        pod = w.pod()
        yield brief(
            "for a pod that answers again within `for`",
            up(pod, hold(1, start), hold(0, w.too_short), hold(1)),
            *ready(pod),
            about=w.about(pod),
        )


PATTERN = Pattern(
    alert="PodUnresponsiveWhileReady",
    pack="probes",
    level=Level.POD,
    severity="warning",
    for_="5m",
    kinds=LONG_RUNNING,
    facet=SCRAPED,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $labels.pod }} is ready and does not answer",
    description=(
        "Pod {{ $labels.namespace }}/{{ $labels.pod }} (service ${service}) has not answered Prometheus (job "
        "${scrape_job}) for ${for}. Kubernetes holds it for ready and sends it its share of the traffic."
    ),
    runbook=Runbook(
        meaning="A zombie in the making: its share of the requests gets lost, or only its metrics do.",
        diagnosis=(
            (
                "Prometheus' target page, job ${scrape_job}: a timeout is a process that hangs, a refused connection a "
                "wrong port."
            ),
            (
                "`kubectl -n ${namespace} exec POD -- wget -qO- http://localhost:PORT/metrics`: does it answer itself? "
                "Then a NetworkPolicy may keep Prometheus out."
            ),
            "A thread dump; file descriptors, event loop, pools that are used up.",
        ),
        mitigation=(
            "Delete the pod; keep one for the post-mortem if several hang.",
            "Let the readiness probe ask what hung, so that Kubernetes sees it, too.",
        ),
    ),
)
