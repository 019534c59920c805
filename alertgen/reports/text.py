"""Findings and drift for people: `file:line:column: error[code]: message`, then what to do."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import click

from alertgen.diagnostics import Diagnostic, Severity
from alertgen.golden import printable

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def diagnostics(found: Sequence[Diagnostic]) -> str:
    """Every finding with its hint and the other places that matter, then how many there are.

    A hint that the next finding has as well is said there, once for both, when both are in one file or say the same.
    """
    lines: list[str] = []
    for one, following in itertools.zip_longest(found, found[1:]):
        label = click.style(f"{one.severity}[{one.code}]", fg=_COLORS[one.severity], bold=True)
        lines.append(f"{click.style(printable(str(one.location)), bold=True)}: {label}: {printable(one.message)}")
        if following is None or not _alike(one, following):
            lines += [f"    {printable(line)}" for line in one.hint.split("\n") if line]
        lines += [f"    {place}: {why}" for place, why in one.related]
    if found:
        lines.append(summary(found))
    return "\n".join(lines)


def _alike(one: Diagnostic, other: Diagnostic) -> bool:
    together = one.location.path == other.location.path or one.message == other.message
    return together and (one.code, one.hint) == (other.code, other.hint)


def summary(found: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`."""
    counts = dict.fromkeys(Severity, 0)
    for one in found:
        counts[one.severity] += 1
    return ", ".join(count(n, severity) for severity, n in counts.items() if n)


def count(number: int, noun: str) -> str:
    """`1 service`, `2,000 services`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def diff(text: str) -> str:
    """A unified diff in the usual colours."""
    colors = {"+": "green", "-": "red", "@": "cyan"}
    return "\n".join(
        click.style(line, bold=True) if line[:3] in ("+++", "---") else click.style(line, fg=colors.get(line[:1]))
        for line in text.splitlines()
    )
