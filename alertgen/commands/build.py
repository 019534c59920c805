"""Writing golden/ from the spec, or showing what would change."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping

import click

from alertgen import routechanges, workspace
from alertgen.commands import _options as options
from alertgen.commands._drift import REPAIR, drift_summary, drifted
from alertgen.commands._output import counted, print_findings, progress
from alertgen.commands._spec import compiled, stop_on_errors
from alertgen.compiler import Build
from alertgen.expand import SITE_GROUP, SITE_NAMESPACE
from alertgen.reports import text
from alertgen.source import Document


@click.command(cls=options.WholeSpec)
@options.spec
@options.out
@click.option("--check", is_flag=True, help="Write nothing; show what would change, and exit with 1 if anything would.")
@options.formats("json", "github", "sarif", "junit")
def build(spec: str, out: str, check: bool, style: str) -> None:
    """Write golden/ from rules.d/."""
    started = time.monotonic()
    result = compiled(spec)
    stop_on_errors(result, style)
    with progress("building", 4 * len(result.entries) + 6) as on_done:
        artifacts = counted(result.artifacts(), on_done)
        if check:
            drifts = list(workspace.compare(out, artifacts))
        else:
            written = workspace.write(out, artifacts)
            drifts = list(written.refused)
    found = [*result.diagnostics, *(drifted(out, drift) for drift in drifts)]
    if style != "text":
        print_findings(found, style)
    elif check:
        undrawn = []
        for drift in drifts:
            if difference := drift.diff(out, spec):
                click.echo(text.diff(difference))
            else:
                undrawn.append(drifted(out, drift))
        print_findings([*result.diagnostics, *undrawn], style)
        for change in routechanges.changes(
            drifts, result.estate.tree, result.estate.site.external_labels, _labels(result)
        ):
            click.echo(change)
        click.echo(drift_summary(out, drifts), err=bool(drifts))
        if drifts:
            click.echo(REPAIR, err=True)
    else:
        print_findings(found, style)
    if drifts:
        sys.exit(options.FINDINGS)
    if not check and style == "text":
        counts = result.counts
        click.echo(
            f"{text.count(counts.services, 'service')} ({text.count(counts.shapes, 'shape')}), "
            f"{text.count(counts.alerts, 'alert')}, {text.count(counts.recording_rules, 'recording rule')}: "
            f"{text.count(written.files, 'file')} in {out}/, "
            f"{written.changed:,} written, {written.removed:,} removed, {time.monotonic() - started:.1f} s"
        )


def _labels(result: Build) -> Iterator[tuple[str, Iterator[Mapping[str, str]]]]:
    """Every service, and the installation, with the labels of its alerts; it is expanded when those are asked for."""
    for entry in result.entries:
        namespace, name = entry.key
        yield f"{namespace}/{name}", _labels_of(result, entry.document)
    yield f"{SITE_NAMESPACE}/{SITE_GROUP}", _labels_of(result, None)


def _labels_of(result: Build, document: Document | None) -> Iterator[Mapping[str, str]]:
    for alert in result.estate.expansion(document)[0].alerts:
        yield alert.certain_labels
