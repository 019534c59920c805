"""Saying where every value of an alert comes from."""

from __future__ import annotations

import datetime as dt

import click

from alertgen.commands import _options as options
from alertgen.commands._moment import given, now
from alertgen.commands._spec import chosen, compiled, stop_on_errors, why_none
from alertgen.commands.routes import answered
from alertgen.compiler import Build
from alertgen.expand import Expansion
from alertgen.reports import pages


@click.command()
@click.argument("alert", required=False)
@click.option("--service", "name", help="The service, as `name` or `namespace/name`.")
@click.option("--at", "moment", callback=given, help='Who is told then: "2026-12-24 03:00 Europe/Berlin" [now].')
@options.spec
def explain(alert: str | None, name: str | None, moment: dt.datetime | None, spec: str) -> None:
    """Say where every value of an alert comes from, and who is told.

    Without ALERT, list a service's alerts; without --service, those of every service.
    """
    result = compiled(spec)
    stop_on_errors(result, "text")
    expansions = chosen(result, name)
    shown = [_explained(result, expansion, alert, moment) for expansion in expansions]
    if not any(shown):
        raise click.BadParameter(why_none(result, expansions, alert or ""), param_hint="ALERT")
    click.echo("\n\n".join(page for page in shown if page))


def _explained(result: Build, expansion: Expansion, alert: str | None, moment: dt.datetime | None) -> str:
    told = {a.title: result.estate.told(a.certain_labels) for a in expansion.alerts}
    if alert is None:
        return pages.service_page(expansion, told)
    if alert in expansion.off:
        return pages.off_page(expansion, alert)
    return "\n\n".join(
        "\n".join(
            (
                pages.alert_page(expansion, a, told[a.title]),
                *(f"  {line}" for line in answered(result, a.certain_labels, moment or now()).splitlines()[1:]),
            )
        )
        for a in expansion.alerts
        if a.rule.alert == alert
    )
