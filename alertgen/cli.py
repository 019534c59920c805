"""The command line: the commands there are, and what can go wrong in any of them."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any, Never

import click

from alertgen import commands
from alertgen.commands._options import ENVIRONMENT
from alertgen.diagnostics import AlertgenError, did_you_mean

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Commands(click.Group):
    """Loads the commands as they are asked for, and turns what goes wrong into an exit status and words."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All commands."""
        return commands.names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        """One of them; a command that is not asked for costs no time at start."""
        return commands.command(cmd_name) if cmd_name in commands.names() else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for. One that there is not is told with the nearest one."""
        if args and not args[0].startswith("-") and args[0] not in commands.names():
            ctx.fail(f"there is no command {args[0]!r}. {did_you_mean(args[0], commands.names())}".rstrip())
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. The environment's failures and our bugs exit with 3, ^C with 130."""
        try:
            return super().invoke(ctx)
        except AlertgenError as error:
            click.echo(f"{click.style('error', fg='red', bold=True)}: {error.message}", err=True)
            for line in error.hint.splitlines():
                click.echo(f"    {line}", err=True)
            sys.exit(ENVIRONMENT)
        except OSError as error:
            # Files have a name, and those who write them say what went wrong with which: here it is the output.
            if error.errno not in {errno.ENOSPC, errno.EIO, errno.EDQUOT}:
                _bug()
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            click.echo(f"{click.style('error', fg='red', bold=True)}: cannot print: {error.strerror}", err=True)
            sys.exit(ENVIRONMENT)
        except KeyboardInterrupt:
            # Not click's 1, which would read as findings.
            click.echo("interrupted", err=True)
            sys.exit(128 + signal.SIGINT)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Exception:  # noqa: BLE001  # whatever it is, it is our bug and says so
            _bug()


class _UntilClosed(io.FileIO):
    """An output whose reader may go: what comes then is dropped, and the command ends with the status it would have."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Writes it, or drops it."""
        try:
            return super().write(data)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            return memoryview(data).nbytes


def _let_readers_go() -> None:
    """`build --check | head -1` must not say that all is well because nobody read what is wrong."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper) and stream is getattr(sys, f"__{name}__"):
            stream.flush()
            fresh = io.TextIOWrapper(
                io.BufferedWriter(_UntilClosed(stream.fileno(), "w", closefd=False)),
                stream.encoding,
                stream.errors,
                line_buffering=stream.line_buffering or name == "stderr",
            )
            setattr(sys, name, fresh)


def _bug() -> Never:
    traceback.print_exc()
    click.echo("This is a bug in alertgen, not in your spec. Please report it with the lines above.", err=True)
    sys.exit(ENVIRONMENT)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="alertgen")
def main() -> None:
    """Prometheus alerts and Alertmanager routing from a few lines of YAML, with proof.

    The spec is in rules.d/, what comes of it in golden/. Edit the spec, run `alertgen build`, look at the diff.
    """
    _let_readers_go()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
