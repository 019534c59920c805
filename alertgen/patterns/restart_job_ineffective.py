"""The CronJob that restarts the service leaves containers as they were."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.schedules import RESTARTED
from alertgen.metrics.pods import CONTAINER_STARTED
from alertgen.model import Scenario
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr, time
from alertgen.quantity import humanized_duration
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    limit = RESTARTED.of(s).age_limit
    assert limit is not None
    # What the Job says of itself proves nothing: a signal to its own process succeeds, too.
    return time() - s.per_container.max(s.select(CONTAINER_STARTED)) > limit


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    limit = RESTARTED.of(w).age_limit
    assert limit is not None
    start, lasts = 4 * w.step, w.enough
    # The test begins at 0, in 1970: what started at `start - limit` is too old after `start`.
    old, fresh = start - limit, hold(10**9)
    fire = start + w.step + w.grid(w.for_)
    pod = w.pod()
    yield fires(
        "for a container that was not restarted, until it is",
        w.show(CONTAINER_STARTED, hold(old, start + w.step + lasts), fresh, pod=pod),
        about=w.about(pod),
        since=start + w.step,
        until=start + lasts,
        value=humanized_duration(fire - old),
    )
    pod = w.pod()
    yield silent("for a container that was restarted", w.show(CONTAINER_STARTED, fresh, pod=pod), about=w.about(pod))
    if w.for_:
        pod = w.pod()
        yield brief(
            "for a container that is restarted within `for`, as in a slow rollout",
            w.show(CONTAINER_STARTED, hold(old, start + w.step + w.too_short), fresh, pod=pod),
            about=w.about(pod),
        )


PATTERN = Pattern(
    alert="RestartJobIneffective",
    pack="jobs",
    level=Level.CONTAINER,
    severity="warning",
    for_="15m",
    kinds=LONG_RUNNING,
    facet=RESTARTED,
    expr=expr,
    scenarios=scenarios,
    summary="${cronjob} does not restart {{ $labels.pod }}",
    description=(
        "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} has been running for "
        "{{ $value | humanizeDuration }}. The CronJob ${cronjob} should have restarted it after ${age_limit} at most."
    ),
    runbook=Runbook(
        meaning="The restart that keeps ${service} alive does nothing, whatever its Jobs report.",
        diagnosis=(
            "`kubectl -n ${namespace} get cronjob ${cronjob} -o yaml`: does its command reach the service's pods?",
            "A signal such as `kill -HUP 1` reaches the Job's own process, in its own pod.",
            (
                "May the Job's account restart it? "
                "`kubectl -n ${namespace} auth can-i patch ${workload} --as=system:serviceaccount:${namespace}:ACCOUNT`"
            ),
        ),
        mitigation=(
            "`kubectl -n ${namespace} rollout restart ${workload}` now.",
            "Let the CronJob do the same, with a service account that may.",
        ),
    ),
)
