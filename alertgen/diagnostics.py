"""What is wrong, where, and what to do: values for the user's mistakes, one exception for the environment's."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
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
    """A hint that names the nearest known word, or lists what there is when few; empty when neither helps."""
    candidates = sorted(known)
    near = difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"known: {', '.join(candidates)}" if 0 < len(candidates) <= 12 else ""
