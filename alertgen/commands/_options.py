"""Options that several commands have, and the exit statuses they share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

FINDINGS, ENVIRONMENT = 1, 3
"""Exit statuses beside 0 (fine) and 2 (wrong usage, click's own)."""

LISTED = "`alertgen patterns` lists the alerts there are."
"""What to say to somebody who names an alert that is not there."""

_SPEC, _OUT = "rules.d", "golden"

spec = click.option(
    "--spec", default=_SPEC, show_default=True, type=click.Path(), help="The folder with the spec's YAML files."
)
out = click.option(
    "--out", default=_OUT, show_default=True, type=click.Path(), help="The folder that the output is kept in."
)


def folders(spec: str, out: str = _OUT) -> tuple[str, ...]:
    """The words that say where spec and output are, if they are not where they are by default."""
    return (*(("--spec", spec) if spec != _SPEC else ()), *(("--out", out) if out != _OUT else ()))


promtools = click.option(
    "--promtool", "promtools", multiple=True, metavar="PATH",
    help="Use this promtool; several times: each of them, telling where they disagree.",
)  # fmt: skip


def formats(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--format`: text, or one of these for machines."""
    return click.option(
        "--format", "style", type=click.Choice(["text", *names]), default="text", show_default=True,
        help="How findings are printed.",
    )  # fmt: skip


class WholeSpec(click.Command):
    """A command about the whole spec, which says so to somebody who names one of its files."""

    allow_extra_args = True

    def invoke(self, ctx: click.Context) -> Any:
        """Raises UsageError for a word too many."""
        if ctx.args:
            raise click.UsageError(
                f"'{ctx.args[0]}' is too much: {ctx.command_path} is about the whole folder {ctx.params['spec']}/, "
                "for what one file says means something only together with the others; --spec names another folder",
                ctx,
            )
        return super().invoke(ctx)


class Words(click.Option):
    """An option that takes all words up to the next option, as a shell writes them for a pattern: `--tests a b c`."""

    def __init__(self, param_decls: Sequence[str] | None = None, **attrs: Any) -> None:
        super().__init__(param_decls, multiple=True, metavar="FILE...", **attrs)

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Lets click read the first word, then takes those that follow."""
        super().add_to_parser(parser, ctx)
        for name in self.opts:
            option = parser._long_opt[name]  # noqa: SLF001 - click has no other way to so many words
            option.process = _greedy(option.process)


def _greedy(process: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    def take(value: Any, state: Any) -> None:
        process(value, state)
        while state.rargs and not state.rargs[0].startswith("-"):
            process(state.rargs.pop(0), state)

    return take
