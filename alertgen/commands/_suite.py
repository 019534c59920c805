"""Running test files that somebody else wrote: `alertgen test --tests`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import click

from alertgen.commands import _options as options
from alertgen.commands._output import print_findings, progress
from alertgen.diagnostics import Diagnostic, Severity, in_order
from alertgen.reports import suites, text
from alertgen.suite import Source, Verdict, cases
from alertgen.tools import binaries, suite_runner
from alertgen.tools.suite_files import Reader, expand
from alertgen.vacuous import silent_passes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user wants to have run, and how."""

    rules: tuple[str, ...]
    tests: tuple[str, ...]
    jobs: int
    timeout: int
    strict: bool
    style: str


def run(asked: Asked) -> None:
    """Runs the files, prints what came of it, and ends with the exit status."""
    started = time.monotonic()
    promtool = binaries.find("promtool", binaries.TOOLS_FOLDER, os.environ)
    reader = Reader()
    sources = [reader.source(path) for path in expand(asked.tests)]
    for path in expand(asked.rules):
        reader.rules(path)
    with progress("testing", len(sources)) as on_done:
        verdicts, errors = suite_runner.run(promtool, sources, jobs=asked.jobs, timeout=asked.timeout, on_done=on_done)
    failed = list(suites.findings(verdicts))
    passed = [_as(finding, strict=asked.strict) for finding in _extra(sources, reader)]
    _print(verdicts, failed, in_order(passed), asked.style)
    for error in errors:
        click.echo(f"error: {error.message}", err=True)
    if asked.style == "text":
        tests = list(cases(verdicts))
        good = sum(1 for *_, wrong in tests if not wrong)
        asserted = sum(len(group.assertions) for _, group, _ in tests)
        click.echo(
            f"{good:,} of {len(tests):,} tests pass ({text.count(asserted, 'assertion')}) in "
            f"{text.count(len(sources), 'file')}: {promtool}, {time.monotonic() - started:.1f} s"
        )
    if errors:
        sys.exit(options.ENVIRONMENT)
    if not all(verdict.passed for verdict in verdicts) or (asked.strict and passed):
        sys.exit(options.FINDINGS)


def _extra(sources: Sequence[Source], reader: Reader) -> list[Diagnostic]:
    """What promtool says nothing about."""
    problems = [source.problem for source in sources if source.problem]
    silent = [finding for source in sources for finding in silent_passes(source)]
    return [*reader.problems, *problems, *silent]


def _as(finding: Diagnostic, *, strict: bool) -> Diagnostic:
    return replace(finding, severity=Severity.ERROR if strict else Severity.WARNING)


def _print(verdicts: Sequence[Verdict], failed: Sequence[Diagnostic], extra: Sequence[Diagnostic], style: str) -> None:
    if style == "junit":
        click.echo(suites.junit(verdicts, extra))
    elif style == "json":
        print_findings([*failed, *extra], style, files=suites.as_plain(verdicts))
    else:
        print_findings([*failed, *extra], style)
