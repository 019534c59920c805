"""Reading the spec, and what of it is wrong."""

from __future__ import annotations

import datetime as dt
import os
import sys

from alertgen import compiler, workspace
from alertgen.commands import _options as options
from alertgen.commands._output import print_findings
from alertgen.compiler import Build


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
