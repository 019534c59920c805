"""Findings for machines: JSON, GitHub annotations, SARIF 2.1.0, JUnit XML."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from alertgen.diagnostics import Diagnostic, Location, Severity
from alertgen.verdict import CaseResult


def as_json(found: Sequence[Diagnostic], more: Mapping[str, Any] | None = None) -> str:
    """One object: the findings, and whatever else the command has to say."""
    return json.dumps({"diagnostics": [_plain(d) for d in found], **(more or {})}, indent=2, ensure_ascii=False)


def _plain(one: Diagnostic) -> dict[str, Any]:
    return {
        **_place(one.location),
        "severity": str(one.severity),
        "code": one.code,
        "message": one.message,
        "hint": one.hint,
        "related": [{**_place(place), "message": why} for place, why in one.related],
    }


def _place(location: Location) -> dict[str, Any]:
    return {"path": location.path, "line": location.line, "column": location.column}


def github(found: Iterable[Diagnostic]) -> str:
    """Workflow commands that GitHub shows at the line (docs: workflow commands, `::error file=…`)."""

    def data(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    def attribute(text: str) -> str:
        return data(text).replace(":", "%3A").replace(",", "%2C")

    return "\n".join(
        f"::{d.severity} file={attribute(d.location.path)},line={d.location.line},col={d.location.column},"
        f"title={attribute(d.code)}::{data(d.message + (f'{chr(10)}{d.hint}' if d.hint else ''))}"
        for d in found
    )


def sarif(found: Sequence[Diagnostic]) -> str:
    """SARIF 2.1.0, for code scanning."""
    results = [
        {
            "ruleId": d.code,
            "level": "error" if d.severity is Severity.ERROR else "warning",
            "message": {"text": f"{d.message}\n{d.hint}" if d.hint else d.message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": d.location.path},
                        "region": {"startLine": d.location.line, "startColumn": d.location.column},
                    }
                }
            ],
        }
        for d in found
    ]
    rules = [{"id": code} for code in sorted({d.code for d in found})]
    return json.dumps(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{"tool": {"driver": {"name": "alertgen", "rules": rules}}, "results": results}],
        },
        indent=2,
        ensure_ascii=False,
    )


def junit(found: Sequence[Diagnostic], results: Sequence[CaseResult] = ()) -> str:
    """JUnit XML: a suite for each service, a case for each scenario; other findings are a suite of their own."""
    suites: list[str] = []
    for service, group in groupby(results, key=lambda r: r.case.service):
        of_service = list(group)
        suites.append(_suite(service, [_case(r) for r in of_service], sum(1 for r in of_service if r.failed)))
    stray = [d for d in found if not results or not any(str(r.case) == d.message for r in results)]
    if stray:
        cases = [
            _xml_case(d.code, str(d.location), d.location, f"{d.message}\n{d.hint}".rstrip(), d.message) for d in stray
        ]
        suites.append(_suite("alertgen", cases, len(stray)))
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n' + "".join(suites) + "</testsuites>"


def _suite(name: str, cases: Sequence[str], failures: int) -> str:
    return (
        f'<testsuite name={quoteattr(name)} tests="{len(cases)}" failures="{failures}">\n{"".join(cases)}</testsuite>\n'
    )


def _case(result: CaseResult) -> str:
    text = "\n".join(f"at {f.at}: expected {f.expected}, got {f.got}" for f in result.failed)
    message = "does not hold" if result.failed else ""
    return _xml_case(result.case.alert, result.case.scenario, result.location, text, message)


def _xml_case(class_name: str, name: str, place: Location, text: str, message: str) -> str:
    head = (
        f"<testcase classname={quoteattr(class_name)} name={quoteattr(name)} "
        f'file={quoteattr(place.path)} line="{place.line}"'
    )
    if not message:
        return f"{head}/>\n"
    return f"{head}><failure message={quoteattr(message)}>{escape(text)}</failure></testcase>\n"


FORMATS: Mapping[str, Callable[[Sequence[Diagnostic]], str]] = {
    "json": as_json,
    "github": github,
    "sarif": sarif,
    "junit": junit,
}
