"""Results for whatever reads the Test Anything Protocol, version 13. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from alertgen.diagnostics import Diagnostic, Severity
from alertgen.reports import suites
from alertgen.suite import Verdict, cases
from alertgen.verdict import CaseResult, as_diagnostics

Point = tuple[str, bool, Sequence[Diagnostic]]
"""A test: its name, whether it passed, and what is wrong with it."""


def of_findings(found: Iterable[Diagnostic]) -> str:
    """Findings, where there was nothing to test: each is a test that fails."""
    return _document([(str(one), False, [one]) for one in found])


def of_cases(results: Iterable[CaseResult], found: Iterable[Diagnostic]) -> str:
    """The spec's scenarios; findings about none of them are tests that fail, unless they are warnings."""
    points: list[Point] = [(str(one.case), not one.failed, list(as_diagnostics([one]))) for one in results]
    told = {finding for *_, of_one in points for finding in of_one}
    others = [one for one in found if one not in told and one.severity is Severity.ERROR]
    return _document([*points, *((str(one), False, [one]) for one in others)])


def of_suites(verdicts: Sequence[Verdict]) -> str:
    """The tests of other people's files; a file without a result, or that cannot be read, is a test that fails."""
    points: list[Point] = []
    for verdict, group, wrong in cases(verdicts):
        alone = Verdict(verdict.source, passed=not wrong, complaints=wrong)
        points.append((f"{verdict.source.path}: {group.title}", not wrong, list(suites.findings([alone]))))
    for verdict in verdicts:
        tests = verdict.source.tests
        if not verdict.passed and not (verdict.finished and tests and tests.groups):
            points.append((verdict.source.path, False, list(suites.findings([verdict]))))
    return _document(points)


def _document(points: Sequence[Point]) -> str:
    lines = ["TAP version 13", f"1..{len(points)}"]
    for number, (name, passed, found) in enumerate(points, start=1):
        plain = " ".join(name.split()).replace("#", "\\#")  # after a bare `#` stands a directive
        lines.append(f"{'ok' if passed else 'not ok'} {number} - {plain}")
        if found:
            # JSON is YAML, which the protocol wants here.
            said = [{"at": str(one.location), "message": one.message, "hint": one.hint} for one in found]
            lines += ["  ---", *(f"  {line}" for line in json.dumps(said, indent=1).splitlines()), "  ..."]
    return "\n".join(lines)
