"""Durations, ratios and numbers as Prometheus writes them: parsed exactly, printed without float dirt."""

from __future__ import annotations

import math
import re
from decimal import Decimal

_UNITS = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?=\d)(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")

DURATION_PATTERN = r"^(0|([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?)$"
"""For JSON Schema: Prometheus' own notation, largest unit first, whole numbers, nothing below a second."""

_LONGEST = 64
"""Characters of a text that is longer than any duration or number that makes sense; a message repeats no more."""

MAX_DURATION = 100 * _UNITS["y"]
"""Seconds. Beyond this Prometheus' own nanosecond arithmetic comes near its end."""


class Duration(int):
    """A span of time in whole seconds that prints as Prometheus writes it: `90m` reads back as `1h30m`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Duration:
        """The duration that `text` says. Raises ValueError with a reason a person understands."""
        if text == "0":
            return cls(0)
        match = _DURATION.fullmatch(text) if text.isascii() else None
        if match is None:
            raise ValueError(f"'{_cut(text)}' is not a duration: write it as Prometheus does, e.g. 30s, 5m, 1h30m, 7d")
        seconds = sum(_whole(n) * unit for n, unit in zip(match.groups(), _UNITS.values(), strict=True) if n)
        if seconds > MAX_DURATION:
            raise ValueError(f"'{_cut(text)}' is more than a hundred years")
        return cls(seconds)

    def __str__(self) -> str:
        if self == 0:
            return "0s"
        rest, out = int(self), ""
        for name, unit in _UNITS.items():
            # 365d and 7d read better than 1y and 1w unless the number is whole, which is what Prometheus prints too.
            if name in "yw" and rest % unit:
                continue
            count, rest = divmod(rest, unit)
            out += f"{count}{name}" if count else ""
        return out

    def __repr__(self) -> str:
        return f"Duration({str(self)!r})"


_SPELT = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*")
_WORDS = {"hourly": 3_600, "daily": 86_400, "nightly": 86_400, "weekly": 604_800}
_CRON = re.compile(r"([-\d*/,]+)\s+([-\d*/,]+)\s+([-\d*/,]+)\s+([-\dA-Za-z*/,]+)\s+([-\dA-Za-z*/,]+)|@(?P<name>[a-z]+)")


def duration_hint(text: str) -> str:
    """What somebody meant by a text that is no duration, as Prometheus writes it; empty where that is not clear."""
    text = text.strip()[:_LONGEST]
    seconds = Decimal(_WORDS.get(text.lower(), 0))
    if match := re.fullmatch(f"(?:{_SPELT.pattern})+", text):
        for count, unit in _SPELT.findall(match[0]):
            name = next((n for n, words in _SPELLINGS.items() if unit.lower() in words), "")
            if not name:
                return ""
            seconds += Decimal(count) * _UNITS[name]
    if 0 < seconds <= MAX_DURATION and seconds % 1 == 0:
        return f"did you mean {Duration(int(seconds))}?"
    return ""


_SPELLINGS = {
    "y": {"y", "yr", "yrs", "year", "years"},
    "w": {"w", "wk", "wks", "week", "weeks"},
    "d": {"d", "day", "days"},
    "h": {"h", "hr", "hrs", "hour", "hours"},
    "m": {"m", "min", "mins", "minute", "minutes"},
    "s": {"s", "sec", "secs", "second", "seconds"},
}


def cron_hint(text: str) -> str:
    """What to write in place of a schedule of cron; empty for any other text."""
    schedule = _CRON.fullmatch(text.strip()[:_LONGEST])
    if schedule is None:
        return ""
    often = _often(schedule)
    return f"a cron schedule stays with the CronJob: say under `schedules` how often it runs, e.g. every: {often}"


def _often(schedule: re.Match[str]) -> str:
    """About how often a schedule of cron comes round."""
    if schedule["name"]:
        return str(Duration(_WORDS.get(schedule["name"], _UNITS["d"])))
    minute, hour, _, _, weekday = schedule.groups()[:5]
    if step := re.fullmatch(r"\*/(\d{1,2})", minute if hour == "*" else hour):
        return f"{int(step[1])}{'m' if hour == '*' else 'h'}"
    if hour == "*":
        return "1h"
    return "7d" if re.fullmatch(r"[\dA-Za-z]+", weekday) else "24h"


def _whole(digits: str) -> int:
    """So many; of more digits than a duration can have, as many as are too many anyway."""
    return int(digits) if len(digits) <= _LONGEST else MAX_DURATION + 1


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def parse_number(text: str) -> Decimal:
    """A decimal number that a sample can hold; raises ValueError for anything else (also for NaN and infinities)."""
    if not (text.isascii() and _NUMBER.fullmatch(text)):
        raise ValueError(f"'{_cut(text)}' is not a number")
    value = Decimal(text) or Decimal(0)  # not the 0 with a billion decimal places
    if value and (math.isinf(float(value)) or not float(value)):
        raise ValueError(f"{_cut(text)} is more than a sample can hold, or less")
    return value


def parse_ratio(value: str | float) -> Decimal:
    """`5%` and `0.05` are the same ratio. Raises ValueError with a reason."""
    text = str(value).strip()
    if text.endswith("%"):
        return parse_number(text[:-1].rstrip()) / 100
    return parse_number(text)


LATENCY_PATTERN = r"^[0-9]*\.?[0-9]+(ms|s)$"
"""For JSON Schema: milliseconds or seconds."""


def parse_latency(text: str) -> Decimal:
    """`500ms` and `0.5s` are half a second. Raises ValueError with a reason."""
    if text.endswith("ms"):
        return parse_number(text[:-2]) / 1000
    if text.endswith("s"):
        return parse_number(text[:-1])
    raise ValueError(f"'{_cut(text)}' is no latency: say how many ms or s, e.g. 500ms, 1.5s")


def latency(seconds: Decimal) -> str:
    """Seconds as people read them: less than one is so many `ms`."""
    return f"{number(seconds * 1000)}ms" if seconds < 1 else f"{number(seconds)}s"


def number(value: Decimal | int) -> str:
    """A number as it goes into PromQL: plain decimal notation, no exponent, no trailing zeros."""
    text = format(Decimal(value), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def humanized_percentage(value: Decimal) -> str:
    """A ratio as Prometheus' template function humanizePercentage prints it: four significant digits."""
    return f"{float(value * 100):.4g}%"


def humanized_duration(seconds: Decimal | int) -> str:
    """Seconds as Prometheus' template function humanizeDuration prints them."""
    sign, length = "-" if seconds < 0 else "", abs(Decimal(seconds))
    if 0 < length < 1:
        return f"{sign}{float(length * 1000):.4g}ms"
    if length < 60:
        return f"{sign}{float(length):.4g}s"
    minutes, rest = divmod(int(length), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    shown = [(days, "d"), (hours, "h"), (minutes, "m"), (rest, "s")]
    first = next(index for index, (count, _) in enumerate(shown) if count)
    return sign + " ".join(f"{count}{unit}" for count, unit in shown[first:])


def percent(value: Decimal) -> str:
    """A ratio as people read it: 0.05 is `5%`."""
    return f"{number(value * 100)}%"
