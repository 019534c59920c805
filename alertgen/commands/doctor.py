"""Looking at the machine, and getting the tools."""

from __future__ import annotations

import functools
import os
import sys

import click

from alertgen.commands import _options as options
from alertgen.tools import binaries, packages
from alertgen.tools import doctor as examination


@click.command()
@click.option("--install", is_flag=True, help="Unpack what is missing into .tools (Debian, Ubuntu); no root needed.")
@click.option("--matrix", is_flag=True, help="Also unpack the newer builds of the distribution's later releases.")
def doctor(install: bool, matrix: bool) -> None:
    """Look at what alertgen needs from this machine, and say what to do."""
    say = functools.partial(click.echo, err=True)
    if install:
        examination.install_missing(binaries.TOOLS_FOLDER, os.environ, say)
    if matrix:
        for missing in packages.install_matrix(binaries.TOOLS_FOLDER, examination.NEEDED, say):
            click.echo(f"not to be had: {missing}", err=True)
    findings = examination.examine(binaries.TOOLS_FOLDER, os.environ)
    for finding in findings:
        click.echo(f"{finding.state:<8} {finding.subject}: {finding.detail}")
        for line in finding.hint.splitlines():
            click.echo(f"{'':<9}{line}")
    if any(finding.state is examination.State.MISSING for finding in findings):
        sys.exit(options.ENVIRONMENT)
