"""Saying how golden/ differs from what the spec stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import click

from alertgen import golden
from alertgen.commands._output import print_findings
from alertgen.diagnostics import Diagnostic, Location

REPAIR = "run `alertgen build` and commit what it writes"
"""What to do about it."""


def drifted(out: str, drift: golden.Drift) -> Diagnostic:
    """One file that differs, as a finding."""
    place = Location(f"{out}/{drift.path}", 1, 1)
    if drift.kind in (golden.Kind.FOREIGN, golden.Kind.CLASHING):
        return Diagnostic(place, "not-ours", drift.reason, hint=f"{out}/ belongs to alertgen: move it elsewhere")
    return Diagnostic(place, "stale", f"is {drift.kind}", hint=REPAIR)


def print_drifts(out: str, drifts: Sequence[golden.Drift], style: str) -> None:
    """Every file that differs, how many there are, and what to do about it."""
    found = [drifted(out, drift) for drift in drifts]
    if style == "text":
        found = [replace(one, hint="") if one.hint == REPAIR else one for one in found]
    print_findings(found, style)
    click.echo(f"{drift_summary(out, drifts)}\n{REPAIR}", err=True)


def drift_summary(out: str, drifts: Sequence[golden.Drift]) -> str:
    """All of them in a line."""
    if not drifts:
        return f"{out}/ is what `alertgen build` writes"
    kinds = [drift.kind for drift in drifts]
    parts = [f"{kinds.count(kind):,} {kind}" for kind in golden.Kind if kind in kinds]
    return f"{out}/ is stale: {', '.join(parts)}"
