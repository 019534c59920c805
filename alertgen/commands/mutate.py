"""Breaking rules in small ways, to see whether a test notices."""

from __future__ import annotations

import json
import os
import random
import sys
import time

import click

from alertgen.commands import _options as options
from alertgen.commands import _suite
from alertgen.commands._output import progress
from alertgen.mutation import score
from alertgen.reports import mutation_table
from alertgen.tools import binaries, mutation_runner, process
from alertgen.tools.cache import Cache, folder
from alertgen.tools.coverage_runner import every_rule
from alertgen.tools.suite_files import Reader, expand


@click.command()
@options.out
@click.option("--tests", "test_files", cls=options.Words, help="Test files instead of those in golden/: files, globs.")
@click.option("--rules", "rule_files", cls=options.Words, help="All rule files there are, also those no test loads.")
@click.option("--mutants", type=click.IntRange(min=1), metavar="N", help="Try no more than so many, drawn by the seed.")
@click.option("--seconds", type=click.FloatRange(min=0), metavar="S", help="Begin no more after so long.")
@click.option("--seed", default=0, show_default=True, help="Which ones are tried when not all are.")
@click.option("--fail-under", type=click.FloatRange(0, 100), default=0.0, metavar="PERCENT", help="The least score.")
@click.option("--cache/--no-cache", "cached", default=True, help="Believe what promtool said before (default).")
@click.option("--jobs", type=click.IntRange(min=1), default=process.cores, help="Processes side by side; one per core.")
@click.option("--timeout", type=click.IntRange(min=1), default=900, show_default=True, help="Seconds for each process.")
@options.formats("json")
def mutate(
    out: str,
    test_files: tuple[str, ...],
    rule_files: tuple[str, ...],
    mutants: int | None,
    seconds: float | None,
    seed: int,
    fail_under: float,
    cached: bool,
    jobs: int,
    timeout: int,
    style: str,
) -> None:
    """Break every rule in small ways, and list what no test notices.

    A threshold a tenth higher, `for` an evaluation shorter, a matcher fewer: each is run with promtool on the tests
    that read the rule. Without --tests, on the rules and tests in golden/.
    """
    started = time.monotonic()
    if not test_files:
        test_files, rule_files = _suite.committed(out)
    promtool = binaries.find("promtool", binaries.TOOLS_FOLDER, os.environ)
    reader = Reader()
    sources = [reader.source(path) for path in expand(test_files)]
    others = [rule for path in expand(rule_files) for file in reader.rules(path) for rule in file.rules]
    wanted = mutation_runner.every_slip(sources, every_rule(sources, others))
    if mutants is not None or seconds is not None:
        wanted = random.Random(seed).sample(wanted, min(len(wanted), mutants or len(wanted)))  # noqa: S311 - repeatable
    with Cache(folder(os.environ) if cached else None) as cache, progress("breaking", len(wanted)) as on_done:
        outcomes, errors = mutation_runner.judge(
            promtool, sources, wanted, cache, jobs=jobs, timeout=timeout, on_done=on_done,
            time_is_over=lambda: seconds is not None and time.monotonic() - started > seconds,
        )  # fmt: skip
    outcomes.sort(key=lambda o: (o.rule.expr_at, o.mutant.change))
    if style == "json":
        click.echo(json.dumps(mutation_table.as_plain(outcomes), indent=2, ensure_ascii=False))
    else:
        click.echo(f"{mutation_table.table(outcomes)}; {promtool}, {time.monotonic() - started:.1f} s")
    for error in errors:
        click.echo(f"error: {error.message}", err=True)
    if errors:
        sys.exit(options.ENVIRONMENT)
    share = score(outcomes)
    if fail_under and (share is None or share < fail_under):
        click.echo("there is no score" if share is None else f"the score is below {fail_under:g}%", err=True)
        sys.exit(options.FINDINGS)
