"""Running test files that somebody else wrote: `alertgen test --tests`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import click

from alertgen import versions
from alertgen.commands import _options as options
from alertgen.commands._output import print_findings, progress
from alertgen.coverage import Covered, share
from alertgen.diagnostics import AlertgenError, Diagnostic, Severity, in_order
from alertgen.reports import coverage_table, suites, tap, text
from alertgen.rulefile import Rule
from alertgen.suite import Source, Verdict, cases
from alertgen.timeline import Happened
from alertgen.tools import binaries, coverage_runner, suite_runner, timeline_runner
from alertgen.tools.cache import Cache, folder
from alertgen.tools.suite_files import Reader, expand
from alertgen.vacuous import silent_passes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user wants to have run, and how."""

    promtools: tuple[str, ...]
    """Where they are; none for the one that there is."""
    rules: tuple[str, ...]
    tests: tuple[str, ...]
    jobs: int
    timeout: int
    strict: bool
    style: str
    coverage: bool
    fail_under: float
    cached: bool
    word: str
    generated: bool
    """Whether these are the tests that `build` wrote. Those have series that no rule reads, and must not."""


def committed(out: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The test files and the rule files that `build` wrote."""
    return (f"{out}/tests/**/*.yaml",), (f"{out}/prometheus/**/*.yaml",)


def run(asked: Asked) -> None:
    """Runs the files, prints what came of it, and ends with the exit status."""
    started = time.monotonic()
    promtools = binaries.chosen("promtool", asked.promtools, binaries.TOOLS_FOLDER, os.environ)
    reader = Reader()
    sources = [reader.source(path) for path in expand(asked.tests)]
    if asked.word:
        sources = [one for source in sources if (one := source.only(asked.word))]
        if not sources:
            raise click.BadParameter(f"no test's `path: name` contains {asked.word!r}", param_hint="-k")
    others = [rule for path in expand(asked.rules) for file in reader.rules(path) for rule in file.rules]
    verdicts, lines, errors, ran = _judged(asked, promtools, sources)
    failed = list(suites.findings(verdicts, lines))
    extra = [] if asked.generated else _extra(sources, reader)
    passed = [_as(finding, strict=asked.strict) for finding in extra]
    covered: list[Covered] = []
    if asked.coverage:
        covered, more = _coverage(asked, promtools[0], sources, others)
        errors += more
    _print(verdicts, failed, in_order(passed), covered if asked.coverage else None, asked.style)
    for error in errors:
        click.echo(f"error: {error.message}", err=True)
    if asked.style == "text":
        tests = list(cases(verdicts))
        good = sum(1 for *_, wrong in tests if not wrong)
        asserted = sum(len(group.assertions) for _, group, _ in tests)
        known = len(sources) * len(promtools) - ran
        before = f", {known:,} known from before" if known else ""
        left_out = sum(len(source.tests.groups) for source in sources if source.tests) - len(tests)
        unknown = f", {left_out:,} could not be run" if left_out else ""
        who = ", ".join(map(str, promtools))
        click.echo(
            f"{good:,} of {len(tests):,} tests pass ({text.count(asserted, 'assertion')}) in "
            f"{text.count(len(sources), 'file')}{unknown}{before}: {who}, {time.monotonic() - started:.1f} s"
        )
    if errors:
        sys.exit(options.ENVIRONMENT)
    too_little = asked.coverage and share(covered) < asked.fail_under
    if too_little:
        click.echo(f"coverage is below {asked.fail_under:g}%", err=True)
    if too_little or not all(verdict.passed for verdict in verdicts) or (asked.strict and passed):
        sys.exit(options.FINDINGS)


def _judged(
    asked: Asked, promtools: Sequence[binaries.Binary], sources: Sequence[Source]
) -> tuple[list[Verdict], suites.Happenings, tuple[AlertgenError, ...], int]:
    """What all promtools say of each file, what there was in the tests about which they complain, how often one ran."""
    found: dict[versions.Version, list[Verdict]] = {}
    errors: tuple[AlertgenError, ...] = ()
    lines: dict[int, Happened] = {}
    ran = 0
    with (
        Cache(folder(os.environ) if asked.cached else None) as cache,
        progress("testing", len(sources) * len(promtools)) as on_done,
    ):
        for promtool in promtools:
            own, wrong, fresh = suite_runner.known_or_run(
                promtool, sources, cache, jobs=asked.jobs, timeout=asked.timeout, on_done=on_done
            )
            found[promtool.version] = own
            errors += wrong
            ran += fresh
    for promtool in reversed(promtools):  # what the oldest one complains about is told in its words
        lines |= timeline_runner.happened(promtool, found[promtool.version], jobs=asked.jobs, timeout=asked.timeout)
    return versions.merged(found), lines, errors, ran


def _coverage(
    asked: Asked, promtool: binaries.Binary, sources: Sequence[Source], others: Sequence[Rule]
) -> tuple[list[Covered], tuple[AlertgenError, ...]]:
    rules = coverage_runner.every_rule(sources, others)
    with Cache(folder(os.environ) if asked.cached else None) as cache, progress("covering", len(rules)) as on_done:
        return coverage_runner.measure(
            promtool, sources, rules, cache, jobs=asked.jobs, timeout=asked.timeout, on_done=on_done
        )


def _extra(sources: Sequence[Source], reader: Reader) -> list[Diagnostic]:
    """What promtool says nothing about."""
    problems = [source.problem for source in sources if source.problem]
    silent = [finding for source in sources for finding in silent_passes(source)]
    return [*reader.problems, *problems, *silent]


def _as(finding: Diagnostic, *, strict: bool) -> Diagnostic:
    return replace(finding, severity=Severity.ERROR if strict else Severity.WARNING)


def _print(
    verdicts: Sequence[Verdict],
    failed: Sequence[Diagnostic],
    extra: Sequence[Diagnostic],
    covered: Sequence[Covered] | None,
    style: str,
) -> None:
    if style == "junit":
        click.echo(suites.junit(verdicts, extra))
    elif style == "tap":
        click.echo(tap.of_suites(verdicts))
    elif style == "json":
        more = {} if covered is None else {"coverage": coverage_table.as_plain(covered)}
        print_findings([*failed, *extra], style, files=suites.as_plain(verdicts), **more)
    else:
        print_findings([*failed, *extra], style)
        if covered is not None and style == "text":
            click.echo(coverage_table.table(covered))
