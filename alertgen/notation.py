"""promtool's notation for the input series of a test: `0x10 1001x60 _x5 stale` → parts of a series. Pure.

One sample each evaluation interval, as promtool has it, but for the end: a series goes on as its last item says until
the test ends, unless that item is `_` (no samples any more) or `stale` (gone). So nothing depends on how far back a
query looks, and a longer `for` needs no longer series.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import promql_parser as pp

from alertgen.model import Gap, Hold, Part, Ramp, Stale
from alertgen.promql_text import mistake
from alertgen.quantity import number

MAX_SAMPLES: Final = 100_000
"""The most samples a series may have: more than a month of them at the default interval."""

_NUMBER: Final = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_GAP = re.compile(r"_(?:x(?P<times>[0-9]+))?")
_SPECIAL = re.compile(r"(?P<sign>[-+]?)(?P<name>nan|inf)", re.IGNORECASE)
_SAMPLES = re.compile(rf"(?P<start>[-+]?{_NUMBER})(?:(?P<growth>[-+]{_NUMBER})?x(?P<times>[0-9]+))?")
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_LARGEST = Decimal("1.7e308")

_WHY: Final = (
    (re.compile(r"[-+]?(nan|inf)x.*", re.IGNORECASE), "NaN and Inf cannot be repeated", "write each one: NaN NaN NaN"),
    (re.compile(r"stale.+"), "'stale' is one moment and cannot be repeated", "after it, `_x5` is five without samples"),
    (re.compile(r".*[-+][-+].*"), "there are two signs in a row", "1-1x3 goes down, 1+1x3 goes up"),
    (re.compile(r".*,.*"), "values are separated by spaces, not by commas", ""),
    (re.compile(r"[0-9]+_.*"), "a number has no '_' in it", "promtool takes 1000, not 1_000"),
    (re.compile(r"0x[0-9]*[a-fA-F].*"), "values are not hexadecimal: 0x10 is eleven zeros", ""),
    (re.compile(r"x[0-9]+"), "there is a space before the 'x'", "write 1+1x3 in one word"),
    (re.compile(r".*x(-.*|[0-9]*\..*)?"), "after the 'x' comes how many more samples, a whole number", "1x3 is four"),
    (re.compile(rf"[-+]?{_NUMBER}[-+]{_NUMBER}"), "it does not say how often it grows", "1+1x3 is 1 2 3 4"),
    (re.compile(r"[0-9]+(ms|[smhdwy])"), "a value is a number, not a duration", "write it in seconds"),
    (re.compile(r"\{\{.*"), "native histograms cannot be written here", "the oldest supported promtool knows none"),
)  # fmt: skip


class NotationError(ValueError):
    """What promtool would not take; `index` is where in the text."""

    def __init__(self, index: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.index = index
        self.message = message
        self.hint = hint


def parse_values(text: str, step: int) -> tuple[Part, ...]:
    """The parts of a series, with a sample each `step` seconds. Raises NotationError."""
    items = [(match[0], match.start()) for match in re.finditer(r"\S+", text)]
    parts: list[Part] = []
    samples = 0
    for position, (item, index) in enumerate(items):
        times, found = _item(item, index, step, last=position == len(items) - 1)
        parts += found
        samples += times
        if samples > MAX_SAMPLES:
            raise NotationError(index, f"the series has more than {MAX_SAMPLES:,} samples")
    if not any(isinstance(part, (Hold, Ramp)) for part in parts):
        raise NotationError(0, "the series has no sample", "leave it out, or write its values: 0x10 1x60")
    return tuple(parts)


def _item(item: str, index: int, step: int, *, last: bool) -> tuple[int, Iterator[Part]]:
    """How many samples an item stands for, and its parts."""
    if item == "stale":
        return 1, iter((Stale(),))
    if match := _GAP.fullmatch(item):
        times = _count(match["times"] or "1", index)
        return times, iter((Gap(times * step),))
    if match := _SPECIAL.fullmatch(item):
        text = "NaN" if match["name"].lower() == "nan" else f"{match['sign'].replace('+', '')}Inf"
        return 1, iter((Hold(text, None if last else step),))
    match = _SAMPLES.fullmatch(item)
    if match is None:
        message, hint = next(
            ((message, hint) for pattern, message, hint in _WHY if pattern.fullmatch(item)),
            (f"'{item if len(item) <= 40 else item[:39] + '…'}' is no value", "such as 5, 0x10, 0+1x60, _x5 or stale"),
        )
        raise NotationError(index, message, hint)
    times = _count(match["times"] or "0", index) + 1
    start = _decimal(match["start"], index)
    growth = _decimal(match["growth"], index) if match["growth"] else Decimal(0)
    return times, _samples(start, growth, times, step, last=last)


def _samples(start: Decimal, growth: Decimal, times: int, step: int, *, last: bool) -> Iterator[Part]:
    """So many samples, and those that follow in the same way when nothing else does."""

    def part(first: Decimal, seconds: int | None) -> Part:
        return Ramp(first, growth / step, seconds) if growth else Hold(number(first), seconds)

    if times > 1 or not last:
        yield part(start, times * step)
    if last:
        yield part(start + growth * times if times > 1 else start, None)


def _count(text: str, index: int) -> int:
    if len(text) > len(str(MAX_SAMPLES)):
        raise NotationError(index, f"the series has more than {MAX_SAMPLES:,} samples")
    return int(text)


def _decimal(text: str, index: int) -> Decimal:
    value = Decimal(text)
    if abs(value) > _LARGEST:
        raise NotationError(index, f"{text} is more than a sample can be")
    return value


def parse_series(text: str) -> tuple[str, dict[str, str]]:
    """The metric and the labels of `metric{label="value",…}`. Raises NotationError."""
    wrong = mistake(text)
    if wrong is not None:
        raise NotationError(wrong.index, wrong.message, wrong.hint)
    selector: Any = pp.parse(text)
    if not _is_series(selector):
        raise NotationError(0, "this is not one series", 'write metric{label="value"}')
    labels: dict[str, str] = {}
    for matcher in selector.matchers.matchers:
        place = max(0, text.find(matcher.name, text.find("{")))
        if matcher.op != pp.MatchOp.Equal:
            hint = "a series has labels, not matchers"
            raise NotationError(place, f"the label '{matcher.name}' needs one value", hint)
        if not _LABEL.fullmatch(matcher.name):
            raise NotationError(place, f"'{matcher.name}' is no label name", "letters, digits and '_' only")
        if matcher.name in labels:
            raise NotationError(place, f"the label '{matcher.name}' is given twice")
        labels[matcher.name] = matcher.value
    metric = selector.name or labels.pop("__name__", "")
    if not _METRIC.fullmatch(metric):
        raise NotationError(0, "the series has no metric name", 'write metric{label="value"}')
    # Prometheus takes a label without a value for one that is not there.
    return metric, {name: value for name, value in labels.items() if value}


def _is_series(selector: Any) -> bool:
    """Whether a parsed expression is a plain selector: no range, no offset, no alternatives."""
    plain = isinstance(selector, pp.VectorSelector) and selector.offset is None and selector.at is None
    return plain and not selector.matchers.or_matchers
