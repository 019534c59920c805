"""How many slips in rules the tests notice. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from alertgen.mutants import Mutant
from alertgen.rulefile import Rule


class Fate(StrEnum):
    """What became of a slip."""

    KILLED = "killed"
    """A test failed."""
    SURVIVED = "survived"
    """No test failed."""
    UNTESTED = "untested"
    """No test reads the rule."""
    UNKNOWN = "unknown"
    """The rule's own tests fail, or there was no time."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One slip and what became of it."""

    rule: Rule
    mutant: Mutant
    fate: Fate


def score(outcomes: Iterable[Outcome]) -> float | None:
    """The share of slips that were noticed, in percent, of those of which it is known.

    Without any slip it is all; when nothing is known of any there is none: a run without time proves nothing.
    """
    fates = [outcome.fate for outcome in outcomes]
    known = len(fates) - fates.count(Fate.UNKNOWN)
    return 100 * fates.count(Fate.KILLED) / known if known else None if fates else 100.0
