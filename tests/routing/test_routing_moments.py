from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routingcase import at

from alertgen.routing.hours import read_hours
from alertgen.routing.model import TimeInterval
from alertgen.routing.moments import turns, until, within

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def hours(**span: Any) -> TimeInterval:
    found, problems = read_hours("office", [span], at)
    assert () == problems
    return found


def moment(text: str, zone: dt.tzinfo = BERLIN, fold: int = 0) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


OFFICE = hours(weekdays="monday:friday", times="09:00-18:00", location="Europe/Berlin")


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-11-23 08:59", False),  # a Monday
        ("2026-11-23 09:00", True),
        ("2026-11-23 17:59:59", True),
        ("2026-11-23 18:00", False),
        ("2026-11-28 12:00", False),
    ],
)
def test_hours_begin_with_their_first_minute_and_end_before_their_last(when: str, expected: bool) -> None:
    assert expected is within(OFFICE, moment(when))


def test_hours_without_a_zone_are_utc() -> None:
    noon = hours(times="12:00-13:00")
    assert within(noon, moment("2026-07-01 14:30"))
    assert not within(noon, moment("2026-07-01 12:30"))


def test_the_wall_clock_counts_in_summer_and_in_winter() -> None:
    assert [True, True] == [within(OFFICE, moment(f"2026-{month}-01 09:00")) for month in ("07", "12")]
    assert [True, False] == [within(OFFICE, moment(f"2026-{month}-01 07:30", dt.UTC)) for month in ("07", "12")]


def test_an_hour_that_comes_twice_is_in_twice_and_one_that_is_left_out_never_comes() -> None:
    night = hours(times="02:00-03:00", location="Europe/Berlin")
    october = [dt.datetime(2026, 10, 25, 0, minute, tzinfo=dt.UTC) for minute in (0, 59)]
    assert all(within(night, m) and within(night, m + dt.timedelta(hours=1)) for m in october)
    march = dt.datetime(2026, 3, 29, tzinfo=dt.UTC)
    assert not any(within(night, march + dt.timedelta(minutes=minute)) for minute in range(24 * 60))


@pytest.mark.parametrize(
    ("days", "inside"),
    [("-1", [28]), ("-31:-27", [1, 2]), ("29:31", []), ("27:-1", [27, 28]), ("1:-27", [1, 2]), ("8:-20", [8, 9])],
)
def test_days_from_the_end_are_those_of_a_short_month(days: str, inside: list[int]) -> None:
    interval = hours(days_of_month=days)
    assert inside == [day for day in range(1, 29) if within(interval, dt.datetime(2027, 2, day, tzinfo=dt.UTC))]


def test_the_next_time_is_found_to_the_minute() -> None:
    found = until(lambda m: within(OFFICE, m), moment("2026-11-27 18:00:30"), dt.timedelta(days=7))
    assert moment("2026-11-30 09:00") == found
    assert until(lambda m: within(OFFICE, m), moment("2026-11-27 18:00"), dt.timedelta(days=1)) is None


_ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
_DAYS = st.sampled_from(["monday", "sunday:tuesday", "saturday"])
_CLOCKS = st.sampled_from(["02:15-02:45", "22:00-06:00", "00:00-24:00", "09:00-18:00", "01:59-03:00"])


@settings(max_examples=25, deadline=None)
@given(
    first=st.fixed_dictionaries({"times": _CLOCKS, "location": _ZONES}, optional={"weekdays": _DAYS}),
    second=st.fixed_dictionaries({"times": _CLOCKS, "location": _ZONES}, optional={"weekdays": _DAYS}),
    day=st.sampled_from([dt.date(2026, 3, 27), dt.date(2026, 10, 3), dt.date(2026, 10, 24), dt.date(2026, 11, 1)]),
)
def test_between_two_turns_nothing_begins_or_ends(first: Any, second: Any, day: dt.date) -> None:
    intervals = hours(**first), hours(**second)
    spans = [span for interval in intervals for span in interval.ranges]
    changes = set(turns(spans, day))
    start = max(min(changes), dt.datetime.combine(day, dt.time(), dt.UTC)) + dt.timedelta(days=1)
    before = [within(interval, start) for interval in intervals]
    for minute in range(1, 3 * 24 * 60):
        now = start + dt.timedelta(minutes=minute)
        holds = [within(interval, now) for interval in intervals]
        assert holds == before or now in changes, now
        before = holds
