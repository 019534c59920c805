"""Saying how golden/ differs from what the spec stands for."""

from __future__ import annotations

from collections.abc import Sequence

from alertgen import golden
from alertgen.diagnostics import Diagnostic, Location

REPAIR = "run `alertgen build` and commit what it writes"
"""What to do about it."""


def drifted(out: str, drift: golden.Drift) -> Diagnostic:
    """One file that differs, as a finding."""
    place = Location(f"{out}/{drift.path}", 1, 1)
    if drift.kind in (golden.Kind.FOREIGN, golden.Kind.CLASHING):
        return Diagnostic(place, "not-ours", drift.reason, hint=f"{out}/ belongs to alertgen: move it elsewhere")
    return Diagnostic(place, "stale", f"is {drift.kind}", hint=REPAIR)


def drift_summary(out: str, drifts: Sequence[golden.Drift]) -> str:
    """All of them in a line."""
    if not drifts:
        return f"{out}/ is what `alertgen build` writes"
    kinds = [drift.kind for drift in drifts]
    parts = [f"{kinds.count(kind):,} {kind}" for kind in golden.Kind if kind in kinds]
    return f"{out}/ is stale: {', '.join(parts)}"
