"""Saying what was found, and how far a command is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import click
import rich.console
import rich.progress

from alertgen.diagnostics import Diagnostic
from alertgen.reports import machine, tap, text

T = TypeVar("T")


def print_findings(found: Sequence[Diagnostic], style: str, **more: Any) -> None:
    """Prints the findings, where there are any or where a machine expects a document either way."""
    if style == "tap":
        click.echo(tap.of_findings(found))
    elif style != "text":
        click.echo(machine.as_json(found, more) if style == "json" else machine.FORMATS[style](found))
    elif found:
        click.echo(text.diagnostics(found))


@contextlib.contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal; nothing anywhere else."""
    console = rich.console.Console(stderr=True)
    with rich.progress.Progress(
        *rich.progress.Progress.get_default_columns(), console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)


def counted(items: Iterable[T], on_done: Callable[[int], None]) -> Iterator[T]:
    """The items, each reported as it is taken."""
    for item in items:
        yield item
        on_done(1)
