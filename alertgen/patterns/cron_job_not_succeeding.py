"""A CronJob has not succeeded for too long, whatever became of its runs."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.schedules import DUE
from alertgen.metrics.jobs import CRONJOB_CREATED, CRONJOB_LAST_SUCCESS
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr, time
from alertgen.quantity import humanized_duration
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    limit = DUE.of(s).age_limit
    assert limit is not None
    per_cronjob = s.per("namespace")
    # What never succeeded has no time of its last success: it counts from its creation.
    last = per_cronjob.max(s.select(CRONJOB_LAST_SUCCESS)).or_(per_cronjob.max(s.select(CRONJOB_CREATED)))
    return time() - last > limit


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    limit = DUE.of(w).age_limit
    assert limit is not None
    about, start, lasts = w.about(), 4 * w.step, w.enough
    # The test begins at 0, in 1970: what happened at `start - limit` is too long ago after `start`.
    once, recent, long_ago = start - limit, 10**9, -10 * limit
    fire = start + w.step + w.grid(w.for_)

    def cronjob(*success: Part, created: int = long_ago) -> tuple[Series, ...]:
        return w.show(CRONJOB_LAST_SUCCESS, *success), w.show(CRONJOB_CREATED, hold(created))

    yield fires(
        "until a run succeeds again",
        *cronjob(hold(once, start + w.step + lasts), hold(recent)),
        about=about,
        since=start + w.step,
        until=start + lasts,
        value=humanized_duration(fire - once),
    )
    yield fires(
        "when it was created long ago and has never succeeded",
        w.show(CRONJOB_CREATED, hold(once)),
        about=about,
        since=start + w.step,
    )
    yield silent("before the first run of a new one", w.show(CRONJOB_CREATED, hold(recent)), about=about)
    yield silent("while the last success is recent", *cronjob(hold(recent)), about=about)
    if w.for_:
        yield brief(
            "when a run succeeds within `for`",
            *cronjob(hold(once, start + w.step + w.too_short), hold(recent)),
            about=about,
        )


PATTERN = Pattern(
    alert="CronJobNotSucceeding",
    pack="jobs",
    level=Level.SERVICE,
    severity="warning",
    for_="5m",
    facet=DUE,
    expr=expr,
    scenarios=scenarios,
    summary="CronJob ${cronjob} has not succeeded for {{ $value | humanizeDuration }}",
    description=(
        "The last success of the CronJob ${namespace}/${cronjob} (or, if it never succeeded, its creation) is "
        "{{ $value | humanizeDuration }} ago: more than ${age_limit}."
    ),
    runbook=Runbook(
        meaning="Runs fail, hang or do not start; the result that ${service} relies on is out of date.",
        diagnosis=(
            "`kubectl -n ${namespace} get cronjob ${cronjob}`: SUSPEND, LAST SCHEDULE, ACTIVE.",
            "`kubectl -n ${namespace} get jobs | grep ${cronjob}-`: do its runs fail, or not end?",
            "`kubectl -n ${namespace} logs job/JOB`: what did the last run say before it ended?",
            "No Jobs at all: suspended, or the controller cannot create them (`describe cronjob ${cronjob}`).",
        ),
        mitigation=(
            "Remove the cause.",
            "Run it now: `kubectl -n ${namespace} create job ${cronjob}-manual --from=cronjob/${cronjob}`.",
            "How long can the result be missing? Tell those who need it.",
        ),
    ),
)
