"""Listing the alerts there are."""

from __future__ import annotations

import click

from alertgen.commands import _options as options
from alertgen.diagnostics import did_you_mean
from alertgen.patterns import catalogue
from alertgen.reports import pages


@click.command()
@click.argument("alert", required=False)
def patterns(alert: str | None) -> None:
    """List the alerts alertgen knows, or show one: meaning, parameters, expression, proof, runbook."""
    if alert is None:
        click.echo(pages.catalogue(catalogue()))
        return
    if alert not in catalogue():
        raise click.BadParameter(
            f"there is no {alert!r}. {did_you_mean(alert, catalogue()) or options.LISTED}", param_hint="ALERT"
        )
    click.echo(pages.pattern_page(catalogue()[alert], catalogue()))
