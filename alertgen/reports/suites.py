"""What came of other people's test files → findings, and documents for machines. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from alertgen.diagnostics import Diagnostic, Location, did_you_mean
from alertgen.quantity import number
from alertgen.reports.strip import strip
from alertgen.samples import Sample
from alertgen.suite import Complaint, Source, Verdict, cases
from alertgen.timeline import Happened
from alertgen.unittests import Assertion, TestGroup

Happenings = Mapping[int, Happened]
"""By the `id` of an assertion, what there was in its test."""

_MOST_VALUES = 10
"""Values that are told of an expression; more would hide what else there is to read."""


def findings(verdicts: Sequence[Verdict], happened: Happenings = MappingProxyType({})) -> Iterator[Diagnostic]:
    """Each complaint of promtool's, at the assertion it is about."""
    for verdict in verdicts:
        for complaint in verdict.complaints:
            yield _finding(verdict, complaint, happened)


def _finding(verdict: Verdict, complaint: Complaint, happened: Happenings = MappingProxyType({})) -> Diagnostic:
    found = _found(verdict, complaint, happened)
    if not complaint.disagreement:
        return found
    hint = "\n".join(filter(None, [complaint.disagreement, found.hint]))
    return replace(found, code="versions-differ", hint=hint)


def _found(verdict: Verdict, complaint: Complaint, happened: Happenings) -> Diagnostic:
    failure, assertion = complaint.failure, complaint.assertion
    source = verdict.source
    group = source.tests.group(complaint.group) if source.tests and complaint.group is not None else None
    if assertion is not None:
        about = f"{group.title}: {assertion}" if group else str(assertion)
        there_was = _there_was(happened[id(assertion)], assertion) if id(assertion) in happened else ""
        hint = words(complaint) + _hint(verdict, complaint) + there_was + _again(source, group)
        return Diagnostic(assertion.at, "test-failed", about, hint)
    place = group.at if group else Location(source.path, 1, 1)
    if failure.alertname is not None:
        rule = f"the rule {failure.alertname} cannot be evaluated at {failure.at}"
        about = f"{group.title}: {rule}" if group else rule
        return Diagnostic(place, "test-failed", about, failure.error or words(complaint))
    if failure.error:
        about = f"promtool does not take this file: {' '.join(failure.error.split())}"
        return Diagnostic(place, "test-failed", about)
    return Diagnostic(place, "test-failed", "a test fails", words(complaint))


def _there_was(found: Happened, assertion: Assertion) -> str:
    """What the alert's expression gave at that time, and its states before and after."""
    states = f"\nstates\n{_listed(strip(found.line, found.until, assertion.time))}"
    if found.compared is None:
        return states
    of = found.compared.of
    limit = number(Decimal(repr(of.constant))) if of.constant is not None else of.limit and "the limit"
    title = f"value, compared with {of.operator} {limit}" if limit else "value"
    told = f"\n{title}\n{_values(found.compared.values)}"
    if of.limit and of.constant is None:
        told += f"\nlimit\n{_values(found.compared.limits)}"
    return told + states


def _values(found: Sequence[Sample]) -> str:
    lines = [str(sample) for sample in found[:_MOST_VALUES]]
    lines += [f"and {len(found) - _MOST_VALUES} more"] if len(found) > _MOST_VALUES else []
    return _listed("\n".join(lines))


def _again(source: Source, group: TestGroup | None) -> str:
    """How to run just this test."""
    if group is None:
        return ""
    return f"\nrun it alone: alertgen test --tests {shlex.quote(source.path)} -k {shlex.quote(group.title)}"


def words(complaint: Complaint) -> str:
    """What was expected and what there was, one under the other."""
    failure = complaint.failure
    if failure.error:
        return failure.error
    return f"expected\n{_listed(failure.expected)}\ngot\n{_listed(failure.got)}"


def _listed(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines()) or "  nothing"


def _hint(verdict: Verdict, complaint: Complaint) -> str:
    """A name that no alert has is told, since promtool only says that nothing fires."""
    name = complaint.assertion.alertname if complaint.assertion else ""
    known = {rule.name for rule in verdict.source.loaded if rule.alert}
    if not name or name in known or complaint.failure.got:
        return ""
    return f"\nthere is no alert '{name}'; {did_you_mean(name, known)}".rstrip("; ")


def as_plain(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Every file, its tests and their assertions, for JSON."""
    return [_plain(verdict) for verdict in verdicts]


def _plain(verdict: Verdict) -> dict[str, Any]:
    groups = verdict.source.tests.groups if verdict.source.tests else ()
    return {
        "path": verdict.source.path,
        "verdict": _verdict(verdict.passed, finished=verdict.finished),
        "tests": [_plain_group(verdict, group) for group in groups],
    }


def _plain_group(verdict: Verdict, group: TestGroup) -> dict[str, Any]:
    wrong = verdict.of(group)
    unjudged = any(complaint.assertion is None for complaint in wrong)
    failed = {id(complaint.assertion): complaint.disagreement for complaint in wrong}
    return {
        "name": group.title,
        "line": group.at.line,
        "verdict": _verdict(not wrong, finished=verdict.finished),
        "cases": [
            {
                "case": str(assertion),
                "line": assertion.at.line,
                "verdict": _verdict(id(assertion) not in failed, finished=verdict.finished and not unjudged),
                **({"disagreement": told} if (told := failed.get(id(assertion))) else {}),
            }
            for assertion in group.assertions
        ],
    }


def _verdict(passed: bool, *, finished: bool) -> str:
    return ("passed" if passed else "failed") if finished else "unknown"


def junit(verdicts: Sequence[Verdict], others: Sequence[Diagnostic]) -> str:
    """JUnit XML as promtool's own: a suite for each file, a case for each test; warnings are a suite of their own."""
    suites = [_suite(verdict) for verdict in verdicts]
    if others:
        body = "".join(
            f"<testcase classname={quoteattr(d.code)} name={quoteattr(f'{d.location}: {d.message}')} "
            f'file={quoteattr(d.location.path)} line="{d.location.line}">'
            f"<system-out>{escape(d.hint)}</system-out></testcase>\n"
            for d in others
        )
        suites.append(f'<testsuite name="alertgen" tests="{len(others)}" failures="0">\n{body}</testsuite>\n')
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n' + "".join(suites) + "</testsuites>"


def _suite(verdict: Verdict) -> str:
    path = verdict.source.path
    tests = list(cases([verdict]))
    whole = [complaint for complaint in verdict.complaints if complaint.group is None]
    body = "".join(_case(verdict, group, wrong) for _, group, wrong in tests)
    errors = ""
    if whole or not verdict.finished:
        text = "\n".join(c.failure.error or words(c) for c in whole) or "promtool did not finish this file"
        errors = f"<testcase name={quoteattr(path)} file={quoteattr(path)}><error>{escape(text)}</error></testcase>\n"
    failures = sum(1 for *_, wrong in tests if wrong)
    return (
        f'<testsuite name={quoteattr(path)} tests="{len(tests) + bool(errors)}" failures="{failures}" '
        f'errors="{int(bool(errors))}">\n{errors}{body}</testsuite>\n'
    )


def _case(verdict: Verdict, group: TestGroup, wrong: Sequence[Complaint]) -> str:
    head = (
        f"<testcase classname={quoteattr(verdict.source.path)} name={quoteattr(group.title)} "
        f'file={quoteattr(group.at.path)} line="{group.at.line}"'
    )
    if not wrong:
        return f"{head}/>\n"
    found = [_finding(verdict, complaint) for complaint in wrong]
    message = "; ".join(f"{d.location}: {d.message}" for d in found)
    text = "\n".join(f"{d.location}: {d.message}\n{d.hint}" for d in found)
    return f"{head}><failure message={quoteattr(message)}>{escape(text)}</failure></testcase>\n"
