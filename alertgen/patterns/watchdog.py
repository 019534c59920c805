"""The dead man's switch: fires always, so that silence means the alerting itself is broken."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.metrics import KSM_UP
from alertgen.model import Scenario
from alertgen.pattern import Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr, vector
from alertgen.subject import Subject
from alertgen.world import World, fires, hold


def expr(_s: Subject, _p: NoParams) -> Expr:
    return vector(1)


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    yield fires("always", w.show(KSM_UP, hold(1)), about={}, since=0, value="1")


PATTERN = Pattern(
    alert="Watchdog",
    pack="meta",
    level=Level.CLUSTER,
    severity="none",
    for_="0s",
    expr=expr,
    scenarios=scenarios,
    summary="Alerting works",
    description=(
        "This alert always fires. A heartbeat receiver outside the cluster expects it and raises the alarm without it."
    ),
    runbook=Runbook(
        meaning="Nothing is wrong while this fires. When the heartbeat receiver misses it, nobody is being alerted.",
        diagnosis=(
            "Is Prometheus up and evaluating rules? Is Alertmanager up and reachable from it?",
            "Does the heartbeat receiver get notifications (Alertmanager's log)?",
        ),
        mitigation=("Bring Prometheus and Alertmanager back; until then, watch the dashboards.",),
    ),
)
