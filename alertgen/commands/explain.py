"""Saying where every value of an alert comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import click

from alertgen import inhibition
from alertgen.commands import _options as options
from alertgen.commands._moment import given, now
from alertgen.commands._spec import compiled, stop_on_errors
from alertgen.commands.routes import answered
from alertgen.compiler import Build
from alertgen.diagnostics import did_you_mean
from alertgen.expand import Expansion
from alertgen.no_effect import why_not
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
    chosen = _expansions(result, name)
    shown = [_explained(result, expansion, alert, moment) for expansion in chosen]
    if not any(shown):
        raise click.BadParameter(_why_none(result, chosen, alert or ""), param_hint="ALERT")
    click.echo("\n\n".join(page for page in shown if page))


def _why_none(result: Build, expansions: Sequence[Expansion], alert: str) -> str:
    pattern = result.estate.patterns.get(alert)
    if pattern is None:
        near = did_you_mean(alert, result.estate.patterns) or options.LISTED
        return f"there is no alert {alert!r}. {near}"
    concerned = [e for e in expansions if (e.service is None) == pattern.once_per_cluster] or expansions
    return f"{alert} {'; '.join(dict.fromkeys(why_not(pattern, expansion) for expansion in concerned))}"


def _expansions(result: Build, name: str | None) -> list[Expansion]:
    documents = [entry.document for entry in result.entries if name in (None, entry.key[1], "/".join(entry.key))]
    if name and not documents:
        known = [entry.key[1] for entry in result.entries]
        raise click.BadParameter(f"no service {name!r}. {did_you_mean(name, known)}", param_hint="--service")
    expansions = [result.estate.expansion(document)[0] for document in documents]
    return expansions if name else [*expansions, result.estate.expansion(None)[0]]


def _explained(result: Build, expansion: Expansion, alert: str | None, moment: dt.datetime | None) -> str:
    told = {a.title: result.estate.told(a.certain_labels) for a in expansion.alerts}
    if alert is None:
        return pages.service_page(expansion, told)
    if alert in expansion.off:
        return pages.off_page(expansion, alert)
    pairs = result.pairs(expansion)
    return "\n\n".join(
        "\n".join(
            (
                pages.alert_page(
                    expansion, a, told[a.title], inhibition.causes(pairs, a, result.estate.routing.severities)
                ),
                *(f"  {line}" for line in answered(result, a.certain_labels, moment or now()).splitlines()[1:]),
            )
        )
        for a in expansion.alerts
        if a.rule.alert == alert
    )
