"""Proving the alerts and their routes with the real tools."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from alertgen import compiler, workspace
from alertgen.commands import _options as options
from alertgen.commands import _suite
from alertgen.commands._drift import drift_summary, drifted
from alertgen.commands._output import print_findings, progress
from alertgen.commands._spec import compiled, stop_on_errors
from alertgen.compiler import Build
from alertgen.diagnostics import AlertgenError, Diagnostic, Location, in_order
from alertgen.expand import Expansion
from alertgen.expectations import judged
from alertgen.reports import machine, text
from alertgen.routecases import distinct, misrouted, route_cases
from alertgen.tools import binaries, process, prover
from alertgen.verdict import CaseId, CaseResult, as_diagnostics, cases, judge


@click.command()
@options.spec
@options.out
@click.option(
    "--tests",
    "test_files",
    cls=options.Words,
    help="Run these promtool test files instead of the spec's: files, globs.",
)
@click.option(
    "--rules", "rule_files", cls=options.Words, help="With --tests: all rule files there are, PrometheusRules too."
)
@click.option("--strict", is_flag=True, help="With --tests: fail for what promtool passes although it proves nothing.")
@click.option("--coverage", is_flag=True, help="Say what the tests show of each rule, and what no test notices.")
@click.option(
    "--fail-under", type=click.FloatRange(0, 100), default=0.0, metavar="PERCENT", help="Fail for less coverage."
)
@click.option("--cache/--no-cache", "cached", default=True, help="Believe what promtool said before (default).")
@click.option(
    "-k",
    "word",
    default="",
    help="Only scenarios whose `namespace/service Alert: sentence`, or tests whose `path: name`, contains this.",
)
@click.option("--golden/--no-golden", "on_golden", default=True, help="Refuse to run when golden/ is stale (default).")
@click.option("--jobs", type=click.IntRange(min=1), default=process.cores, help="Processes side by side; one per core.")
@click.option("--timeout", type=click.IntRange(min=1), default=900, show_default=True, help="Seconds for each process.")
@click.option("-v", "--verbose", is_flag=True, help="Show the tools' own words too.")
@options.formats("json", "github", "sarif", "junit")
def test(
    spec: str,
    out: str,
    test_files: tuple[str, ...],
    rule_files: tuple[str, ...],
    strict: bool,
    coverage: bool,
    fail_under: float,
    cached: bool,
    word: str,
    on_golden: bool,
    jobs: int,
    timeout: int,
    verbose: bool,
    style: str,
) -> None:
    """Prove the alerts with promtool, and their routes with amtool.

    With --tests, run promtool test files that somebody else wrote, on rule files or PrometheusRule objects. With
    --coverage alone, it is about the rules and tests in golden/.
    """
    if fail_under and not coverage:
        raise click.UsageError("--fail-under is about --coverage.")
    if coverage and not test_files:
        test_files, rule_files = _suite.committed(out)
    if test_files:
        _suite.run(
            _suite.Asked(
                rules=rule_files,
                tests=test_files,
                jobs=jobs,
                timeout=timeout,
                strict=strict,
                style=style,
                coverage=coverage,
                fail_under=fail_under,
                cached=cached,
                word=word,
            )
        )
        return
    if rule_files or strict:
        raise click.UsageError("--rules and --strict are about test files: name those with --tests.")
    started = time.monotonic()
    tools = {name: binaries.find(name, binaries.TOOLS_FOLDER, os.environ) for name in ("promtool", "amtool")}
    result = compiled(spec)
    stop_on_errors(result, style)
    _new_enough(tools["promtool"], result)
    proofs = list(compiler.proofs(result, _selects(word)))
    if not proofs:
        raise click.BadParameter(f"no scenario contains {word!r}; `alertgen explain` lists them", param_hint="-k")
    estate = result.estate
    asked = list(route_cases(estate.routing, ((p.expansion, p.tests) for p in proofs), estate.site.external_labels))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alertgen-")))
        tests, tree = folder / "proofs", folder / "tree"
        if word or not on_golden:
            workspace.write(str(tree), [result.routing_artifact] if word else result.artifacts())
        else:
            tree = Path(out)
            drifts = list(workspace.compare(out, result.artifacts()))
            if drifts:
                print_findings([drifted(out, drift) for drift in drifts], style)
                click.echo(drift_summary(out, drifts), err=True)
                sys.exit(options.FINDINGS)
        workspace.write(str(tests), (artifact for proof in proofs for artifact in proof.artifacts()))
        on_done = stack.enter_context(progress("proving", len(result.entries) + len(proofs) + 1))
        routes = distinct(asked, estate.tree)
        proof = prover.prove(tools, tree, tests, routes, jobs=jobs, timeout=timeout, on_done=on_done)
    failed = [*proof.failed, *(prover.misrouted(case, got) for case, got in misrouted(asked, estate.tree))]
    run = [p for p in proofs if tests / p.path in proof.ran]
    proven = {case: _place_of(result, p.expansion, case) for p in run for case in cases(p.tests)}
    results, problems = judge(proven, failed, Location(out, 1, 1))
    expected = [case for case in judged(estate, result.routing, result.entries) if _selects(word)(str(case.case))]
    results, problems = (*results, *expected), (*problems, *as_diagnostics(expected))
    _report(results, in_order([*result.diagnostics, *problems]), style)
    if verbose:
        click.echo("".join(f.raw for f in failed), err=True)
    for error in proof.errors:
        click.echo(f"error: {error.message}", err=True)
    if style == "text":
        good = sum(1 for r in results if not r.failed)
        left_out = sum(len(list(cases(p.tests))) for p in proofs) - len(proven)
        unknown = f", {left_out:,} could not be run" if left_out else ""
        click.echo(
            f"{good:,} of {text.count(len(results), 'scenario')} hold ({text.count(proof.assertions, 'assertion')})"
            f"{unknown}, {text.count(proof.rules, 'rule')} checked, {text.count(len(asked), 'alert')} routed: "
            f"{', '.join(map(str, tools.values()))}, {time.monotonic() - started:.1f} s"
        )
    if proof.errors:
        sys.exit(options.ENVIRONMENT)
    if problems:
        sys.exit(options.FINDINGS)


def _new_enough(promtool: binaries.Binary, result: Build) -> None:
    """A promtool older than every Prometheus of the site would prove what none of them does."""
    wanted = result.estate.prometheus_version
    if promtool.version < wanted:
        raise AlertgenError(
            f"the site says Prometheus {binaries.dotted(wanted)} or newer, and {promtool} is older",
            "put a newer promtool on PATH, or lower prometheus.min_version",
        )


def _selects(word: str) -> Callable[[str], bool]:
    return lambda name: word.lower() in name.lower()


def _report(results: Sequence[CaseResult], found: Sequence[Diagnostic], style: str) -> None:
    if style == "junit":
        click.echo(machine.junit(found, results))
    else:
        print_findings(found, style, scenarios=len(results))


def _place_of(result: Build, expansion: Expansion, case: CaseId) -> Location:
    """Where the spec speaks of a case: the alert's override, else the service."""
    if expansion.service is None:
        return result.estate.site_at("site")
    document = result.document(expansion.namespace, expansion.name)
    written = case.alert in document.data.get("alerts", {})
    return document.key("alerts", case.alert) if written else document.at("service")
