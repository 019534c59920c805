"""When alertgen says that hours are on, a real Alertmanager tells; when it says that they are off, it does not.

The server's clock cannot be set, so the hours are written around now, in zones on both sides of the date line.
"""

from __future__ import annotations

import datetime as dt
import itertools
import time
import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from servers import Exporter, Runnable, Sink, alertmanager, ask, listening, wait_for

from alertgen.quantity import Duration
from alertgen.receivers import Notifier, Receiver
from alertgen.render.alertmanager import render
from alertgen.routing.hours import MONTHS, WEEKDAYS
from alertgen.routing.model import Matcher, Route, Routing, TimeInterval, TimeRange
from alertgen.routing.moments import within

ZONES = ["", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Auckland", "Pacific/Pago_Pago"]
REPORTS_MUTES = (0, 28)
"""From here on Alertmanager says of a group why it is not told."""


def around(now: dt.datetime) -> Iterator[TimeRange]:
    """Ranges that begin, end or lie beside this moment, in whatever zone that is."""
    for behind, ahead in [(3, 3), (2, 600), (600, 2)]:
        yield TimeRange(times=((_clock(now, -behind), _clock(now, ahead)),))
    for start, end in [(3, 90), (-90, -3)]:
        if (first := _clock(now, start)) < (last := _clock(now, end)):
            yield TimeRange(times=((first, last),))
    today, month = now.isoweekday() % 7, now.month - 1
    yield TimeRange(weekdays=(WEEKDAYS[today],))
    yield TimeRange(weekdays=tuple(day for day in WEEKDAYS if day != WEEKDAYS[today]))
    yield TimeRange(weekdays=(f"{WEEKDAYS[0]}:{WEEKDAYS[today]}",))
    for day in (now.day, now.day - 32, now.day % 28 + 1):
        yield TimeRange(days_of_month=(str(day),))
    yield TimeRange(days_of_month=("-1",))
    yield TimeRange(days_of_month=(f"1:{now.day}",), months=(MONTHS[month],))
    yield TimeRange(months=(MONTHS[(month + 1) % 12],))
    yield TimeRange(years=(f"{now.year - 1}:{now.year}",))
    yield TimeRange(years=(str(now.year + 1),), weekdays=(WEEKDAYS[today],))


def _clock(now: dt.datetime, minutes: int) -> str:
    """So many minutes away, but within this day; the last minute of which is 24:00."""
    minute = min(max(now.hour * 60 + now.minute + minutes, 0), 24 * 60)
    return f"{minute // 60:02}:{minute % 60:02}"


def intervals(now: dt.datetime) -> Iterator[TimeInterval]:
    """One for each zone and each range around now."""
    for zone in ZONES:
        local = now.astimezone(zoneinfo.ZoneInfo(zone or "UTC"))
        for number, span in enumerate(around(local)):
            yield TimeInterval(name=f"{zone or 'none'} {number}", ranges=(replace(span, location=zone),))


def told_and_muted(
    program: Runnable, hours: Sequence[TimeInterval], folder: Path
) -> tuple[set[str], set[str], set[str]]:
    """Of the hours: those that tell while they are on, those that tell while they are off, and what is said muted."""
    sink = Sink()
    with listening(Exporter(), sink) as address:
        receivers = {
            way: Receiver(way, (Notifier("webhook", {"url": f"http://{address}/{way}"}),)) for way in ("active", "mute")
        }
        children = tuple(
            Route(
                receiver=way,
                matchers=(Matcher("way", "=", way), Matcher("hours", "=", each.name)),
                active=(each.name,) if way == "active" else (),
                mute=(each.name,) if way == "mute" else (),
            )
            for way, each in itertools.product(receivers, hours)
        )
        tree = Route(receiver="mute", group_by=("way", "hours"), group_wait=Duration(0), routes=children)
        text = render(Routing(receivers=receivers, intervals=tuple(hours)), tree, program.version, "# a test")
        with alertmanager(program, text, folder) as am:
            am.fire(
                [
                    {"alertname": "Any", "way": way, "hours": each.name}
                    for way, each in itertools.product(receivers, hours)
                ]
            )
            wait_for("all groups", lambda: len(am.groups()) == len(children))
            wait_for("notifications that come no more", _silence(sink))
            muted = {
                group["labels"]["hours"]
                for group in ask(f"{am.url}/api/v2/alerts/groups")
                if group["labels"]["way"] == "active"
                and any(alert["status"].get("mutedBy") for alert in group["alerts"])
            }

    def of(way: str) -> set[str]:
        return {body["groupLabels"]["hours"] for body in sink.at(f"/{way}")}

    return of("active"), of("mute"), muted


def _silence(sink: Sink, seconds: float = 0.5) -> Callable[[], bool]:
    """Says when for so long nothing more has come."""
    seen, since = -1, time.monotonic()

    def over() -> bool:
        nonlocal seen, since
        count = len(sink.at("/active")) + len(sink.at("/mute"))
        if count != seen:
            seen, since = count, time.monotonic()
        return bool(count) and time.monotonic() - since > seconds

    return over


def test_hours_are_on_and_off_when_alertmanager_has_them_so(alertmanagers: Sequence[Runnable], tmp_path: Path) -> None:
    for program in alertmanagers:
        before = dt.datetime.now(tz=dt.UTC)  # noqa: TID251 - the server's clock
        hours = list(intervals(before))
        active, unmuted, muted = told_and_muted(program, hours, tmp_path / str(program.version))
        after = dt.datetime.now(tz=dt.UTC)  # noqa: TID251 - the server's clock
        # What begins or ends while the test runs may be seen either way.
        expected = {each.name: within(each, before) for each in hours if within(each, before) is within(each, after)}
        on = {name for name, is_on in expected.items() if is_on}
        off = expected.keys() - on
        assert min(len(on), len(off)) > len(hours) / 4, "hours of both kinds"
        assert on == active & expected.keys()
        assert off == unmuted & expected.keys()
        if program.version >= REPORTS_MUTES:
            assert off == muted & expected.keys()
