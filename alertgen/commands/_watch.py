"""Running again whenever a file is saved: `alertgen test --watch`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

import click

from alertgen.commands._options import ENVIRONMENT
from alertgen.diagnostics import AlertgenError
from alertgen.tools import watcher
from alertgen.tools.suite_files import Reader, expand

Look = Callable[[], Iterable[str]]
"""The files that matter, as they are now."""


def watch(run: Callable[[], None], look_of: Callable[[], Look]) -> None:
    """Runs, waits for a save, runs again, until ^C; whatever a run finds wrong, it goes on.

    `look_of` is asked before each run: what a run reads may say which files matter.
    """
    try:
        while True:
            look = look_of()
            before = watcher.marks(look())
            _once(run)
            click.echo("watching for a save; ^C ends it", err=True)
            click.echo(f"\n== {', '.join(watcher.saved(look, before))}")
    except KeyboardInterrupt:
        click.echo(err=True)


def _once(run: Callable[[], None]) -> None:
    try:
        run()
    except SystemExit as ended:
        if ended.code not in range(ENVIRONMENT + 1):  # it is to end: SIGTERM
            raise
    except AlertgenError as error:
        click.echo("\n    ".join(filter(None, [f"error: {error.message}", error.hint])), err=True)
    except click.ClickException as error:
        error.show()


def of_spec(folder: str) -> Look:
    """All YAML of a spec."""

    def look() -> list[str]:
        return [
            f"{parent}/{name}"
            for parent, _, names in os.walk(folder, followlinks=True)
            for name in names
            if name.endswith((".yaml", ".yml"))
        ]

    return look


def of_suite(tests: Sequence[str], rules: Sequence[str]) -> Look:
    """The test files, the rule files that somebody named, and those that the tests load."""
    reader = Reader()
    loaded = {path for test in _expanded(tests) for path in reader.source(test).rule_paths}
    return lambda: {*_expanded(tests), *_expanded(rules), *loaded}


def _expanded(patterns: Sequence[str]) -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        try:
            found += expand([pattern])
        except AlertgenError:  # the run says so
            continue
    return found
