"""Runs of a CronJob have failed, and none has succeeded since."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.schedules import SCHEDULE
from alertgen.metrics.jobs import CRONJOB_LAST_SUCCESS, JOB_FAILED, JOB_STARTED
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import Level, NoParams, Pattern, Runbook, Symptoms
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, gap, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    per_cronjob, per_job = s.per("namespace"), s.per("namespace", "job_name")
    failed = per_job.max(s.select(JOB_FAILED, condition="true")).equals(1)
    # Failed Jobs are kept for the post-mortem long after later runs have succeeded.
    overcome = per_job.max(s.select(JOB_STARTED)).binary(
        "<", per_cronjob.max(s.select(CRONJOB_LAST_SUCCESS)), on=per_cronjob.labels, group_left=()
    )
    return per_cronjob.count(failed.unless(overcome))


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    name = SCHEDULE.of(w).cronjob

    def job(*failed: Part, began: int = start, world: World = w, number: int = 0) -> tuple[Series, ...]:
        job_name = f"{name}-{29_384_820 + number}"
        return (
            world.show(JOB_STARTED, hold(began), job_name=job_name),
            world.show(JOB_FAILED, *failed, job_name=job_name, condition="true"),
        )

    def success(*at: Part, world: World = w) -> Series:
        return world.show(CRONJOB_LAST_SUCCESS, *at)

    end = start + lasts
    yield fires(
        "from a run's failure to the next success",
        *job(gap(start), hold(1)),
        success(hold(-86_400, end), hold(end)),
        about=about,
        since=start,
        until=end - w.step,
        value="1",
    )
    yield fires(
        "when no run has ever succeeded, whatever others do",
        *job(gap(start), hold(1)),
        w.show(CRONJOB_LAST_SUCCESS, hold(10**9), cronjob=f"{name}-worker"),
        about=about,
        since=start,
    )
    yield fires(
        "for a run that started just when an earlier one succeeded",
        *job(gap(start), hold(1), began=w.step),
        success(hold(w.step)),
        about=about,
        since=start,
    )
    yield fires(
        "as one alert when two runs have failed since",
        *job(gap(start), hold(1)),
        *job(gap(start), hold(1), began=w.step, number=1440),
        success(hold(-86_400)),
        about=about,
        since=start,
    )
    yield silent("for a failed run after which another succeeded", *job(hold(1)), success(hold(10**9)), about=about)
    yield silent(
        "for a failed run that is kept while others succeed",
        *job(hold(1), began=-7200),
        success(hold(-3600)),
        about=about,
    )
    yield silent("for a run that has not failed", *job(hold(0)), success(hold(-86_400)), about=about)
    yield silent(
        "for a run of which only another condition than failed is true",
        w.show(JOB_STARTED, hold(0)),
        w.show(JOB_FAILED, hold(1), condition="unknown"),
        w.show(JOB_FAILED, hold(0), condition="true"),
        about=about,
    )
    if w.subject.cluster:
        second = w.elsewhere(cluster="prod-2")
        yield fires(
            "whatever succeeds in the second cluster",
            *job(gap(start), hold(1)),
            success(hold(-86_400)),
            *job(hold(0), began=-7200, world=second),
            success(hold(10**9), world=second),
            about=about,
            since=start,
        )
    if w.for_:
        yield brief(
            "when another run succeeds within `for`",
            *job(gap(start), hold(1)),
            success(hold(-86_400, start + w.too_short), hold(10**9)),
            about=about,
        )


PATTERN = Pattern(
    alert="CronJobRunFailed",
    pack="jobs",
    level=Level.SERVICE,
    severity="warning",
    for_="1m",
    facet=SCHEDULE,
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(("CronJobNotSucceeding", "RestartJobIneffective"), same=("cronjob",)),),
    summary="CronJob ${cronjob} failed, and has not succeeded since",
    description=(
        "Jobs of the CronJob ${namespace}/${cronjob} that have failed for good since the last success: {{ $value }}."
    ),
    runbook=Runbook(
        meaning="All tries of a run are used up. Nothing tries again until the next run is due.",
        diagnosis=(
            "`kubectl -n ${namespace} get jobs | grep ${cronjob}-`: which failed?",
            "`kubectl -n ${namespace} describe job JOB`: BackoffLimitExceeded or DeadlineExceeded?",
            "`kubectl -n ${namespace} logs job/JOB`, while its pods are still there.",
        ),
        mitigation=(
            "Remove the cause.",
            "Run it now: `kubectl -n ${namespace} create job ${cronjob}-manual --from=cronjob/${cronjob}`.",
            "The alert ends when a run has succeeded, or the failed Job is deleted.",
        ),
    ),
)
