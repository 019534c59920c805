"""How much of the rules their tests show, for people and machines. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import click

from alertgen.coverage import FIRED, PENDING, RESOLVED, SILENT, Covered, share

_STATES = (FIRED, SILENT, PENDING, RESOLVED)
_SHOWN = 3
"""Clauses that are named of each rule; the JSON has all."""


def table(covered: Sequence[Covered]) -> str:
    """A line for each rule, by file; below it what no test notices."""
    width = max((len(one.rule.name) for one in covered), default=4)
    lines = [f"{'':<{width + 4}}{''.join(f'{state:<10}' for state in _STATES)}clauses"]
    for path, group in itertools.groupby(covered, key=lambda one: one.rule.at.path):
        lines.append(path)
        for one in group:
            lines.append(f"  {one.rule.name:<{width}}  {_states(one)}{_clauses(one)}".rstrip())
            unnoticed = [clause for clause in one.clauses if clause not in one.decisive]
            lines += [f"    line {one.rule.expr_at.line}: no test notices {clause}" for clause in unnoticed[:_SHOWN]]
            if len(unnoticed) > _SHOWN:
                lines.append(f"    and {len(unnoticed) - _SHOWN} more")
    return "\n".join([*lines, summary(covered)])


def summary(covered: Sequence[Covered]) -> str:
    """The percentage, and of what."""
    whole = sum(1 for one in covered if not one.missing)
    return f"coverage {share(covered):.1f}%: {whole:,} of {len(covered):,} rules are covered wholly"


def _states(one: Covered) -> str:
    def cell(state: str) -> str:
        if state not in one.wanted:
            return "-"
        return "yes" if state in one.shown else click.style("no", fg="red")

    # Colours have no width.
    return "".join(cell(state) + " " * (10 - len(click.unstyle(cell(state)))) for state in _STATES)


def _clauses(one: Covered) -> str:
    return f"{len(one.decisive)} of {len(one.clauses)}" if one.clauses else "-"


def as_plain(covered: Sequence[Covered]) -> dict[str, Any]:
    """Everything, for JSON."""
    return {
        "percent": round(share(covered), 2),
        "rules": [
            {
                "path": one.rule.at.path,
                "line": one.rule.at.line,
                "name": one.rule.name,
                "kind": "alert" if one.rule.alert else "record",
                **{state: state in one.shown if state in one.wanted else None for state in _STATES},
                "clauses": [{"slip": clause, "noticed": clause in one.decisive} for clause in one.clauses],
                "missing": list(one.missing),
            }
            for one in covered
        ],
    }
