"""A new version does not become ready; old pods may still serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics import DEPLOYMENT_CONDITION, KSM
from alertgen.model import Kind, Scenario, Series
from alertgen.pattern import LONG_RUNNING, WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, over
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.workload import REPLICAS, rollout, shown_rollout
from alertgen.world import World, fires, gap, hold, silent


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("15m", "a StatefulSet or DaemonSet that updates no pod for so long is stuck", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    replicas = REPLICAS[s.service.kind]
    generation = s.per_workload.max(s.select(replicas.generation))
    unseen = generation.differs(s.per_workload.max(s.select(replicas.observed)))
    behind = rollout(s)
    if behind is None or replicas.updated is None:
        failed = s.select(DEPLOYMENT_CONDITION, condition="Progressing", status="false")
        return s.per_workload.max(failed).equals(1).or_(unseen)
    moving = s.per_workload.max(over("changes", s.select(replicas.updated), p.window)) > 0
    return behind.unless(moving).or_(unseen)


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    replicas = REPLICAS[w.subject.service.kind]
    start, lasts = 4 * w.step, w.enough

    def generations(*observed: tuple[int, int | None]) -> tuple[Series, ...]:
        return (
            w.show(replicas.generation, hold(7)),
            w.show(replicas.observed, *(hold(value, seconds) for value, seconds in observed)),
        )

    seen = (*generations((7, None)), w.stranger(KSM).show(replicas.generation, hold(9)))
    if w.subject.service.kind is Kind.DEPLOYMENT:

        def progressing(*false: tuple[int, int | None]) -> tuple[Series, ...]:
            yes = tuple(hold(1 - value, seconds) for value, seconds in false)
            no = tuple(hold(value, seconds) for value, seconds in false)
            return (
                w.show(DEPLOYMENT_CONDITION, *no, condition="Progressing", status="false"),
                w.show(DEPLOYMENT_CONDITION, *yes, condition="Progressing", status="true"),
                w.show(DEPLOYMENT_CONDITION, hold(1), condition="Available", status="true"),
            )

        yield fires(
            "when the Deployment gave up: its progress deadline has passed",
            *progressing((0, start), (1, lasts), (0, None)),
            *seen,
            about=w.about(),
            since=start,
            until=start + lasts - w.step,
            value="1",
        )
        yield silent("while the rollout makes progress", *progressing((0, None)), *seen, about=w.about())
        yield silent(
            "while too few pods are available but the rollout goes on",
            w.show(DEPLOYMENT_CONDITION, hold(1), condition="Available", status="false"),
            *progressing((0, None))[:2],
            *seen,
            about=w.about(),
        )
    else:
        assert replicas.updated is not None
        # The last change was at `start`, so the condition begins when that has left the window.
        stuck = start + w.grid(p.window)
        progress = [hold(5, start), hold(2, stuck - start + lasts), hold(5)]
        yield fires(
            "when no pod is updated any more and some are left",
            *shown_rollout(w, progress, [hold(5)], between=True),
            *seen,
            about=w.about(),
            since=stuck,
            until=stuck + lasts - w.step,
            early=w.step,
            value="2",
        )
        slow = max(w.step, p.window // 2 // w.step * w.step)
        count = 2 * (w.for_ + p.window) // slow + 4
        yield silent(
            "while one pod after the other is updated",
            *shown_rollout(
                w,
                [hold(count + 2, start), *(hold(i, slow) for i in range(count)), hold(count + 2)],
                [hold(count + 2)],
                between=True,
            ),
            *seen,
            about=w.about(),
        )
        yield fires(
            "when no pod was ever updated, whatever another exporter shows",
            *shown_rollout(w, [hold(0)], [gap(start), hold(5)], between=True),
            w.stranger(KSM).show(replicas.updated, hold(5)),
            *seen,
            about=w.about(),
            since=start,
        )
        yield silent(
            "when all pods are of the newest version",
            *shown_rollout(w, [hold(5)], [hold(5)], between=False),
            *seen,
            about=w.about(),
        )
        yield silent(
            "when a pod is missing and all there are have the newest version",
            w.show(replicas.wanted, hold(5)),
            *shown_rollout(w, [hold(4)], [hold(4)], between=True),
            *seen,
            about=w.about(),
        )
    if w.subject.service.kind is Kind.STATEFUL_SET:
        yield silent(
            "when a pod does not terminate: it is of no version, and there is no other one",
            *shown_rollout(w, [hold(4)], [hold(5)], between=False),
            *seen,
            about=w.about(),
        )
    yield fires(
        "when the controller never saw the newest specification",
        *generations((7, start), (6, None)),
        about=w.about(),
        since=start,
    )


PATTERN = Pattern(
    alert="RolloutStuck",
    pack="availability",
    level=Level.WORKLOAD,
    severity="warning",
    for_="5m",
    kinds=LONG_RUNNING,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="The rollout of ${service} is stuck",
    description=(
        "The new version of ${kind} ${namespace}/${service} does not become ready, or its controller does not act on "
        "the newest specification. Old pods may still serve."
    ),
    runbook=Runbook(
        meaning="A new version never became ready. Users still get the old one, and the next change waits behind it.",
        diagnosis=(
            "`kubectl -n ${namespace} rollout status ${workload}`; then describe and logs of the newest pods.",
            "A StatefulSet with a partition, or OnDelete: then the update waits for you, and nothing is stuck.",
            "Quota, admission webhooks and missing node capacity stop new pods from being created.",
        ),
        mitigation=("`kubectl -n ${namespace} rollout undo ${workload}`.",),
    ),
)
