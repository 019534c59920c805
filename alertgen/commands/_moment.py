"""Moments as people write them on the command line."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import click

from alertgen.diagnostics import did_you_mean
from alertgen.routing.hours import zones


def read_moment(text: str) -> dt.datetime:
    """The moment of `2026-12-24 03:00 Europe/Berlin`; without a zone it is UTC. Raises ValueError with a reason."""
    day_and_time, _, zone = text.strip().partition(" ")
    clock, _, zone = zone.strip().partition(" ")
    zone = zone.strip() or "UTC"
    if zone not in zones():
        raise ValueError(f"there is no time zone '{zone}'. {did_you_mean(zone, zones())}".strip())
    try:
        return dt.datetime.strptime(f"{day_and_time} {clock}", "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
    except ValueError as error:
        raise ValueError(f"'{text}' is no moment: write it like 2026-12-24 03:00 Europe/Berlin") from error


def given(_: click.Context, __: click.Parameter, value: str | None) -> dt.datetime | None:
    """For an option whose value is a moment: what is none is wrong usage."""
    try:
        return read_moment(value) if value else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def now() -> dt.datetime:
    """The present moment, in UTC."""
    return dt.datetime.now(tz=dt.UTC)  # noqa: TID251  # who is told now, for those who ask without saying when
