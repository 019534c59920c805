"""What is wrong, where, and what to do: values for the user's mistakes, one exception for the environment's."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: an error stops the build, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file of the spec; line and column count from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: what is wrong in the user's words, where, and what to do about it.

    `code` is kebab-case and never renamed: people filter on it. `related` are other places that matter.
    """

    location: Location
    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    related: tuple[tuple[Location, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.location}: {self.severity}[{self.code}]: {self.message}"


class AlertgenError(Exception):
    """The environment does not let us go on: a missing tool, an unreadable file, a full disk. Exit status 3."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by place and code, each finding once."""
    return tuple(sorted(set(diagnostics), key=lambda d: (d.location, d.code, d.message)))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known words, or lists what there is when few; empty when neither helps."""
    candidates = sorted(known)
    near = nearest(word, candidates)
    if near:
        return f"did you mean {' or '.join(repr(each) for each in near)}?"
    return f"known: {', '.join(candidates)}" if 0 < len(candidates) <= _MOST_LISTED else ""


def nearest(word: str, known: Collection[str], least: float = 0.6) -> tuple[str, ...]:
    """Which of the known words somebody may have meant: one that is spelt alike, or a few of which it is a part.

    `least` is how much alike, from 0 to 1; from ALIKE on, parts do not count.
    """
    plain = {_plain(each): each for each in sorted(known)}
    asked = _plain(word)
    if asked in plain:
        return (plain[asked],)
    for closeness in (max(ALIKE, least), least):
        near = difflib.get_close_matches(asked, plain, n=1, cutoff=closeness)
        if near:
            return (plain[near[0]],)
        parts = tuple(name for squeezed, name in plain.items() if asked in squeezed)
        if least < ALIKE and len(asked) >= _SHORTEST_PART and 0 < len(parts) <= _MOST_PARTS:
            return parts
    return ()


ALIKE = 0.8
"""From here on two words differ by a slip of the finger."""
_MOST_PARTS = 4
_MOST_LISTED = 15
_SHORTEST_PART = 3


def _plain(word: str) -> str:
    return re.sub(r"[-_ .]", "", word).lower()
