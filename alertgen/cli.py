"""The command line: the commands there are, and what can go wrong in any of them."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from typing import Any

import click

from alertgen import commands
from alertgen.commands._options import ENVIRONMENT
from alertgen.diagnostics import AlertgenError


class Commands(click.Group):
    """Loads the commands as they are asked for, and turns what goes wrong into an exit status and words."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All commands."""
        return commands.names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        """One of them; a command that is not asked for costs no time at start."""
        return commands.command(cmd_name) if cmd_name in commands.names() else None

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. The environment's failures and our bugs exit with 3, ^C with 130."""
        try:
            return super().invoke(ctx)
        except AlertgenError as error:
            click.echo(f"{click.style('error', fg='red', bold=True)}: {error.message}", err=True)
            for line in error.hint.splitlines():
                click.echo(f"    {line}", err=True)
            sys.exit(ENVIRONMENT)
        except BrokenPipeError:
            # The reader had enough; what is still buffered must not fail again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except KeyboardInterrupt:
            # Not click's 1, which would read as findings.
            click.echo("interrupted", err=True)
            sys.exit(128 + signal.SIGINT)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Exception:  # noqa: BLE001  # whatever it is, it is our bug and says so
            traceback.print_exc()
            click.echo("This is a bug in alertgen, not in your spec. Please report it with the lines above.", err=True)
            sys.exit(ENVIRONMENT)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="alertgen")
def main() -> None:
    """Prometheus alerts and Alertmanager routing from a few lines of YAML, with proof.

    The spec is in rules.d/, what comes of it in golden/. Edit the spec, run `alertgen build`, look at the diff.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
