"""A run of a CronJob does not come to its end."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.schedules import TIMED
from alertgen.metrics import Metric
from alertgen.metrics.jobs import JOB_COMPLETE, JOB_FAILED, JOB_STARTED
from alertgen.model import Scenario
from alertgen.pattern import Level, NoParams, Pattern, Runbook, Symptoms
from alertgen.promql import Expr, time
from alertgen.quantity import humanized_duration
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, gap, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    limit = TIMED.of(s).runtime_limit
    assert limit is not None
    per_job = s.per("namespace", "job_name")

    def ended(metric: Metric) -> Expr:
        return per_job.max(s.select(metric, condition="true")).equals(1)

    # Not by its active pods: between a failed try and the next a Job has none.
    running = per_job.max(s.select(JOB_STARTED)).unless(ended(JOB_COMPLETE)).unless(ended(JOB_FAILED))
    return time() - running > limit


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    limit = TIMED.of(w).runtime_limit
    assert limit is not None
    about, start, lasts = w.about(), 4 * w.step, w.enough
    # The test begins at 0, in 1970: a run that began at `start - limit` takes too long after `start`.
    began = hold(start - limit)
    end = start + w.step + lasts
    fire = start + w.step + w.grid(w.for_)
    yield fires(
        "until the run is complete",
        w.show(JOB_STARTED, began),
        w.show(JOB_COMPLETE, gap(end), hold(1), condition="true"),
        about=about,
        since=start + w.step,
        until=end - w.step,
        value=humanized_duration(fire - start + limit),
    )
    yield fires(
        "until the run has failed",
        w.show(JOB_STARTED, began),
        w.show(JOB_FAILED, gap(end), hold(1), condition="true"),
        about=about,
        since=start + w.step,
        until=end - w.step,
    )
    yield fires(
        "while nobody says that the run has ended",
        w.show(JOB_STARTED, began),
        *(
            w.show(metric, hold(int(condition == "unknown")), condition=condition)
            for metric in (JOB_COMPLETE, JOB_FAILED)
            for condition in ("true", "unknown")
        ),
        about=about,
        since=start + w.step,
    )
    yield silent("for a run that began a moment ago", w.show(JOB_STARTED, hold(10**9)), about=about)
    for metric, how in ((JOB_COMPLETE, "is complete"), (JOB_FAILED, "has failed")):
        yield silent(
            f"for a run that {how} and is kept",
            w.show(JOB_STARTED, began),
            w.show(metric, hold(1), condition="true"),
            about=about,
        )
    if w.for_:
        yield brief(
            "for a run that ends within `for`",
            w.show(JOB_STARTED, began),
            w.show(JOB_COMPLETE, gap(start + w.step + w.too_short), hold(1), condition="true"),
            about=about,
        )


PATTERN = Pattern(
    alert="JobRunningTooLong",
    pack="jobs",
    level=Level.SERVICE,
    keeps=("job_name",),
    severity="warning",
    for_="1m",
    facet=TIMED,
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(("CronJobMissedSchedule", "CronJobNotSucceeding"), same=("cronjob",)),),
    summary="{{ $labels.job_name }} has been running for {{ $value | humanizeDuration }}",
    description=(
        "The Job ${namespace}/{{ $labels.job_name }} of the CronJob ${cronjob} has been running for "
        "{{ $value | humanizeDuration }}: more than ${runtime_limit}."
    ),
    runbook=Runbook(
        meaning="A run hangs, or there is far more to do than usual. With concurrencyPolicy Forbid no other starts.",
        diagnosis=(
            "`kubectl -n ${namespace} get pods -l job-name=JOB`: Pending, failing again and again, or running?",
            "`kubectl -n ${namespace} logs job/JOB --tail=50`: when did it say something last?",
            "Does it wait for a lock, a database or a pod that never becomes ready?",
        ),
        mitigation=(
            "`kubectl -n ${namespace} delete job JOB`, if it may be broken off.",
            "Set activeDeadlineSeconds, so that Kubernetes ends what hangs.",
        ),
    ),
)
