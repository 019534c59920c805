"""Drawing what happens to an alert in a scenario."""

from __future__ import annotations

import os
from pathlib import Path

import click

from alertgen.commands import _options as options
from alertgen.commands._spec import chosen, compiled, stop_on_errors, why_none
from alertgen.diagnostics import AlertgenError
from alertgen.expand import Expansion
from alertgen.reports import chart, svg
from alertgen.testgen import situations
from alertgen.tools import binaries, drawing_runner, process
from alertgen.tools.drawing_runner import Sitter


@click.command()
@click.argument("alert")
@click.option("--service", "name", help="The service, as `name` or `namespace/name`.")
@click.option("-k", "word", default="", help="All scenarios whose sentence contains this, instead of the first.")
@click.option("--svg", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write one picture to this file.")
@click.option("--timeout", type=click.IntRange(min=1), default=900, show_default=True, help="Seconds for promtool.")
@options.spec
def show(alert: str, name: str | None, word: str, file: Path | None, timeout: int, spec: str) -> None:
    """Draw an alert's scenarios: what it measures, its limit, and when it is pending and fires.

    The values are promtool's. Without -k, the first scenario of each service that has the alert.
    """
    result = compiled(spec)
    stop_on_errors(result, "text")
    expansions = chosen(result, name)
    sitters = [sitter for expansion in expansions for sitter in _sitters(expansion, alert, word)]
    if not sitters:
        if any(a.rule.alert == alert for expansion in expansions for a in expansion.alerts):
            raise click.BadParameter(
                f"no scenario of {alert} contains {word!r}; `alertgen explain {alert}` lists them", param_hint="-k"
            )
        raise click.BadParameter(why_none(result, expansions, alert), param_hint="ALERT")
    if file and len(sitters) > 1:
        raise click.BadParameter(
            f"{len(sitters)} scenarios are asked for; choose one with --service and -k", param_hint="--svg"
        )
    promtool = binaries.find("promtool", binaries.TOOLS_FOLDER, os.environ)
    answers, errors = drawing_runner.draw(promtool, sitters, jobs=process.cores(), timeout=timeout)
    if errors:
        raise errors[0]
    drawings = [drawing for drawing in answers if drawing]
    if file:
        try:
            file.write_text(svg.svg(drawings[0]), encoding="utf-8")
        except OSError as error:
            raise AlertgenError(f"cannot write {file}: {error.strerror}") from error
        return
    click.echo(
        "\n\n".join(
            f"{sitter.expansion.namespace}/{sitter.expansion.name} {drawing.alert}: {drawing.sentence}\n"
            f"{chart.chart(drawing)}"
            for sitter, drawing in zip(sitters, drawings, strict=True)
        )
    )
    click.echo(f"\n{chart.LEGEND}")


def _sitters(expansion: Expansion, alert: str, word: str) -> list[Sitter]:
    found = situations(expansion)
    return [
        Sitter(expansion, one, scenario)
        for one in expansion.alerts
        if one.rule.alert == alert
        for scenario in (
            [s for s in found[one.title] if word.lower() in s.name.lower()] if word else found[one.title][:1]
        )
    ]
