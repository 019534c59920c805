"""Slips that no test notices, for people and machines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alertgen.mutation import Fate, Outcome, score


def table(outcomes: Sequence[Outcome]) -> str:
    """A line for each slip that went unnoticed, by rule, with the line of the expression; then the score."""
    lines: list[str] = []
    for outcome in outcomes:
        if outcome.fate is Fate.SURVIVED:
            rule = outcome.rule
            lines.append(f"{rule.expr_at.path}:{rule.expr_at.line}: {rule.name}: {outcome.mutant.change}")
    untested = dict.fromkeys(outcome.rule for outcome in outcomes if outcome.fate is Fate.UNTESTED)
    lines += [f"{rule.at.path}:{rule.at.line}: {rule.name}: no test reads this rule" for rule in untested]
    fates = [outcome.fate for outcome in outcomes]
    counts = ", ".join(f"{fates.count(fate):,} {fate}" for fate in Fate if fate in fates)
    share = score(outcomes)
    told = "no score, for the rules' own tests fail or there was no time" if share is None else f"score {share:.1f}%"
    return "\n".join([*lines, f"{told}: {counts or 'no slips'}"])


def as_plain(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Every slip and what became of it, for JSON."""
    share = score(outcomes)
    return {
        "score": None if share is None else round(share, 2),
        "mutants": [
            {
                "path": o.rule.expr_at.path,
                "line": o.rule.expr_at.line,
                "rule": o.rule.name,
                "operator": str(o.mutant.operator),
                "change": o.mutant.change,
                "expr": o.mutant.rule.expr,
                "fate": str(o.fate),
            }
            for o in outcomes
        ],
    }
