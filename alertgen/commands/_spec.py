"""Reading the spec, and what of it is wrong."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Sequence

import click

from alertgen import compiler, workspace
from alertgen.commands import _options as options
from alertgen.commands._output import print_findings
from alertgen.compiler import Build
from alertgen.diagnostics import did_you_mean
from alertgen.expand import Expansion
from alertgen.no_effect import why_nobody


def compiled(spec: str) -> Build:
    """What comes of the spec in a folder, today."""
    today = dt.datetime.now(tz=dt.UTC).date()  # noqa: TID251  # the one place where the day enters
    folder = os.path.normpath(spec)
    return compiler.compile_spec(workspace.read_specs(folder), today, folder)


def stop_on_errors(build: Build, style: str) -> None:
    """Ends the command with the findings, when one of them is an error."""
    if build.failed:
        print_findings(build.diagnostics, style)
        sys.exit(options.FINDINGS)


def why_none(result: Build, expansions: Sequence[Expansion], alert: str) -> str:
    """Why none of these services has the alert."""
    pattern = result.estate.patterns.get(alert)
    if pattern is None:
        if any(alert in (entry.key[1], "/".join(entry.key)) for entry in result.entries):
            return f"{alert} is a service: say --service {alert}."
        near = did_you_mean(alert, result.estate.patterns) or options.LISTED
        return f"there is no alert {alert!r}. {near}"
    return f"{alert} {why_nobody(pattern, expansions)}"


def chosen(result: Build, name: str | None) -> list[Expansion]:
    """The services called so, as `name` or `namespace/name`; without a name all of them, and the installation.

    Raises click.BadParameter when there is none.
    """
    documents = [entry.document for entry in result.entries if name in (None, entry.key[1], "/".join(entry.key))]
    if name and not documents:
        known = [entry.key[1] for entry in result.entries]
        raise click.BadParameter(f"no service {name!r}. {did_you_mean(name, known)}", param_hint="--service")
    expansions = [result.estate.expansion(document)[0] for document in documents]
    return expansions if name else [*expansions, result.estate.expansion(None)[0]]
