"""Is a moment in a time interval, and when does that change? As Alertmanager has it. Pure.

Alertmanager compares the wall clock of the range's zone, so that in the night when clocks are put back an hour counts
twice, and in the other night what begins in the lost hour begins after it.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import zoneinfo
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from alertgen.diagnostics import did_you_mean
from alertgen.routing.hours import MONTHS, WEEKDAYS, zones
from alertgen.routing.model import TimeInterval, TimeRange

_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class _Range:
    """A range as numbers: minutes of the day, weekdays from Sunday = 0, months from 1."""

    zone: dt.tzinfo
    times: tuple[tuple[int, int], ...]
    weekdays: tuple[tuple[int, int], ...]
    dates: tuple[tuple[int, int], ...]
    months: tuple[tuple[int, int], ...]
    years: tuple[tuple[int, int], ...]


@functools.lru_cache(maxsize=4_096)
def _numbers(span: TimeRange) -> _Range:
    return _Range(
        zone=zoneinfo.ZoneInfo(span.location or "UTC"),
        times=tuple((_minute(start), _minute(end)) for start, end in span.times),
        weekdays=tuple(_pair(text, WEEKDAYS.index) for text in span.weekdays),
        dates=tuple(_pair(text, int) for text in span.days_of_month),
        months=tuple(_pair(text, lambda month: MONTHS.index(month) + 1) for text in span.months),
        years=tuple(_pair(text, int) for text in span.years),
    )


def _pair(text: str, number: Callable[[str], int]) -> tuple[int, int]:
    first, _, last = text.partition(":")
    return number(first), number(last or first)


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def within(interval: TimeInterval, moment: dt.datetime) -> bool:
    """Whether the moment, which knows its zone, is in one of the interval's ranges."""
    return any(_within(_numbers(span), moment) for span in interval.ranges)


def _within(span: _Range, moment: dt.datetime) -> bool:
    local = moment.astimezone(span.zone)
    minute = local.hour * 60 + local.minute
    return (
        (not span.times or any(start <= minute < end for start, end in span.times))
        and _one_of(span.weekdays, local.isoweekday() % 7)
        and _on_date(span, local)
        and _one_of(span.months, local.month)
        and _one_of(span.years, local.year)
    )


def _one_of(pairs: tuple[tuple[int, int], ...], number: int) -> bool:
    return not pairs or any(first <= number <= last for first, last in pairs)


def _on_date(span: _Range, local: dt.datetime) -> bool:
    if not span.dates:
        return True
    length = calendar.monthrange(local.year, local.month)[1]
    from_start = [tuple(day if day > 0 else length + day + 1 for day in pair) for pair in span.dates]
    return any(first <= local.day <= last for first, last in from_start)


def read_moment(text: str) -> dt.datetime:
    """The moment of `2026-12-24 03:00 Europe/Berlin`; without a zone it is UTC. Raises ValueError with a reason."""
    day_and_time, _, zone = text.strip().partition(" ")
    clock, _, zone = zone.strip().partition(" ")
    zone = zone.strip() or "UTC"
    if zone not in zones():
        raise ValueError(f"there is no time zone '{zone}'. {did_you_mean(zone, zones())}".strip())
    try:
        return dt.datetime.strptime(f"{day_and_time} {clock}", "%Y-%m-%d %H:%M").replace(tzinfo=zoneinfo.ZoneInfo(zone))
    except ValueError as error:
        raise ValueError(f"'{text}' is no moment: write it like 2026-12-24 03:00 Europe/Berlin") from error


def until(holds: Callable[[dt.datetime], bool], moment: dt.datetime, longest: dt.timedelta) -> dt.datetime | None:
    """The first full minute from this moment on at which it holds, in UTC; None when it does not for so long."""
    minute = moment.astimezone(dt.UTC).replace(second=0, microsecond=0)
    if minute < moment:
        minute += _MINUTE
    end = minute + longest
    while minute < end:
        if holds(minute):
            return minute
        minute += _MINUTE
    return None


def turns(spans: Iterable[TimeRange], first: dt.date) -> list[dt.datetime]:
    """Moments, in UTC and in order, at which any of the ranges may begin or end: between two of them nothing changes.

    They begin with this day and go on until all that can happen has happened: a week, or a year where clocks of several
    zones may be put back on different days, or for what is about dates so many years that every date has come.
    """
    ranges = [_numbers(span) for span in spans]
    last = first + dt.timedelta(days=_horizon(ranges, first))
    found: set[dt.datetime] = set()
    for zone in {span.zone for span in ranges}:
        minutes = sorted({0, *(m for s in ranges if s.zone is zone for pair in s.times for m in pair)} - {_DAY})
        day = first
        while day < last:
            found |= {_utc(day, minute, zone, fold) for minute in _shown(day, zone, minutes) for fold in (0, 1)}
            day += dt.timedelta(days=1)
    return sorted(found)


_MINUTE = dt.timedelta(minutes=1)
_WEEK, _YEAR, _EVERY_DATE = 8, 367, 9 * 366
"""Days: a week and one, a year, and from one 29 February to the next wherever a century leaves one out."""
_CENTURY = 40
"""Years ahead beyond which nobody plans."""


def _horizon(ranges: list[_Range], first: dt.date) -> int:
    """How many days have to be looked at."""
    years = [start for span in ranges for start, _ in span.years if first.year <= start <= first.year + _CENTURY]
    if years:
        return (max(years) + 2 - first.year) * 366
    if any(span.dates or span.months or span.years for span in ranges):
        return _EVERY_DATE
    return _YEAR if len({span.zone for span in ranges}) > 1 else _WEEK


def _shown(day: dt.date, zone: dt.tzinfo, minutes: list[int]) -> Iterable[int]:
    """The minutes of a day to look at: all when the clocks are changed."""
    begins, ends = (_utc(d, 0, zone, 0) for d in (day, day + dt.timedelta(days=1)))
    return minutes if ends - begins == dt.timedelta(days=1) else range(_DAY)


def _utc(day: dt.date, minute: int, zone: dt.tzinfo, fold: int) -> dt.datetime:
    local = dt.datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone, fold=fold)
    return local.astimezone(dt.UTC)
