"""Prometheus has no Alertmanager to send alerts to, or loses them on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics.monitoring import ALERTMANAGERS_DISCOVERED, NOTIFICATIONS_DROPPED
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, max_over_time, rate
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("5m", "what happened within this time counts", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    per_prometheus = s.per("namespace", "pod")
    none = per_prometheus.max(max_over_time(s.select(ALERTMANAGERS_DISCOVERED), p.window)) < 1
    dropped = per_prometheus.sum(rate(s.select(NOTIFICATIONS_DROPPED), p.window)) > 0
    return none.or_(dropped)


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    about = w.about(namespace="monitoring", pod="prometheus-k8s-0")
    start, lasts = 4 * w.step, w.enough
    # Within the window, Alertmanagers that were there are remembered.
    unsettled = w.grid(p.window)

    def prometheus(*discovered: Part, dropped: tuple[Part, ...] = (hold(0),)) -> tuple[Series, ...]:
        return w.show(ALERTMANAGERS_DISCOVERED, *discovered), w.show(NOTIFICATIONS_DROPPED, *dropped)

    yield fires(
        "when it knows no Alertmanager",
        *prometheus(hold(3, start), hold(0, unsettled + lasts), hold(3)),
        about=about,
        since=start + unsettled,
        until=start + unsettled + lasts - w.step,
        early=w.step,
    )
    yield fires(
        "when alerts are lost on the way",
        *prometheus(hold(3), dropped=(hold(0, start), ramp(0, 1, lasts), hold(lasts - w.step))),
        about=about,
        since=start + w.step,
        until=w.within(start + lasts - 2 * w.step, p.window),
        slack=w.step,
    )
    yield fires(
        "when alerts are still lost after a restart",
        *prometheus(hold(3), dropped=(hold(9_000, start), ramp(0, 1))),
        about=about,
        since=start + w.step,
    )
    yield silent("while it knows one and loses nothing", *prometheus(hold(1)), about=about)
    yield silent(
        "when it comes back at another address and has yet to find one",
        w.show(ALERTMANAGERS_DISCOVERED, hold(3, start), STALE),
        w.show(ALERTMANAGERS_DISCOVERED, gap(start), hold(0, 2 * w.step), hold(3), instance="10.0.0.30:9090"),
        about=about,
    )
    yield silent(
        "when the other one of the pair has lost some",
        *prometheus(hold(1)),
        w.show(NOTIFICATIONS_DROPPED, ramp(0, 1), pod="prometheus-k8s-1"),
        about=about,
    )
    if w.for_ > p.window + 4 * w.step:
        yield brief(
            "while Alertmanager restarts within `for`",
            *prometheus(hold(3), dropped=(hold(0, start), ramp(0, 1, 3 * w.step), hold(2 * w.step))),
            about=about,
        )


PATTERN = Pattern(
    alert="PrometheusWithoutAlertmanager",
    pack="monitoring",
    level=Level.CLUSTER,
    keeps=("namespace", "pod"),
    severity="critical",
    for_="10m",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $labels.pod }} does not get its alerts to Alertmanager",
    description=(
        "Prometheus {{ $labels.namespace }}/{{ $labels.pod }} has found no Alertmanager, or lost alerts on the way to "
        "it, for ${for}. If no other Prometheus delivers this alert, only the missing heartbeat tells."
    ),
    runbook=Runbook(
        meaning="Alerts fire and nobody hears of them.",
        diagnosis=(
            "Prometheus' page Status > Runtime lists the Alertmanagers it has found.",
            "`kubectl -n {{ $labels.namespace }} logs {{ $labels.pod }} --tail=100`: refused, timed out, or TLS?",
        ),
        mitigation=(
            "Repair the alerting section, the Service or the NetworkPolicy.",
            "Restart an Alertmanager that hangs.",
        ),
    ),
)
