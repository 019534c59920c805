"""Hours as people say them → Alertmanager's time intervals: over midnight, round the week, round the year. Pure.

Alertmanager knows no range that wraps: neither `22:00-06:00` nor `friday:monday`. What wraps is split, and what comes
after midnight belongs to the day before: `{weekdays: friday, times: "22:00-06:00"}` ends on Saturday morning.
"""

from __future__ import annotations

import functools
import re
import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alertgen.diagnostics import Diagnostic, did_you_mean
from alertgen.receivers import shown
from alertgen.routing.model import At, TimeInterval, TimeRange

WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
"""In Alertmanager's order: a range of its may not go past saturday."""
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_TIMES = re.compile(rf"({_TIME.pattern})-({_TIME.pattern}|24:00)")
_DAYS = re.compile(r"(-?[0-9]{1,2})(?::(-?[0-9]{1,2}))?")
_YEARS = re.compile(r"([0-9]{4})(?::([0-9]{4}))?")
_MIDNIGHT = "24:00"


@dataclass(frozen=True, slots=True)
class _Days:
    """Which days, as numbers; None does not restrict. `dates` are days of the month, negative from its end."""

    weekdays: frozenset[int] | None = None
    dates: tuple[tuple[int, int], ...] | None = None
    months: frozenset[int] | None = None
    years: frozenset[int] | None = None


def read_hours(name: str, ranges: Sequence[Mapping[str, Any]], at: At) -> tuple[TimeInterval, tuple[Diagnostic, ...]]:
    """The interval of that name, and what is wrong with it. `ranges` passed the schema; `at` starts at the name."""
    problems: list[Diagnostic] = []
    found: list[TimeRange] = []
    for index, written in enumerate(ranges):
        place = functools.partial(at, index)
        if not written:
            problems.append(
                Diagnostic(place(), "always", f"a part of {shown(name)} is always", hint="say which times or days")
            )
            continue
        try:
            found += (replace(span, place=place()) for span in _ranges(written))
        except _WrongError as wrong:
            problems.append(Diagnostic(place(*wrong.steps), "bad-hours", str(wrong), hint=wrong.hint))
    return TimeInterval(name=name, ranges=tuple(found), location=at()), tuple(problems)


class _WrongError(Exception):
    """A value of a range makes no sense."""

    def __init__(self, steps: Sequence[str | int], message: str, hint: str) -> None:
        super().__init__(message)
        self.steps = steps
        self.hint = hint


def _ranges(written: Mapping[str, Any]) -> Iterator[TimeRange]:
    """One range as written → Alertmanager's, which may be several."""
    days = _Days(
        weekdays=_named(written, "weekdays", WEEKDAYS),
        dates=_dates(written),
        months=_named(written, "months", MONTHS),
        years=_years(written),
    )
    location = _zone(written)
    same_day, morning = _times(written)
    if not morning:
        yield _written(days, same_day, location)
    elif days == _Days():
        yield _written(days, (*morning, *same_day), location)
    elif days.dates is not None:
        raise _WrongError(
            ["times"],
            "times over midnight and days_of_month do not go together: the day after a day of the month has no name",
            'write two ranges, one until "24:00" and one from "00:00" on',
        )
    else:
        yield _written(days, same_day, location)
        for next_days in _following(days):
            yield _written(next_days, morning, location)


def _following(days: _Days) -> Iterator[_Days]:
    """The days after these. Without days of the month."""
    weekdays = None if days.weekdays is None else frozenset((day + 1) % 7 for day in days.weekdays)
    if days.months is None and days.years is None:
        yield _Days(weekdays=weekdays)
        return
    yield _Days(weekdays, ((2, 31),), days.months, days.years)
    months = frozenset(range(12)) if days.months is None else days.months
    later = frozenset(month + 1 for month in months if month < 11)
    if later:
        yield _Days(weekdays, ((1, 1),), later, days.years)
    if 11 in months:
        years = None if days.years is None else frozenset(year + 1 for year in days.years)
        yield _Days(weekdays, ((1, 1),), frozenset({0}), years)


def _written(days: _Days, times: tuple[tuple[str, str], ...], location: str) -> TimeRange:
    return TimeRange(
        times=times,
        weekdays=_spans(days.weekdays, 7, WEEKDAYS.__getitem__),
        days_of_month=tuple(str(a) if a == b else f"{a}:{b}" for a, b in days.dates or ()),
        months=_spans(days.months, 12, MONTHS.__getitem__),
        years=_spans(days.years, None, str),
        location=location,
    )


def _spans(numbers: frozenset[int] | None, of: int | None, name: Callable[[int], str]) -> tuple[str, ...]:
    """Numbers as ranges of names; all of so many need not be said."""
    if numbers is None or len(numbers) == of:
        return ()
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return tuple(name(a) if a == b else f"{name(a)}:{name(b)}" for a, b in found)


def _listed(written: Mapping[str, Any], key: str) -> Iterator[tuple[list[str | int], str]]:
    """The values of a key, of which there may be one or several, with the path to each."""
    value = written[key]
    for index, each in enumerate(value if isinstance(value, list) else [value]):
        yield ([key, index] if isinstance(value, list) else [key]), str(each)


def _named(written: Mapping[str, Any], key: str, names: Sequence[str]) -> frozenset[int] | None:
    """Weekdays or months by name, one or `first:last`; a range may go round."""
    if key not in written:
        return None
    found: set[int] = set()
    for steps, text in _listed(written, key):
        parts = text.split(":")
        for part in parts:
            if part not in names:
                one = key.removesuffix("s")
                hint = _in_full(text, names) or did_you_mean(part.lower(), names)
                raise _WrongError(steps, f"there is no {one} {shown(part)}", hint or f"{names[0]}, {names[1]}, …")
        if len(parts) > 2:
            raise _WrongError(steps, f"{shown(text)} is not a range", f"write {names[1]}:{names[5]}")
        first, last = names.index(parts[0]), names.index(parts[-1])
        count = (last - first) % len(names) + 1
        found |= {(first + step) % len(names) for step in range(count)}
    return frozenset(found)


def _dates(written: Mapping[str, Any]) -> tuple[tuple[int, int], ...] | None:
    if "days_of_month" not in written:
        return None
    found: list[tuple[int, int]] = []
    for steps, text in _listed(written, "days_of_month"):
        match = _DAYS.fullmatch(text)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not all(1 <= abs(day) <= 31 for day in (first, last)):
            raise _WrongError(
                steps, f"{shown(text)} is not a day of the month", "write 1 to 31, -1 for the last day, or 1:7"
            )
        # Alertmanager takes a month of 28 days to see whether a range can ever be one.
        begins, ends = (day + 28 if day < 0 else day for day in (first, last))
        if begins > ends or first < 0 < last:
            raise _WrongError(steps, f"{shown(text)} ends before it begins", "write two items, one for each end")
        found.append((first, last))
    return tuple(found)


def _years(written: Mapping[str, Any]) -> frozenset[int] | None:
    if "years" not in written:
        return None
    found: set[int] = set()
    for steps, text in _listed(written, "years"):
        match = _YEARS.fullmatch(text)
        if match is None:
            raise _WrongError(steps, f"{shown(text)} is not a year", "write 2027 or 2027:2028")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise _WrongError(steps, f"{shown(text)} ends before it begins", "put the earlier year first")
        found |= set(range(first, last + 1))
    return frozenset(found)


def _times(written: Mapping[str, Any]) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Times of the same day, and those after midnight that belong to the day before; in order."""
    same_day: list[tuple[str, str]] = []
    morning: list[tuple[str, str]] = []
    for steps, text in _listed(written, "times") if "times" in written else ():
        match = _TIMES.fullmatch(text)
        if match is None:
            raise _WrongError(steps, f"{shown(text)} are no times", 'write them like "09:00-18:00"')
        start, end = text.split("-")
        if start == end:
            raise _WrongError(steps, f"{shown(text)} is no time at all", 'for a whole day write "00:00-24:00"')
        if start < end:
            same_day.append((start, end))
        else:
            same_day.append((start, _MIDNIGHT))
            morning += [("00:00", end)] if end != "00:00" else []
    return tuple(sorted(same_day)), tuple(sorted(morning))


def _in_full(text: str, names: Sequence[str]) -> str:
    """What `Mon-Fri` or `dec` is in full, as a hint; empty for what is no beginning of a name."""
    parts = re.split(r"\s*[:-]\s*|\s+to\s+", text.strip().lower())
    full = [name for part in parts for name in names if name.startswith(part) and len(part) >= _SHORTEST]
    return f"did you mean '{':'.join(full)}'?" if len(full) == len(parts) <= 2 else ""


_SHORTEST = 3
"""Letters by which days and months can be told apart."""


def _zone(written: Mapping[str, Any]) -> str:
    location: str = written.get("location", "")
    if location and location not in zones():
        where = f"there is no time zone {shown(location)}"
        if location == "Local":
            where = "'Local' is whatever zone the machine of Alertmanager has"
        hint = did_you_mean(location, zones()) or "write its name in the IANA database, e.g. Europe/Berlin or UTC"
        raise _WrongError(["location"], where, hint)
    return location


@functools.cache
def zones() -> frozenset[str]:
    """The names of time zones, as this machine's database has them."""
    return frozenset(zoneinfo.available_timezones()) - {"localtime", "Factory", "posixrules"}
