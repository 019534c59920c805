"""The routing tree → a page that a person reads: in words, and drawn. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace

from alertgen.receivers import NONE
from alertgen.routing.model import (
    ALERT_LABEL,
    SEVERITY_LABEL,
    TEAM_LABEL,
    URGENCIES,
    WATCHDOG,
    InhibitRule,
    Matcher,
    Route,
    Routing,
    TimeInterval,
    TimeRange,
)
from alertgen.routing.resolve import resolve
from alertgen.routing.words import NOBODY, in_words, name, silencing, symptoms, when


def page(routing: Routing, tree: Route) -> str:
    """The page of the docs, in Markdown, without header."""
    return f"# Who is told\n\n```mermaid\n{drawing(routing, tree)}\n```\n\n```text\n{text(routing, tree)}\n```\n"


def text(routing: Routing, tree: Route) -> str:
    """Team by team: which severity is told to whom, when; then what differs, and the hours by name."""
    lines: list[str] = []
    if routing.heartbeat:
        lines.append(f"{WATCHDOG} beats to {routing.heartbeat.receiver} every {routing.heartbeat.every}")
    elif resolve(tree, {ALERT_LABEL: WATCHDOG})[0].receiver == NONE.name:
        lines.append(f"{WATCHDOG} goes nowhere: nobody is told when alerting itself is down")
    for team in routing.teams:
        lines += ["", f"team {team}"] if lines else [f"team {team}"]
        rows = [(f"{s} ({routing.severities[s]})", _told(tree, team, s)) for s in _ranked(routing)]
        rows += [(_overriding(route), in_words((route,))) for route in _subtree(tree, team) if _is_override(route)]
        width = max(len(what) for what, _ in rows)
        lines += [f"  {what:<{width}}  {who}" for what, who in rows]
    lines += ["", f"what no team owns: {tree.receiver}"]
    if routing.mutes:
        lines += ["", "muted"]
        lines += [f"  {_labels(mute.match)} during {mute.during}: {mute.reason}" for mute in routing.mutes]
    # What the catalogue says of each other is on the page of each alert.
    if asked := [rule for rule in routing.inhibit if rule.location]:
        lines += ["", "silenced"]
        lines += [f"  {symptoms(rule)} by {by}" for rule in asked for by in silencing([_unplaced(rule)])]
    if routing.intervals:
        lines += ["", "hours"]
        lines += [f"  {interval.name}: {hours_in_words(interval)}" for interval in routing.intervals]
    return "\n".join(lines)


def _ranked(routing: Routing) -> list[str]:
    return sorted(routing.severities, key=lambda s: (URGENCIES.index(routing.severities[s]), s))


def _told(tree: Route, team: str, severity: str) -> str:
    return in_words(resolve(tree, {TEAM_LABEL: team, SEVERITY_LABEL: severity}))


def _subtree(tree: Route, team: str) -> tuple[Route, ...]:
    own = (Matcher(TEAM_LABEL, "=", team),)
    return next((route.routes for route in tree.routes if route.matchers == own), ())


def _is_override(route: Route) -> bool:
    """Whether it is about one alert, whatever its severity, and not about what is muted."""
    return not route.muted_by and any(matcher.name == ALERT_LABEL for matcher in route.matchers)


def _overriding(route: Route) -> str:
    of = {matcher.name: matcher.value for matcher in route.matchers}
    alert = of.pop(ALERT_LABEL)
    return f"{alert} of {_labels(of)}" if of else alert


def _unplaced(rule: InhibitRule) -> InhibitRule:
    """A page does not change because a line of the spec has moved."""
    return replace(rule, location=None)


def _labels(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{label}={value}" for label, value in labels.items())


def hours_in_words(interval: TimeInterval) -> str:
    """`monday:friday 09:00-18:00 Europe/Berlin`, one after the other."""
    return "; ".join(_range(span) for span in interval.ranges)


def _range(span: TimeRange) -> str:
    days = (span.weekdays, span.days_of_month, span.months, span.years)
    times = tuple(f"{start}-{end}" for start, end in span.times)
    return " ".join((*(",".join(part) for part in (*days, times) if part), span.location or "UTC"))


def drawing(routing: Routing, tree: Route) -> str:
    """The whole tree as a Mermaid flowchart: alerts → teams → receivers, with what and when on the arrows."""
    receivers: dict[str, str] = {}
    teams: dict[str, str] = {}
    for team in routing.teams:
        teams[team] = _node("team", team, teams)

    def receiver(of: str) -> str:
        return receivers.setdefault(of, _node("to", of, receivers))

    edges: list[str] = []
    if routing.heartbeat:
        edges.append(_edge("alerts", WATCHDOG, receiver(routing.heartbeat.receiver)))
    for team, node in teams.items():
        edges.append(_edge("alerts", f"team {team}", node))
        arrows: dict[tuple[str, str], list[str]] = {}
        for severity in _ranked(routing):
            for route in resolve(tree, {TEAM_LABEL: team, SEVERITY_LABEL: severity}):
                arrows.setdefault((name(route), _condition(tree, route)), []).append(severity)
        for route in _subtree(tree, team):
            if _is_override(route):
                arrows.setdefault((name(route), _condition(tree, route)), []).append(_overriding(route))
        edges += [
            _edge(node, ", ".join(filter(None, (*what, condition))), receiver(who))
            for (who, condition), what in arrows.items()
        ]
    edges.append(_edge("alerts", "what no team owns", receiver(tree.receiver)))
    return "\n".join(
        (
            "flowchart LR",
            "  alerts([alerts])",
            *(f'  {node}["team {team}"]' for team, node in teams.items()),
            *(f"  {node}{'([nobody])' if who == NOBODY else f'[/{_quoted(who)}/]'}" for who, node in receivers.items()),
            *edges,
        )
    )


def _condition(tree: Route, route: Route) -> str:
    late = f"after {route.group_wait}" if route.group_wait not in {None, tree.group_wait} else ""
    return ", ".join(filter(None, (late, when(route.active, route.mute))))


def _node(kind: str, of: str, taken: Mapping[str, str]) -> str:
    """The name of a node, in letters that Mermaid takes: as what it stands for, so that a change moves no others."""
    plain = f"{kind}_{re.sub('[^a-zA-Z0-9]', '_', of)}"
    names = itertools.chain((plain,), (f"{plain}_{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken.values())


def _edge(start: str, label: str, end: str) -> str:
    return f"  {start} -->|{_quoted(label)}| {end}"


def _quoted(text: str) -> str:
    """In quotes, with what Mermaid would read as its own as entities."""
    return '"' + text.replace("#", "#35;").replace('"', "#quot;") + '"'
