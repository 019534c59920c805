"""Drawing what happens to an alert in a scenario."""

from __future__ import annotations

import os
from pathlib import Path

import click

from alertgen.commands import _options as options
from alertgen.commands._spec import chosen, compiled, stop_on_errors, why_none
from alertgen.compiler import Build
from alertgen.diagnostics import AlertgenError
from alertgen.drawing import Sitter
from alertgen.expand import Expansion
from alertgen.own_tests.read import own_tests
from alertgen.reports import chart, svg
from alertgen.testgen.situations import situations
from alertgen.tools import binaries, drawing_runner, process
from alertgen.verdict import CaseId


@click.command()
@click.argument("alert")
@click.option("--service", "name", help="The service, as `name` or `namespace/name`.")
@click.option(
    "-k",
    "word",
    default="",
    help="All scenarios whose sentence contains this, the service's own `tests:` among them, instead of the first.",
)
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
    scenes = [scene for expansion in expansions for scene in _sitters(result, expansion, alert, word)]
    if not scenes:
        if any(a.rule.alert == alert for expansion in expansions for a in expansion.alerts):
            raise click.BadParameter(
                f"no scenario of {alert} contains {word!r}; `alertgen explain {alert}` lists them", param_hint="-k"
            )
        raise click.BadParameter(why_none(result, expansions, alert), param_hint="ALERT")
    if file and len(scenes) > 1:
        raise click.BadParameter(
            f"{len(scenes)} scenarios are asked for; choose one with --service and -k", param_hint="--svg"
        )
    promtool = binaries.find("promtool", binaries.TOOLS_FOLDER, os.environ)
    answers, errors = drawing_runner.draw(
        promtool, [sitter for _, sitter in scenes], jobs=process.cores(), timeout=timeout
    )
    if errors:
        raise errors[0]
    drawings = [drawing for drawing in answers if drawing]
    if file:
        try:
            file.write_text(svg.svg(drawings[0]), encoding="utf-8")
        except OSError as error:
            raise AlertgenError(f"cannot write {file}: {error.strerror}") from error
        return
    click.echo("\n\n".join(f"{case}\n{chart.chart(d)}" for (case, _), d in zip(scenes, answers, strict=True) if d))
    click.echo(f"\n{chart.LEGEND}")


def _sitters(build: Build, expansion: Expansion, alert: str, word: str) -> list[tuple[CaseId, Sitter]]:
    """What is to be drawn of a service: the alert's scenarios, then those that the service itself says."""
    service = f"{expansion.namespace}/{expansion.name}"
    proven = situations(expansion)
    found = [
        (CaseId(service, one.title, scenario.name), Sitter(expansion, one, scenario))
        for one in expansion.alerts
        if one.rule.alert == alert
        for scenario in (proven[one.title] if word else proven[one.title][:1])
    ]
    if word and expansion.service:
        own, _ = own_tests(build.document(expansion.namespace, expansion.name), expansion)
        found += [
            (case, Sitter(expansion, one, scenario)) for case, one, scenario in own.scenes() if one.rule.alert == alert
        ]
    return [(case, sitter) for case, sitter in found if word.lower() in case.scenario.lower()]
