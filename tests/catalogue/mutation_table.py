"""How many slips in each rule its tests notice, as a page of the docs: written, and read back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from slips import Slip, entry, excuse, is_equivalent
from survivors import SURVIVORS

ENOUGH = 0.98
"""The share of the slips that a test must notice, but for those that no data can tell from the right rule."""

_HEAD = """\
# What the generated tests notice

Tests that pass prove little unless they fail when a rule is wrong. So every rule of the catalogue is broken in every
small way there is: each threshold, factor, window, function, operator, matcher, label and `for`, one at a time, for
every kind of workload, for pods found by name and by owner, in one cluster and in several. Each broken rule runs with
the real promtool, and a generated test must fail. `make mutants-all` does that and writes this page.

No data can tell an *equivalent* rule from the right one. *Allowed* is what a test could notice and none does, for a
reason, below. The share is what is noticed of all that are not equivalent.

| rule | broken | equivalent | allowed | noticed | share |
|---|--:|--:|--:|--:|--:|
"""


@dataclass(frozen=True, slots=True)
class Row:
    """How many slips there are in the rules of a name, how many are equivalent, and how many may go unnoticed."""

    slips: int
    equivalent: int
    allowed: int

    @classmethod
    def of(cls, slips: Iterable[Slip]) -> Row:
        """What is expected of these slips."""
        found = list(slips)
        excused = [slip for slip in found if excuse(slip)]
        same = sum(map(is_equivalent, excused))
        return cls(len(found), same, len(excused) - same)

    @classmethod
    def sum(cls, rows: Iterable[Row]) -> Row:
        """All of them together."""
        found = list(rows)
        return cls(sum(r.slips for r in found), sum(r.equivalent for r in found), sum(r.allowed for r in found))

    @property
    def noticed(self) -> int:
        """By a test that fails."""
        return self.slips - self.equivalent - self.allowed

    @property
    def share(self) -> float:
        """Of those that a test could notice."""
        return self.noticed / max(1, self.slips - self.equivalent)


def page(rows: Mapping[str, Row]) -> str:
    """The page, with a row for each rule that was tried."""
    lines = [_line(name, row) for name, row in sorted(rows.items())]
    lines.append(_line("**all**", Row.sum(rows.values())))
    return f"{_HEAD}{''.join(lines)}\n## Allowed\n\n{''.join(_allowed())}"


def _line(name: str, row: Row) -> str:
    cells = (name, f"{row.slips:,}", f"{row.equivalent:,}", f"{row.allowed:,}", f"{row.noticed:,}", f"{row.share:.1%}")
    return f"| {' | '.join(cells)} |\n"


def _allowed() -> Iterable[str]:
    for survivor in sorted(SURVIVORS, key=lambda s: s.alert):
        if not survivor.equivalent:
            yield f"- {survivor.alert}, {', '.join(f'`{c}`' for c in survivor.changes)}: {survivor.reason}.\n"


def read(text: str) -> dict[str, Row]:
    """The rows of a page."""
    cells = re.findall(r"^\| ([\w:]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|", text, re.MULTILINE)
    return {name: Row(*(int(number.replace(",", "")) for number in numbers)) for name, *numbers in cells}


def stale(rows: Mapping[str, Row], slips: Mapping[str, list[Slip]]) -> list[str]:
    """The rules whose row is missing, or of a catalogue that has changed since."""
    return [name for name, own in slips.items() if rows.get(name) != Row.of(own)]


def idle(slips: Iterable[Slip]) -> list[str]:
    """Entries of SURVIVORS that excuse nothing."""
    used = [entry(slip) for slip in slips]
    return [f"{s.alert}: {s.changes}" for s in SURVIVORS if s not in used]
