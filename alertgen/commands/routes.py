"""Saying who is told: the whole tree, or for one alert at one moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import click

from alertgen.commands import _options as options
from alertgen.commands._moment import given, now
from alertgen.commands._spec import compiled, stop_on_errors
from alertgen.compiler import Build
from alertgen.expectations import known
from alertgen.produced import unproduced
from alertgen.render import routes as pages
from alertgen.reports.routes import answer_page
from alertgen.routing.answer import answers, may_inhibit


@click.command(cls=options.WholeSpec)
@click.option("--labels", "written", help="An alert, as `alertname=WorkloadDown,service=my-app,severity=critical`.")
@click.option("--at", "moment", callback=given, help='When it begins to fire: "2026-12-24 03:00 Europe/Berlin" [now].')
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "mermaid"]),
    default="text",
    show_default=True,
    help="In words, or drawn.",
)
@options.spec
def routes(written: str | None, moment: dt.datetime | None, style: str, spec: str) -> None:
    """Say who is told of what, and when.

    With --labels, for one alert: what the spec knows of its service is filled in.
    """
    if written is None and moment is not None:
        raise click.UsageError("--at is for an alert: say which with --labels")
    if written is not None and style != "text":
        raise click.UsageError("--format mermaid draws the whole tree: leave out --labels")
    labels = _labels(written) if written is not None else {}
    result = compiled(spec)
    stop_on_errors(result, "text")
    if written is not None:
        if odd := unproduced(result.estate, result.entries, labels):
            click.echo(". ".join(filter(None, (f"note: {odd.message}", odd.hint))), err=True)
        click.echo(answered(result, known(result.estate, result.entries, labels), moment or now()))
    elif style == "mermaid":
        click.echo(pages.drawing(result.estate.routing, result.estate.tree))
    else:
        click.echo(pages.text(result.estate.routing, result.estate.tree))


def answered(result: Build, labels: Mapping[str, str], moment: dt.datetime) -> str:
    """Who is told of an alert with these labels that begins to fire at this moment."""
    found = answers(result.routing, result.estate.tree, labels, moment)
    return answer_page(labels, moment, found, list(may_inhibit(result.routing, labels)))


def _labels(written: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in written.split(","))):
        label, equals, value = part.partition("=")
        if not equals or not label.strip():
            raise click.BadParameter(f"{part!r} is no label: write name=value,name=value", param_hint="--labels")
        labels[label.strip()] = value.strip().strip('"')
    return labels
