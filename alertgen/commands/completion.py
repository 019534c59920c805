"""Printing the completion script for a shell."""

from __future__ import annotations

import click
import click.shell_completion

from alertgen.diagnostics import AlertgenError


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    In bash: `eval "$(alertgen completion bash)"`
    """
    found = click.shell_completion.get_completion_class(shell)
    if found is None:
        raise AlertgenError(f"there is no completion for {shell}")
    click.echo(found(click.get_current_context().find_root().command, {}, "alertgen", "_ALERTGEN_COMPLETE").source())
