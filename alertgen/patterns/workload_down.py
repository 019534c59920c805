"""No pod of the service can serve."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.metrics import Metric
from alertgen.model import Scenario, Series
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook, Symptoms
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.workload import REPLICAS, WITHOUT_PODS
from alertgen.world import World, brief, fires, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    replicas = REPLICAS[s.service.kind]
    wanted = s.per_workload.max(s.select(replicas.wanted))
    available = s.per_workload.max(s.select(replicas.available))
    return available.equals(0).and_(wanted > 0)


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    replicas = REPLICAS[w.subject.service.kind]
    start, lasts = 4 * w.step, w.enough

    def show(metric: Metric, *values: tuple[int, int | None]) -> Series:
        return w.show(metric, *(hold(value, seconds) for value, seconds in values))

    yield fires(
        "when no replica is available",
        show(replicas.wanted, (3, None)),
        show(replicas.available, (3, start), (0, lasts), (1, None)),
        about=w.about(),
        since=start,
        until=start + lasts - w.step,
        value="0",
    )
    yield silent(
        "while one replica is left",
        show(replicas.wanted, (3, None)),
        show(replicas.available, (1, None)),
        about=w.about(),
    )
    yield silent(
        "when it is scaled to zero on purpose",
        show(replicas.wanted, (3, start), (0, None)),
        show(replicas.available, (3, start), (0, None)),
        about=w.about(),
    )
    if w.for_:
        yield brief(
            "while a rollout replaces the only pod within `for`",
            show(replicas.wanted, (1, None)),
            show(replicas.available, (1, start), (0, w.too_short), (1, None)),
            about=w.about(),
        )


PATTERN = Pattern(
    alert="WorkloadDown",
    pack="availability",
    level=Level.WORKLOAD,
    severity="critical",
    for_="2m",
    kinds=LONG_RUNNING,
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(WITHOUT_PODS),),
    summary="${service} is down: no pod is available",
    description="${kind} ${namespace}/${service} has had no available pod for ${for}, although it should have some.",
    runbook=Runbook(
        meaning="A full outage: no pod can serve.",
        diagnosis=(
            "`kubectl -n ${namespace} get ${workload}` and `kubectl -n ${namespace} get pods`: are there pods at all?",
            "Pending pods lack room; crashing ones have logs: `kubectl -n ${namespace} logs ${workload} --previous`.",
            "What changed last: a rollout, a node pool, a secret?",
        ),
        mitigation=(
            "Roll back: `kubectl -n ${namespace} rollout undo ${workload}`.",
            "Free or add capacity when pods cannot be placed.",
        ),
    ),
)
