"""Listing the alerts there are."""

from __future__ import annotations

import click

from alertgen.commands import _options as options
from alertgen.diagnostics import did_you_mean
from alertgen.patterns import catalogue
from alertgen.reports import pages, reference


@click.command()
@click.argument("alert", required=False)
@click.option("--format", "style", type=click.Choice(("text", "markdown")), default="text", help="How it is printed.")
def patterns(alert: str | None, style: str) -> None:
    """List the alerts alertgen knows, or show one: meaning, parameters, expression, proof, runbook.

    The list in Markdown is a page that has everything about each.
    """
    known = catalogue()
    if alert is None:
        click.echo(pages.catalogue(known) if style == "text" else reference.page(known).rstrip())
        return
    if alert not in known:
        raise click.BadParameter(
            f"there is no {alert!r}. {did_you_mean(alert, known) or options.LISTED}", param_hint="ALERT"
        )
    page = pages.pattern_page if style == "text" else reference.section
    click.echo(page(known[alert], known).rstrip())
