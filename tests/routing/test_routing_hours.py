from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routingcase import at

from alertgen.receivers import Receiver
from alertgen.render import alertmanager
from alertgen.routing.hours import MONTHS, WEEKDAYS, read_hours
from alertgen.routing.model import Destination, Route, Routing, TimeInterval, TimeRange
from alertgen.routing.moments import within
from alertgen.tools import amtool as amtool_program
from alertgen.tools.binaries import Binary


def hours(*ranges: Mapping[str, Any]) -> TimeInterval:
    found, problems = read_hours("office", ranges, at)
    assert () == problems
    return found


def written(*ranges: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What Alertmanager is given, without what is empty."""
    keys = ("times", "weekdays", "days_of_month", "months", "years", "location")
    return [{k: getattr(r, k) for k in keys if getattr(r, k)} for r in hours(*ranges).ranges]


def test_office_hours_are_what_they_look_like() -> None:
    assert [{"times": (("09:00", "18:00"),), "weekdays": ("monday:friday",), "location": "Europe/Berlin"}] == written(
        {"weekdays": "monday:friday", "times": "09:00-18:00", "location": "Europe/Berlin"}
    )


def test_a_night_of_every_day_is_a_morning_and_an_evening() -> None:
    assert [{"times": (("00:00", "06:00"), ("22:00", "24:00"))}] == written({"times": "22:00-06:00"})


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    assert [
        {"times": (("22:00", "24:00"),), "weekdays": ("friday:saturday",)},
        {"times": (("00:00", "06:00"),), "weekdays": ("sunday", "saturday")},
    ] == written({"times": "22:00-06:00", "weekdays": ["friday", "saturday"]})


def test_a_night_until_midnight_is_of_one_day() -> None:
    assert [{"times": (("22:00", "24:00"),), "weekdays": ("friday",)}] == written(
        {"times": "22:00-00:00", "weekdays": "friday"}
    )


def test_what_goes_round_the_week_or_the_year_is_split_where_alertmanager_begins_to_count() -> None:
    assert [{"weekdays": ("sunday:monday", "friday:saturday"), "months": ("january", "november:december")}] == written(
        {"weekdays": "friday:monday", "months": "november:january"}
    )


def test_monday_to_sunday_is_every_day() -> None:
    assert [{"times": (("09:00", "18:00"),)}] == written({"weekdays": "monday:sunday", "times": "09:00-18:00"})


def test_the_last_night_of_december_ends_in_january_of_the_next_year() -> None:
    assert [
        {"times": (("22:00", "24:00"),), "months": ("december",), "years": ("2026",)},
        {"times": (("00:00", "06:00"),), "days_of_month": ("2:31",), "months": ("december",), "years": ("2026",)},
        {"times": (("00:00", "06:00"),), "days_of_month": ("1",), "months": ("january",), "years": ("2027",)},
    ] == written({"times": "22:00-06:00", "months": "december", "years": 2026})


def test_days_of_the_month_are_numbers_and_ranges_from_both_ends() -> None:
    assert [{"days_of_month": ("1", "3:7", "-3:-1", "25:-1")}] == written(
        {"days_of_month": [1, "3:7", "-3:-1", "25:-1"]}
    )


@pytest.mark.parametrize(
    ("span", "place", "message", "hint"),
    [
        ({"weekdays": "mondey"}, "0/weekdays", "there is no weekday 'mondey'", "did you mean 'monday'?"),
        ({"weekdays": ["monday", "Tue"]}, "0/weekdays/1", "there is no weekday 'Tue'", "did you mean 'tuesday'?"),
        ({"weekdays": "monday:tuesday:friday"}, "0/weekdays", "'monday:tuesday:friday' is not a range", "write"),
        ({"months": "dec"}, "0/months", "there is no month 'dec'", "did you mean 'december'?"),
        ({"weekdays": "Mon-Fri"}, "0/weekdays", "there is no weekday 'Mon-Fri'", "did you mean 'monday:friday'?"),
        ({"weekdays": "mon to fri"}, "0/weekdays", "there is no weekday 'mon to fri'", "did you mean 'monday:friday'?"),
        ({"weekdays": "mo-fr"}, "0/weekdays", "there is no weekday 'mo-fr'", ""),
        ({"weekdays": ""}, "0/weekdays", "there is no weekday ''", ""),
        ({"times": "9:00-18:00"}, "0/times", "'9:00-18:00' are no times", 'write them like "09:00-18:00"'),
        ({"times": ["09:00-18:00", "19-20"]}, "0/times/1", "'19-20' are no times", ""),
        ({"times": "25:00-26:00"}, "0/times", "'25:00-26:00' are no times", ""),
        ({"times": "24:00-06:00"}, "0/times", "'24:00-06:00' are no times", ""),
        ({"times": "09:00-09:00"}, "0/times", "'09:00-09:00' is no time at all", "for a whole day"),
        ({"days_of_month": 0}, "0/days_of_month", "'0' is not a day of the month", ""),
        ({"days_of_month": [32]}, "0/days_of_month/0", "'32' is not a day of the month", ""),
        ({"days_of_month": "7:1"}, "0/days_of_month", "'7:1' ends before it begins", "write two items"),
        ({"days_of_month": "-3:3"}, "0/days_of_month", "'-3:3' ends before it begins", "write two items"),
        ({"days_of_month": "31:-1"}, "0/days_of_month", "'31:-1' ends before it begins", "write two items"),
        ({"years": "26"}, "0/years", "'26' is not a year", ""),
        ({"years": "2027:2026"}, "0/years", "'2027:2026' ends before it begins", "put the earlier year first"),
        ({"location": "Europe/Berln"}, "0/location", "there is no time zone 'Europe/Berln'", "'Europe/Berlin'?"),
        ({"location": "Local"}, "0/location", "'Local' is whatever zone the machine of Alertmanager has", ""),
        ({"location": "../../etc/passwd"}, "0/location", "there is no time zone '../../etc/passwd'", ""),
        (
            {"times": "22:00-06:00", "days_of_month": 31},
            "0/times",
            "times over midnight and days_of_month",
            "two ranges",
        ),
        ({}, "0", "a part of 'office' is always", "say which"),
    ],
)
def test_hours_that_make_no_sense_are_found_where_they_stand(
    span: Mapping[str, Any], place: str, message: str, hint: str
) -> None:
    _, (problem,) = read_hours("office", [span], at)
    assert place == problem.location.path
    assert problem.message.startswith(message)
    assert hint in problem.hint


# The meaning, worked out from what is written and not from what Alertmanager is given


def _means(span: Mapping[str, Any], moment: dt.datetime) -> bool:
    """Whether a moment is meant: a time over midnight counts for the day on which it began."""
    local = moment.astimezone(zoneinfo.ZoneInfo(span.get("location", "UTC")))
    today, yesterday = local.date(), local.date() - dt.timedelta(days=1)
    clock = f"{local:%H:%M}"
    if "times" not in span:
        return _on(span, today)
    for times in span["times"]:
        start, end = times.split("-")
        if start < end:
            if start <= clock < end and _on(span, today):
                return True
        elif (clock >= start and _on(span, today)) or (clock < end and _on(span, yesterday)):
            return True
    return False


def _on(span: Mapping[str, Any], day: dt.date) -> bool:
    names = WEEKDAYS[day.isoweekday() % 7], MONTHS[day.month - 1]
    for name, known, key in zip(names, (WEEKDAYS, MONTHS), ("weekdays", "months"), strict=True):
        if key in span and not any(name in _from_to(part, known) for part in span[key]):
            return False
    if "years" in span and day.year not in span["years"]:
        return False
    last = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return "days_of_month" not in span or any(d in (day.day, day.day - last.day - 1) for d in span["days_of_month"])


def _from_to(text: str, known: Sequence[str]) -> list[str]:
    """The names of `friday:monday`, counted one by one."""
    first, _, last = text.partition(":")
    found = [first]
    while last and found[-1] != last:
        found.append(known[(known.index(found[-1]) + 1) % len(known)])
    return found


_CLOCK = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 1, 30, 59]))
_TIMES = st.tuples(_CLOCK, _CLOCK).filter(lambda pair: pair[0] != pair[1]).map("-".join)
_NIGHT = {"times": st.lists(_TIMES, min_size=1, max_size=2)}
_MORE = {
    "weekdays": st.lists(
        st.tuples(*[st.sampled_from(WEEKDAYS)] * 2).map(":".join) | st.sampled_from(WEEKDAYS), min_size=1, max_size=2
    ),
    "months": st.lists(st.tuples(*[st.sampled_from(MONTHS)] * 2).map(":".join), min_size=1, max_size=1),
    "years": st.lists(st.sampled_from([2026, 2027]), min_size=1, max_size=1),
    "location": st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
}
_DAYTIME = {"times": st.lists(_TIMES.filter(lambda t: t[:5] < t[6:]), min_size=1, max_size=2)}
_DATES = {"days_of_month": st.lists(st.integers(1, 31) | st.integers(-31, -1), min_size=1, max_size=2)}
_RANGES = st.fixed_dictionaries({}, optional=_NIGHT | _MORE) | st.fixed_dictionaries(
    {}, optional=_DAYTIME | _MORE | _DATES
)
_WEEKS = st.sampled_from(
    [  # an ordinary one, both in which clocks change (Europe, America), the end of the year, of a short February
        dt.date(2026, 11, 23), dt.date(2026, 3, 26), dt.date(2026, 10, 22), dt.date(2026, 10, 29),
        dt.date(2026, 12, 28), dt.date(2027, 2, 25),
    ]
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(span=_RANGES.filter(bool), week=_WEEKS)
def test_what_alertmanager_is_given_holds_at_every_minute_that_is_meant_and_at_no_other(
    span: Mapping[str, Any], week: dt.date
) -> None:
    interval = hours(span)
    start = dt.datetime.combine(week, dt.time(), dt.UTC)
    for minute in range(7 * 24 * 60):
        moment = start + dt.timedelta(minutes=minute)
        assert _means(span, moment) is within(interval, moment), moment


@settings(max_examples=15, deadline=None)
@given(spans=st.lists(_RANGES.filter(bool), min_size=1, max_size=3))
def test_every_alertmanager_loads_the_hours(
    spans: list[Mapping[str, Any]], amtools: Sequence[Binary], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file: Path = tmp_path_factory.getbasetemp() / "hours.yaml"
    interval = hours(*spans)
    child = Route(receiver="a", active=("office",))
    root = Route(receiver="a", group_by=(), routes=(child,))
    routing = Routing(default=Destination("a"), receivers={"a": Receiver("a")}, intervals=(interval,))
    for amtool in amtools:
        file.write_text(alertmanager.render(routing, root, amtool.version, "# a test"), encoding="utf-8")
        assert "" == amtool_program.check_config(amtool, file)


def test_a_part_of_the_hours_knows_its_place() -> None:
    first, second, third = hours({"times": "22:00-06:00", "weekdays": "friday"}, {"weekdays": "sunday"}).ranges
    assert ["0", "0", "1"] == [getattr(r.place, "path", "") for r in (first, second, third)]
    assert TimeRange(weekdays=("sunday",)) == third
