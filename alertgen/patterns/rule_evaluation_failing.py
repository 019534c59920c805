"""Prometheus cannot evaluate rules: the alerts in them are blind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics import PROMETHEUS
from alertgen.metrics.monitoring import RULE_FAILURES, RULE_ITERATIONS_MISSED
from alertgen.model import Scenario
from alertgen.pattern import WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, increase
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, hold, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("5m", "a failure within this time counts", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    per_group = s.per("rule_group")
    failed = per_group.sum(increase(s.select(RULE_FAILURES), p.window)) > 0
    missed = per_group.sum(increase(s.select(RULE_ITERATIONS_MISSED), p.window)) > 0
    return failed.or_(missed)


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    group = "/etc/prometheus/rules/shop-my-app.yaml;shop/my-app"
    about = w.about(rule_group=group)
    start, lasts = 4 * w.step, w.enough
    rising = ramp(0, 1, lasts)
    top = lasts - w.step
    yield fires(
        "when rules of a group fail",
        w.show(RULE_FAILURES, hold(0, start), rising, hold(top), rule_group=group),
        w.show(RULE_ITERATIONS_MISSED, hold(0), rule_group=group),
        about=about,
        since=start + w.step,
        until=w.within(start + lasts - 2 * w.step, p.window),
        slack=w.step,
    )
    yield fires(
        "when a group takes so long that evaluations are missed",
        w.show(RULE_FAILURES, hold(0), rule_group=group),
        w.show(RULE_ITERATIONS_MISSED, hold(0, start), rising, hold(top), rule_group=group),
        about=about,
        since=start + w.step,
        until=w.within(start + lasts - 2 * w.step, p.window),
        slack=w.step,
    )
    for metric, what in ((RULE_FAILURES, "rules still fail"), (RULE_ITERATIONS_MISSED, "evaluations are still missed")):
        yield fires(
            f"when {what} after a restart",
            w.show(metric, hold(9_000, start), ramp(0, 1), rule_group=group),
            about=about,
            since=start + w.step,
        )
    yield silent(
        "when rules failed some time ago",
        w.show(RULE_FAILURES, hold(50), rule_group=group),
        w.show(RULE_ITERATIONS_MISSED, hold(50), rule_group=group),
        w.stranger(PROMETHEUS).show(RULE_ITERATIONS_MISSED, ramp(0, 1), rule_group=group),
        about=about,
    )
    if w.for_ > p.window + 4 * w.step:
        for metric, what in ((RULE_FAILURES, "failure"), (RULE_ITERATIONS_MISSED, "evaluation that was missed")):
            yield brief(
                f"for a single {what}",
                w.show(metric, hold(0, w.grid(p.window) + start), hold(1), rule_group=group),
                about=about,
            )


PATTERN = Pattern(
    alert="RuleEvaluationFailing",
    pack="monitoring",
    level=Level.CLUSTER,
    keeps=("rule_group",),
    severity="critical",
    for_="15m",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="Prometheus cannot evaluate {{ $labels.rule_group }}",
    description=(
        "Rules of {{ $labels.rule_group }} have failed, or were not evaluated in time, for ${for}. Their alerts "
        "cannot fire."
    ),
    runbook=Runbook(
        meaning="Alerts in this group are blind, and nothing else would say so.",
        diagnosis=(
            "Prometheus' page Status > Rules shows the error beside each rule.",
            "`duplicate series` is a join with an exporter that runs twice; `too many samples` is too wide a query.",
            "`prometheus_rule_group_last_duration_seconds` near the group's interval: the group is too slow.",
        ),
        mitigation=("Repair or remove the rule.", "Split the group, or give Prometheus more CPU."),
    ),
)
