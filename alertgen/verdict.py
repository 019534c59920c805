"""What promtool and amtool found → which service, alert and scenario failed, and where in the spec. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from alertgen.diagnostics import Diagnostic, Location
from alertgen.testgen.testfile import TestFile

_CASE = re.compile(
    r"(?P<namespace>[^/\s]+)/(?P<service>\S+) (?P<alert>\w+(?: \([^)]*\))?): (?P<scenario>.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True, order=True)
class CaseId:
    """One scenario of one alert of one service."""

    service: str
    """`namespace/name`."""
    alert: str
    scenario: str

    def __str__(self) -> str:
        return f"{self.service} {self.alert}: {self.scenario}"

    @classmethod
    def parse(cls, text: str) -> CaseId | None:
        """The case that a test's name or the comment of an expression names; None for anything else."""
        match = _CASE.fullmatch(text)
        return cls(f"{match['namespace']}/{match['service']}", match["alert"], match["scenario"]) if match else None


@dataclass(frozen=True, slots=True)
class Failed:
    """One assertion that did not hold: when, what was expected and what there was."""

    case: CaseId | None
    at: str
    expected: str
    got: str
    raw: str = ""
    """The tool's own words."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One scenario and what failed in it; nothing when it holds.

    `disagreement`: other promtools do not mind, and why that may be; empty where all are of one opinion.
    """

    case: CaseId
    location: Location
    failed: tuple[Failed, ...] = ()
    disagreement: str = ""
    picture: str = ""
    """What happened in it, drawn in characters, or where to see it; where it failed."""


def cases(tests: TestFile) -> Iterator[CaseId]:
    """Every scenario of a test file, once each."""
    seen: dict[CaseId, None] = {}
    for group in tests.groups:
        for case in group.expr_cases:
            found = CaseId.parse(case.expr.rpartition(" # ")[2])
            if found:
                seen[found] = None
    return iter(seen)


def judge(
    proven: Mapping[CaseId, Location], failures: Iterable[Failed], fallback: Location
) -> tuple[tuple[CaseResult, ...], tuple[Diagnostic, ...]]:
    """Every case's result; a failure that fits no case is a diagnostic of its own."""
    by_case: dict[CaseId, list[Failed]] = {case: [] for case in proven}
    stray: list[Failed] = []
    for failed in failures:
        home = _home(by_case, failed.case) if failed.case else None
        (stray if home is None else by_case[home]).append(failed)
    results = tuple(CaseResult(case, proven[case], tuple(found)) for case, found in by_case.items())
    return results, tuple(Diagnostic(fallback, "test-failed", f.raw.strip() or _words(f)) for f in stray)


def as_diagnostics(results: Iterable[CaseResult]) -> Iterator[Diagnostic]:
    """One finding for each case that failed."""
    for result in results:
        if result.failed:
            said = [result.disagreement, *map(_words, result.failed), result.picture]
            code = "versions-differ" if result.disagreement else "test-failed"
            yield Diagnostic(result.location, code, f"{result.case}", hint="\n".join(filter(None, said)))


def _home(known: Mapping[CaseId, object], case: CaseId) -> CaseId | None:
    """The case itself, or for what is compared word for word the alert's first case."""
    if case in known:
        return case
    return next((k for k in known if (k.service, k.alert) == (case.service, case.alert)), None)


def _words(failed: Failed) -> str:
    when = f"at {failed.at}: " if failed.at else ""
    if "\n" in failed.expected + failed.got:
        return f"{when}expected\n{_indented(failed.expected)}\ngot\n{_indented(failed.got)}"
    return f"{when}expected {failed.expected or 'nothing'}, got {failed.got or 'nothing'}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines()) or "  nothing"
