"""Options that several commands have, and the exit statuses they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

FINDINGS, ENVIRONMENT = 1, 3
"""Exit statuses beside 0 (fine) and 2 (wrong usage, click's own)."""

LISTED = "`alertgen patterns` lists the alerts there are."
"""What to say to somebody who names an alert that is not there."""

spec = click.option(
    "--spec", default="rules.d", show_default=True, type=click.Path(), help="The folder with the spec's YAML files."
)
out = click.option(
    "--out", default="golden", show_default=True, type=click.Path(), help="The folder that the output is kept in."
)


def formats(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--format`: text, or one of these for machines."""
    return click.option(
        "--format", "style", type=click.Choice(["text", *names]), default="text", show_default=True,
        help="How findings are printed.",
    )  # fmt: skip
