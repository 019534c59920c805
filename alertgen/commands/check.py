"""Validating and linting the spec."""

from __future__ import annotations

import sys

import click

from alertgen.commands import _options as options
from alertgen.commands._output import print_findings
from alertgen.commands._spec import compiled
from alertgen.reports import text


@click.command(cls=options.WholeSpec)
@options.spec
@options.formats("json", "github", "sarif", "junit")
def check(spec: str, style: str) -> None:
    """Validate and lint the spec; write nothing."""
    result = compiled(spec)
    print_findings(result.diagnostics, style)
    if result.failed:
        sys.exit(options.FINDINGS)
    if style == "text":
        counts = result.counts
        click.echo(f"{spec}/ is fine: {text.count(counts.services, 'service')}, {text.count(counts.alerts, 'alert')}")
