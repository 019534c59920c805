"""Alerts that fire and nobody hears: without routing, and of alerting itself without a heartbeat. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from alertgen.diagnostics import Diagnostic, Location, Severity
from alertgen.estate import Estate
from alertgen.expand import Alert, Expansion
from alertgen.receivers import shown
from alertgen.routing.model import SEVERITY_LABEL, WATCHDOG, Urgency


def unheard(estate: Estate, once: Expansion, pages: Mapping[str, str], first: Location) -> Iterator[Diagnostic]:
    """What is missing for people to hear of alerts, in a spec in which nothing else is wrong.

    `once` are the alerts of the installation, `pages` names one that pages for each team that has any; `first` is a
    place for what belongs to no document.
    """
    yield from _without_heartbeat(estate, once, first)
    yield from _without_page(estate, pages)
    yield from _without_team(estate, once)


def asks_for(estate: Estate, alert: Alert) -> Urgency | None:
    """What an alert asks of its team; None where it names another receiver, or asks nothing of anybody."""
    return None if alert.settings.receiver else estate.routing.severities.get(alert.rule.labels[SEVERITY_LABEL])


def _without_heartbeat(estate: Estate, once: Expansion, first: Location) -> Iterator[Diagnostic]:
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


def _without_page(estate: Estate, pages: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Teams that own what needs somebody now, and have only said where tickets go."""
    document = estate.routing_document
    if document is None:
        return
    for name, body in document.data["routing"].get("teams", {}).items():
        if pages.get(name) and "page" not in body:
            ticket = estate.routing.teams[name].ticket.receiver
            yield Diagnostic(
                document.key("routing", "teams", name),
                "no-page",
                f"the team {shown(name)} has no page: {pages[name]} needs somebody now, and goes to {shown(ticket)} "
                "like a ticket",
                hint=f"add page: a receiver that wakes somebody; or `page: {ticket}`, if that is what you want",
                severity=Severity.WARNING,
            )


def _without_team(estate: Estate, once: Expansion) -> Iterator[Diagnostic]:
    """Alerts of the installation that go to whoever reads what no team owns, though there are teams."""
    document, site = estate.routing_document, estate.site_document
    if document is None or not estate.routing.teams or estate.site.team:
        return
    orphans = [a.rule.alert for a in once.alerts if asks_for(estate, a) in {"page", "ticket"}]
    if orphans:
        others = f" and {len(orphans) - 1} more" if orphans[1:] else ""
        start = "add team to the site" if site else "write a site document with `site: my-site` and a team"
        yield Diagnostic(
            site.key("site") if site else document.key("routing", "teams"),
            "no-site-team",
            f"no team owns the alerts that exist once per cluster: {orphans[0]}{others} only go to default, "
            f"{shown(estate.routing.default.receiver)}",
            hint=f"{start}: {' or '.join(estate.routing.teams)}",
            severity=Severity.WARNING,
        )
