"""Alertmanager cannot get through to a receiver: somebody is not told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.metrics.monitoring import NOTIFICATIONS, NOTIFICATIONS_FAILED
from alertgen.model import Scenario, Series
from alertgen.pattern import SHARE, WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, rate
from alertgen.quantity import Duration, humanized_percentage
from alertgen.subject import Subject
from alertgen.world import STALE, World, below, brief, fires, gap, ramp, share_above, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("1%", "more than this share of the notifications failed", SHARE)
    window: Duration = param("15m", "what the share is taken over", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    # Failures are counted per reason: only the sums can be divided.
    per_integration = s.per("integration")
    failed = per_integration.sum(rate(s.select(NOTIFICATIONS_FAILED), p.window))
    return failed / per_integration.sum(rate(s.select(NOTIFICATIONS), p.window)) > p.threshold


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    start, lasts = 4 * w.step, w.enough
    about = w.about(integration="slack")
    each_second = 100
    too_many = share_above(p.threshold)

    def notifications(
        share: Decimal, seconds: int | None = None, integration: str = "slack", **labels: str
    ) -> tuple[Series, ...]:
        end = (STALE,) if seconds else ()
        failed = (gap(start), ramp(0, share * each_second / 2, seconds), *end)
        return (
            w.show(NOTIFICATIONS, gap(start), ramp(0, each_second, seconds), *end, integration=integration, **labels),
            w.show(NOTIFICATIONS_FAILED, *failed, integration=integration, **labels),
            w.show(NOTIFICATIONS_FAILED, *failed, integration=integration, reason="serverError", **labels),
        )

    yield fires(
        "when too many notifications fail",
        *notifications(too_many, lasts),
        about=about,
        since=start + w.step,
        until=w.within(start + lasts - 2 * w.step, p.window),
        slack=w.step,
        value=humanized_percentage(share_above(p.threshold)),
    )
    yield silent("below the threshold", *notifications(below(p.threshold)), about=about)
    yield silent(
        "when another integration fails",
        *notifications(Decimal(0)),
        *notifications(Decimal(1), integration="email"),
        about=about,
    )
    yield silent(
        "when few fail of all that the members of the cluster send",
        *notifications(Decimal(0)),
        *notifications(min(2 * below(p.threshold), Decimal(1)), instance="10.0.0.25:9093"),
        about=about,
    )
    if w.for_ > p.window + 4 * w.step:
        yield brief("for an outage shorter than `for`", *notifications(too_many, 3 * w.step), about=about)


PATTERN = Pattern(
    alert="AlertmanagerNotificationsFailing",
    pack="monitoring",
    level=Level.CLUSTER,
    keeps=("integration",),
    severity="critical",
    for_="5m",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="{{ $value | humanizePercentage }} of the notifications by {{ $labels.integration }} fail",
    description=(
        "Alertmanager could not deliver more than ${threshold} of its notifications by {{ $labels.integration }} over "
        "${window}, for ${for}. Somebody is not told about other alerts."
    ),
    runbook=Runbook(
        meaning="Receivers of this integration do not hear of alerts.",
        diagnosis=(
            "`kubectl -n monitoring logs -l app.kubernetes.io/name=alertmanager --tail=100`: status code?",
            "`sum by (integration, reason) (rate(alertmanager_notifications_failed_total[15m]))`",
        ),
        mitigation=(
            "Renew the token or the URL in the receiver's file.",
            "Send these alerts elsewhere meanwhile.",
        ),
    ),
)
