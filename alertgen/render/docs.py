"""A service's alerts → the page the on-call opens: what pages whom, when, why, and what to do."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

from alertgen.expand import Alert, Expansion, fill, vocabulary
from alertgen.model import Scenario
from alertgen.quantity import Duration

Told = Callable[[Alert], str]
"""Who is told about an alert, as the routing has it."""


Silenced = Callable[[Alert], str]
"""The paragraphs on which other alerts keep an alert from being told, as `silence` makes them."""


def page(expansion: Expansion, told: Told, silenced: Silenced, scenarios: Callable[[Alert], list[Scenario]]) -> str:
    """The whole page, in Markdown, without header."""
    return "".join(
        (
            f"# {_title(expansion)}\n\n",
            _facts(expansion),
            _table(expansion, told),
            _switched_off(expansion),
            *(_section(alert, told, silenced(alert), scenarios(alert)) for alert in expansion.alerts),
        )
    )


def _title(expansion: Expansion) -> str:
    service = expansion.service
    return f"{service.name} in {service.namespace}" if service else "Alerts that exist once per cluster"


def _facts(expansion: Expansion) -> str:
    service = expansion.service
    if service is None:
        return ""
    links = [
        f"[{name}]({url})" for name, url in (("runbook", service.runbook), ("dashboard", service.dashboard)) if url
    ]
    facts = [f"{service.kind}, container `{service.container}`", f"team {service.team}", f"tier {service.tier}", *links]
    return f"{' · '.join(facts)}\n\n"


def _table(expansion: Expansion, told: Told) -> str:
    rows = "".join(
        f"| [{a.title}](#{anchor(a.title)}) | {a.settings.severity} | {told(a)} | {_delay(a)} |\n"
        for a in expansion.alerts
    )
    return f"| alert | severity | who is told | fires |\n|---|---|---|---|\n{rows}\n"


def _switched_off(expansion: Expansion) -> str:
    """What the reader would expect here and not find, with the reason."""
    rows = "".join(f"- {alert}: {settings.why}\n" for alert, settings in expansion.off.items() if settings.reason)
    return f"Switched off:\n\n{rows}\n" if rows else ""


def anchor(title: str) -> str:
    """Where a heading is found on a page, as GitHub and GitLab call it."""
    # Control characters stand for names that are put in later (see shapes): those consist of what an anchor keeps.
    return re.sub(r"[^\w\x01-\x1f -]", "", title.lower()).replace(" ", "-")


def _delay(alert: Alert) -> str:
    return f"after {alert.rule.for_}" if alert.rule.for_ else "at once"


def _section(alert: Alert, told: Told, silenced: str, scenarios: list[Scenario]) -> str:
    pattern, words = alert.pattern, vocabulary(alert.subject, alert.pattern, alert.settings)
    runbook = pattern.runbook
    return "".join(
        (
            f"## {alert.title}\n\n{fill(runbook.meaning, words)}\n\n",
            f"Severity {alert.settings.severity}: {told(alert)}.",
            f" Fires {_delay(alert)}{_stays(alert.rule.keep_firing_for)}.\n\n",
            silenced,
            _values(alert, words),
            "**Look**\n\n",
            *(f"- {fill(line, words)}\n" for line in runbook.diagnosis),
            "\n**Do**\n\n",
            *(f"- {fill(line, words)}\n" for line in runbook.mitigation),
            "\n**Proven**\n\n",
            *(f"- {scenario.name}\n" for scenario in scenarios),
            "\n",
        )
    )


def silence(causes: str) -> str:
    """The paragraph on what keeps an alert from being told; empty when nothing does."""
    return f"Nobody is told while one of these fires: {causes}.\n\n" if causes else ""


def _stays(duration: Duration) -> str:
    return f", and stays {duration} after it is over" if duration else ""


def _values(alert: Alert, words: Mapping[str, str]) -> str:
    """The parameters as they are here, with the reason where somebody gave one."""
    lines = [
        f"- {name} {words[name]}{_instead_of(field, words[name])}: {field.metadata['meaning']}\n"
        for name, field in alert.pattern.parameters().items()
    ]
    if alert.settings.reason:
        lines.append(f"- differs from the default because: {alert.settings.why}\n")
    return f"{''.join(lines)}\n" if lines else ""


def _instead_of(parameter: dataclasses.Field[Any], value: str) -> str:
    kind = parameter.metadata["quantity"]
    default = kind.show(kind.parse(parameter.metadata["default"]))
    return f" (instead of {default})" if value != default else ""
