"""What is wrong with a `pattern` document, gathered while it is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alertgen.diagnostics import Diagnostic, Severity
from alertgen.site_patterns.body import Fault, Step
from alertgen.source import Document


class Findings:
    """What is wrong with one document, in `problems`, each thing at its place."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Diagnostic] = []
        self.misread = False
        """Whether there is an error outside of the scenarios."""

    def at(self, steps: Sequence[Step], code: str, message: str, hint: str = "", index: int | None = None) -> None:
        """Adds an error at a value, or at a character of it."""
        place = self.document.at(*steps)
        if index is not None:
            place = self.document.within(place, value_at(self.document.data, steps), index)
        self.problems.append(Diagnostic(place, code, message, hint))
        self.misread |= steps[0] != "scenarios"

    def at_key(self, steps: Sequence[Step], code: str, message: str, hint: str = "") -> None:
        """Adds an error at a key."""
        self.problems.append(Diagnostic(self.document.key(*steps), code, message, hint))
        self.misread |= steps[0] != "scenarios"

    def warn(self, steps: Sequence[Step], code: str, message: str, hint: str = "") -> None:
        """Adds a warning at a value."""
        self.problems.append(Diagnostic(self.document.at(*steps), code, message, hint, Severity.WARNING))

    def fault(self, fault: Fault, *steps: Step) -> None:
        """Adds an error that knows its place itself; `steps` lead to the value it is about."""
        self.problems.append(fault.diagnostic)
        self.misread |= steps[0] != "scenarios"


def value_at(data: Any, steps: Sequence[Step]) -> Any:
    """The value that a path leads to."""
    for step in steps:
        data = data[step]
    return data
