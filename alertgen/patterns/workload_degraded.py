"""Fewer pods are available than the service was promised."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.replicas import replicas as promised
from alertgen.metrics import DEPLOYMENT_MAX_UNAVAILABLE, KSM
from alertgen.model import Kind, Scenario, Series
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr, operand
from alertgen.subject import Subject
from alertgen.workload import REPLICAS, rollout, shown_rollout
from alertgen.world import World, brief, fires, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    replicas = REPLICAS[s.service.kind]
    wanted = s.per_workload.max(s.select(replicas.wanted))
    available = s.per_workload.max(s.select(replicas.available))
    missing = wanted - available
    rolling = rollout(s)
    if rolling is None:
        # What a healthy rolling update takes away stays within maxUnavailable; `Recreate` has no such series.
        allowed = s.per_workload.max(s.select(DEPLOYMENT_MAX_UNAVAILABLE)).or_(wanted * 0)
        degraded = missing > allowed
    else:
        degraded = (missing > 0).unless(rolling)
    least = promised(s.service).min
    if least is None:
        return degraded
    return degraded.or_((operand(least) - available > 0).and_(wanted > 0))


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    kind, least = w.subject.service.kind, promised(w.subject.service).min
    replicas = REPLICAS[kind]
    # Below `replicas.min`, the alert fires whatever else is true: what is lost leaves as many.
    wanted = 4 if least is None else max(4, least + 2)
    start, lasts = 4 * w.step, w.enough

    def workload(
        *available: tuple[int, int | None],
        wanted: int = wanted,
        max_unavailable: int | None = 1,
        updated: int | None = None,
        created: int | None = None,
        between: bool = False,
    ) -> tuple[Series, ...]:
        """By default every pod there is is of the newest version, and no version before it is left."""
        pods = [hold(value, seconds) for value, seconds in available]
        shown = (w.show(replicas.wanted, hold(wanted)), w.show(replicas.available, *pods))
        if replicas.updated is None:
            limit = () if max_unavailable is None else (w.show(DEPLOYMENT_MAX_UNAVAILABLE, hold(max_unavailable)),)
            return (*shown, *limit)
        there = pods if created is None else [hold(created)]
        return (*shown, *shown_rollout(w, there if updated is None else [hold(updated)], there, between=between))

    lost = 2 if kind is Kind.DEPLOYMENT else 1
    yield fires(
        "when more pods are missing than a rollout may take away",
        *workload((wanted, start), (wanted - lost, lasts), (wanted, None)),
        about=w.about(),
        since=start,
        until=start + lasts - w.step,
        value=str(lost),
    )
    theirs = w.stranger(KSM).show(replicas.wanted, hold(2 * wanted))
    yield silent("when all pods are available", *workload((wanted, None)), theirs, about=w.about())
    if kind is Kind.DEPLOYMENT:
        if least is None:
            yield silent(
                "while a rolling update takes away what it may",
                *workload((wanted - 2, None), max_unavailable=2),
                about=w.about(),
            )
        yield fires(
            "when a single pod is missing and the strategy is Recreate",
            *workload((wanted, start), (wanted - 1, None), max_unavailable=None),
            about=w.about(),
            since=start,
        )
    else:
        yield silent(
            "while a rolling update replaces one pod after the other",
            *workload((wanted - 1, None), updated=1, created=wanted, between=True),
            about=w.about(),
        )
        yield silent(
            "while a rolling update has deleted a pod and not created its successor",
            *workload((wanted - 1, None), updated=wanted - 2, created=wanted - 1, between=True),
            about=w.about(),
        )
    if kind is Kind.STATEFUL_SET:
        yield fires(
            "when a pod does not terminate: it is of no version, and there is no other one",
            *workload((wanted, start), (wanted - 1, None), updated=wanted - 1, created=wanted),
            about=w.about(),
            since=start,
        )
        yield fires(
            "when a pod is missing after an update with OnDelete, which is never said to be over",
            *workload((wanted, start), (wanted - 1, None), between=True),
            about=w.about(),
            since=start,
        )
    if least is not None:
        yield fires(
            "when fewer pods are available than `replicas.min`, whatever the autoscaler wants",
            *workload((least, start), (least - 1, None), wanted=least, max_unavailable=least, updated=0, between=True),
            about=w.about(),
            since=start,
            value="1",
        )
        yield fires(
            "when the autoscaler wants a single pod and has none, whatever a rollout may take away",
            *workload((least, start), (0, None), wanted=1, max_unavailable=1, updated=0, created=1, between=True),
            about=w.about(),
            since=start,
        )
        yield silent(
            "at `replicas.min`",
            *workload((least, None), wanted=least + 1, updated=1, created=least + 1, between=True),
            about=w.about(),
        )
        yield silent(
            "when it is scaled to zero on purpose",
            *workload((0, None), wanted=0),
            theirs,
            about=w.about(),
        )
    if w.for_:
        yield brief(
            "while the autoscaler's new pods start within `for`",
            *workload((wanted, start), (wanted - lost, w.too_short), (wanted, None)),
            about=w.about(),
        )


PATTERN = Pattern(
    alert="WorkloadDegraded",
    pack="availability",
    level=Level.WORKLOAD,
    severity="warning",
    for_="10m",
    keep_firing_for="5m",
    kinds=LONG_RUNNING,
    reads=("replicas",),
    expr=expr,
    scenarios=scenarios,
    summary="${service} has fewer pods than it should",
    description=(
        "${kind} ${namespace}/${service} has been short of available pods for ${for}, now by {{ $value | humanize }}: "
        "by more than a rolling update takes away, or below its `replicas.min`. Capacity and redundancy are reduced."
    ),
    runbook=Runbook(
        meaning="Capacity and redundancy are reduced; the next failure may be an outage.",
        diagnosis=(
            "`kubectl -n ${namespace} get pods`: which pods are missing, pending or not ready, and since when?",
            "`kubectl -n ${namespace} describe ${workload}`: events, quota, PodDisruptionBudget.",
            "Only during rollouts? Then `replicas.min` is as high as its replicas: say less, or roll out one by one.",
        ),
        mitigation=("Repair or delete the failing pods.", "Free or add capacity; raise the quota."),
    ),
)
