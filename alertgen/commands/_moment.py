"""Moments as people write them on the command line."""

from __future__ import annotations

import datetime as dt

import click

from alertgen.routing.moments import read_moment


def given(_: click.Context, __: click.Parameter, value: str | None) -> dt.datetime | None:
    """For an option whose value is a moment: what is none is wrong usage."""
    try:
        return read_moment(value) if value else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def now() -> dt.datetime:
    """The present moment, in UTC."""
    return dt.datetime.now(tz=dt.UTC)  # noqa: TID251  # who is told now, for those who ask without saying when
