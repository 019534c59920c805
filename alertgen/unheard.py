"""Alerts that fire and nobody hears: without routing, and of alerting itself without a heartbeat. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.diagnostics import Diagnostic, Location, Severity
from alertgen.estate import Estate
from alertgen.expand import Expansion
from alertgen.routing.model import WATCHDOG


def unheard(estate: Estate, once: Expansion, first: Location) -> Iterator[Diagnostic]:
    """What is missing for people to hear of alerts, in a spec in which nothing else is wrong.

    `once` are the alerts of the installation; `first` is a place for what belongs to no document.
    """
    beats = any(alert.rule.alert == WATCHDOG for alert in once.alerts)
    document, routing = estate.routing_document, estate.routing
    if document is None:
        yield Diagnostic(
            first,
            "no-routing",
            "nobody is told about any alert: there is no routing document",
            hint="write one that says who the teams are and how they are reached; `alertgen init` writes one to start "
            "from",
            severity=Severity.WARNING,
        )
    elif routing.heartbeat and not beats:
        yield Diagnostic(
            document.key("routing", "heartbeat"),
            "no-effect",
            f"the heartbeat never beats: {WATCHDOG} is switched off",
            hint=f"drop heartbeat, or let the site keep {WATCHDOG}",
        )
    elif beats and routing.heartbeat is None and all(override.alert != WATCHDOG for override in estate.overrides):
        yield Diagnostic(
            document.key("routing"),
            "no-heartbeat",
            f"nobody is told when alerting itself is down: {WATCHDOG} goes nowhere",
            hint="add heartbeat with a receiver: a webhook of something outside that raises the alarm when it hears "
            "nothing for some minutes",
            severity=Severity.WARNING,
        )
