"""What `explain` and `patterns` print: one alert or one service, as a person reads it. Pure."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping

from alertgen import inhibition
from alertgen.example import asking_for, example
from alertgen.expand import Alert, Expansion, expand_with_defaults, fill, vocabulary
from alertgen.pattern import Pattern
from alertgen.profiles import PROFILES
from alertgen.render.prometheus import formatted
from alertgen.schema_words import in_yaml
from alertgen.testgen.situations import scenarios


def catalogue(patterns: Mapping[str, Pattern]) -> str:
    """A line for each pattern, by pack."""
    lines: list[str] = []
    width = max(map(len, patterns))
    for pack, group in itertools.groupby(sorted(patterns.values(), key=lambda p: (p.pack, p.alert)), lambda p: p.pack):
        lines += [*([""] if lines else []), pack]
        lines += [f"  {p.alert:<{width}} {p.severity:<9} {scope(p)}" for p in group]
    return "\n".join(lines)


def scope(pattern: Pattern) -> str:
    """Who has the alert: kinds of workloads, what they must have, and whether they must ask."""
    who = ["once per cluster"] if pattern.once_per_cluster else [", ".join(pattern.kinds)]
    who += [f"needs {pattern.facet.text.replace('`', '')}"] if pattern.facet else []
    who += [] if pattern.enabled else ["only when asked for"]
    return "; ".join(who)


def pattern_page(pattern: Pattern, patterns: Mapping[str, Pattern]) -> str:
    """One pattern among others: meaning, parameters, expression, scenarios, runbook, for a service called my-app."""
    expansion, alert = shown(pattern)
    words = vocabulary(alert.subject, pattern, alert.settings)
    return "\n".join(
        (
            f"{pattern.alert} ({pattern.pack}, {pattern.severity}, {scope(pattern)})",
            "",
            fill(pattern.runbook.meaning, words),
            "",
            *(line for document, keys in asked_for(pattern) for line in _asked(document, keys)),
            "parameters",
            *(f"  {name:<16} {default:<8} {meaning}" for name, default, meaning in pattern.settings()),
            "",
            "expression, for the service my-app in the namespace shop",
            *_indented(formatted(alert.rule)),
            "",
            "proven",
            *(f"  {s.name}" for s in scenarios(expansion, alert)),
            "",
            *_silence("silences, unless more urgent", ((n, g.same) for g in pattern.silences for n in g.alerts)),
            *_silence("is silenced by", silencing(pattern, patterns, expansion)),
            "look",
            *(f"  {fill(line, words)}" for line in pattern.runbook.diagnosis),
            "do",
            *(f"  {fill(line, words)}" for line in pattern.runbook.mitigation),
        )
    )


def shown(pattern: Pattern) -> tuple[Expansion, Alert]:
    """The alert of an example service that has it, and all of that service."""
    switched_on = dataclasses.replace(pattern, enabled=True)
    expansion = expand_with_defaults(*example(pattern), {pattern.alert: switched_on})
    return expansion, expansion.alerts[0]


def asked_for(pattern: Pattern) -> Iterator[tuple[str, list[str]]]:
    """What to write into which document to have the alert, as YAML; nothing for one that is there anyway."""
    for document, keys in zip(("the service's", "the site's"), asking_for(pattern), strict=True):
        if keys:
            yield document, [f"{key}: {in_yaml(value)}" for key, value in keys.items()]


def _asked(document: str, lines: Iterable[str]) -> Iterator[str]:
    return iter((f"to have it, say in {document} document", *(f"  {line}" for line in lines), ""))


def silencing(
    pattern: Pattern, patterns: Mapping[str, Pattern], expansion: Expansion
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Who declares that it silences the pattern's alert, and what must be the same."""
    for other in patterns.values():
        yield from ((other.alert, group.same) for group in other.silences if pattern.alert in group.alerts)
        if other.blinds and other is not pattern and pattern.alert in inhibition.blind(expansion, other.blinds):
            yield other.alert, ()


def _silence(title: str, alerts: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    said = inhibition.in_words(alerts)
    if said:
        yield from (title, *(f"  {part}" for part in said.split("; ")), "")


def service_page(expansion: Expansion, told: Mapping[str, str]) -> str:
    """A service's alerts in a line each, after what its profile stands for."""
    profile = expansion.service.profile if expansion.service else ""
    rows = [
        (a.title, a.settings.severity, f"after {a.rule.for_}" if a.rule.for_ else "at once", told[a.title])
        for a in expansion.alerts
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    return "\n".join(
        (
            f"{expansion.namespace}/{expansion.name}: {len(rows)} alerts",
            *(f"  profile {profile} says {key}: {json.dumps(v)}" for key, v in PROFILES.get(profile, {}).items()),
            *(
                f"  {a:<{widths[0]}}  {s:<{widths[1]}}  {f:<{widths[2]}}  tells {t}"
                for a, s, f, t in rows
            ),
        )
    )  # fmt: skip


def alert_page(expansion: Expansion, alert: Alert, told: str) -> str:
    """One alert of one service: every value and where it comes from, the rule, the proof, and who is told."""
    settings = alert.settings
    words = vocabulary(alert.subject, alert.pattern, settings)
    values = {
        "severity": settings.severity,
        "for": str(settings.for_),
        "keep_firing_for": str(settings.keep_firing_for),
        **{name: words[name] for name in alert.pattern.parameters()},
    }
    origins = {"for": "for_"}
    return "\n".join(
        (
            f"{alert.title} of {expansion.namespace}/{expansion.name}",
            f"  {fill(alert.pattern.runbook.meaning, words)}",
            "",
            *(
                f"  {name:<16} {value:<10} {settings.origins[origins.get(name, name)]}"
                for name, value in values.items()
            ),
            *([f"  {'reason':<16} {settings.reason}"] if settings.reason else []),
            *([f"  {'expires':<16} {settings.expires}"] if settings.expires else []),
            "",
            "labels",
            *(f"  {k}: {v}" for k, v in alert.rule.labels.items()),
            "expression",
            *_indented(formatted(alert.rule)),
            "proven",
            *(f"  {s.name}" for s in scenarios(expansion, alert)),
            "who is told",
            f"  {told}",
        )
    )


def off_page(expansion: Expansion, alert: str) -> str:
    """An alert that the service could have and has not: who says so, and why."""
    settings = expansion.off[alert]
    origin = settings.origins["enabled"]
    who = f"{expansion.namespace}/{expansion.name}"
    if origin.location is None:
        return f"{alert} of {who} is off unless asked for: say `enabled: true`"
    return f"{alert} of {who} is switched off by {origin}: {settings.why or 'no reason given'}"


def _indented(text: str) -> Iterator[str]:
    return (f"  {line}" for line in text.splitlines())
