"""A run of a CronJob is overdue, or the CronJob is suspended."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.schedules import SCHEDULE
from alertgen.metrics.jobs import CRONJOB_NEXT_RUN, CRONJOB_SUSPENDED
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import Level, NoParams, Pattern, Runbook, Symptoms
from alertgen.promql import Expr, time
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    per_cronjob = s.per("namespace")
    overdue = time() - per_cronjob.max(s.select(CRONJOB_NEXT_RUN)) > SCHEDULE.of(s).grace
    # While it is suspended nobody says when it is due.
    return overdue.or_(per_cronjob.max(s.select(CRONJOB_SUSPENDED)).equals(1))


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    grace = SCHEDULE.of(w).grace
    about, start, lasts = w.about(), 4 * w.step, w.enough
    never = hold(10**9)

    def cronjob(*due: Part, suspended: tuple[Part, ...] = (hold(0),)) -> tuple[Series, ...]:
        return w.show(CRONJOB_NEXT_RUN, *due), w.show(CRONJOB_SUSPENDED, *suspended)

    # The test begins at 0, in 1970: what was due at `start - grace` is late by the grace period at `start`.
    late = hold(start - grace, start + w.step + lasts)
    yield fires(
        "until the run that is overdue starts",
        *cronjob(late, never),
        about=about,
        since=start + w.step,
        until=start + lasts,
    )
    yield fires(
        "while it is suspended",
        *cronjob(hold(10**9, start), STALE, gap(lasts - w.step), never, suspended=(
            hold(0, start), hold(1, lasts), hold(0)
        )),
        about=about,
        since=start,
        until=start + lasts - w.step,
    )  # fmt: skip
    yield silent("while the next run is not due", *cronjob(never), about=about)
    yield silent(
        "while another CronJob is suspended",
        *cronjob(never),
        w.show(CRONJOB_SUSPENDED, hold(1), cronjob=f"{SCHEDULE.of(w).cronjob}-worker"),
        about=about,
    )
    staging = w.elsewhere(namespace=f"{w.namespace}-staging")
    yield silent(
        "while the one in another namespace is suspended",
        *cronjob(never),
        staging.show(CRONJOB_SUSPENDED, hold(1)),
        about=staging.about(),
    )
    if w.for_:
        yield brief(
            "for a run that starts within `for`",
            *cronjob(hold(start - grace, start + w.step + w.too_short), never),
            about=about,
        )


PATTERN = Pattern(
    alert="CronJobMissedSchedule",
    pack="jobs",
    level=Level.SERVICE,
    severity="warning",
    for_="5m",
    facet=SCHEDULE,
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(("CronJobNotSucceeding", "RestartJobIneffective"), same=("cronjob",)),),
    summary="CronJob ${cronjob} has not started its run, or is suspended",
    description=(
        "No run of the CronJob ${namespace}/${cronjob} has started though one was due more than ${grace} ago, or "
        "somebody has suspended it."
    ),
    runbook=Runbook(
        meaning="What the CronJob does for ${service} does not happen, and nothing fails visibly.",
        diagnosis=(
            "`kubectl -n ${namespace} get cronjob ${cronjob}`: SUSPEND, LAST SCHEDULE, ACTIVE.",
            (
                "ACTIVE is not 0 and concurrencyPolicy is Forbid: the last run hangs and keeps the next from starting; "
                "`kubectl -n ${namespace} get jobs | grep ${cronjob}-`."
            ),
            (
                "`kubectl -n ${namespace} describe cronjob ${cronjob}`: events such as FailedCreate (quota, admission) "
                "or TooManyMissedTimes."
            ),
        ),
        mitigation=(
            "Suspended by mistake: set `suspend: false` in its manifest.",
            "Delete the run that hangs.",
            "Run it now: `kubectl -n ${namespace} create job ${cronjob}-manual --from=cronjob/${cronjob}`.",
        ),
    ),
)
