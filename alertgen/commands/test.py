"""Proving the alerts and their routes with the real tools; or running promtool tests that somebody else wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from alertgen.commands import _options as options
from alertgen.commands import _suite, _watch
from alertgen.tools import process


@click.command(cls=options.WholeSpec)
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
@options.promtools
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
@click.option("--exhaustive", is_flag=True, help="Prove every service, not one of each shape where there are many.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page with a picture of every scenario to this file.",
)
@click.option("--watch", "watched", is_flag=True, help="Run again what a save affects, until ^C; golden/ may be stale.")
@click.option("--golden/--no-golden", "on_golden", default=True, help="Refuse to run when golden/ is stale (default).")
@click.option("--jobs", type=click.IntRange(min=1), default=process.cores, help="Processes side by side; one per core.")
@click.option("--timeout", type=click.IntRange(min=1), default=900, show_default=True, help="Seconds for each process.")
@click.option("-v", "--verbose", is_flag=True, help="Show the tools' own words too.")
@options.formats("json", "github", "sarif", "junit", "tap")
def test(
    spec: str,
    out: str,
    test_files: tuple[str, ...],
    rule_files: tuple[str, ...],
    promtools: tuple[str, ...],
    strict: bool,
    coverage: bool,
    fail_under: float,
    cached: bool,
    word: str,
    exhaustive: bool,
    html: Path | None,
    watched: bool,
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
    generated = coverage and not test_files
    if generated:
        test_files, rule_files = _suite.committed(out)
    if html and test_files:
        raise click.UsageError("--html is about the spec's own scenarios.")
    if exhaustive and test_files:
        raise click.UsageError("--exhaustive is about the spec's own scenarios.")
    if test_files:
        asked = _suite.Asked(
            promtools=promtools,
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
            generated=generated,
        )
        _run(lambda: _suite.run(asked), watched, lambda: _watch.of_suite(test_files, rule_files))
        return
    if rule_files or strict:
        raise click.UsageError("--rules and --strict are about test files: name those with --tests.")
    from alertgen.commands import _proof  # noqa: PLC0415 - half a second, which other people's tests need not pay

    wanted = _proof.Asked(
        spec=spec,
        out=out,
        promtools=promtools,
        word=word,
        exhaustive=exhaustive,
        on_golden=on_golden and not watched,
        cached=cached,
        jobs=jobs,
        timeout=timeout,
        verbose=verbose,
        style=style,
        html=html,
    )
    _run(lambda: _proof.run(wanted), watched, lambda: _watch.of_spec(spec))


def _run(run: Callable[[], None], watched: bool, look_of: Callable[[], _watch.Look]) -> None:
    if watched:
        _watch.watch(run, look_of)
    else:
        run()
