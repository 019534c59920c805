"""A drawing of a scenario in the characters of a terminal. Pure."""

from __future__ import annotations

import math
from typing import Final

from alertgen.drawing import Drawing
from alertgen.quantity import Duration

WIDTH: Final = 64
HEIGHT: Final = 8
_MARGIN: Final = 12


LEGEND: Final = "* value, - limit, p pending, # firing"


def with_legend(drawing: Drawing) -> str:
    """The chart, with what its marks mean."""
    return f"{chart(drawing)}\n{LEGEND}"


def chart(drawing: Drawing) -> str:
    """The values over time, the limit as a line of dashes, and below them when the alert is pending and fires."""
    each = math.ceil(len(drawing.times) / WIDTH)
    columns = [tuple(drawing.times[first : first + each]) for first in range(0, len(drawing.times), each)]
    low, high = drawing.extent
    rows = [[" "] * len(columns) for _ in range(HEIGHT)]

    def row(value: float) -> int:
        share = (min(max(value, low), high) - low) / (high - low)
        return HEIGHT - 1 - round(share * (HEIGHT - 1))

    limit = drawing.measured.constant
    if limit is not None:
        rows[row(limit)] = ["-"] * len(columns)
    for mark, curves in (("-", drawing.limits), ("*", drawing.curves)):
        for curve in curves.values():
            for number, times in enumerate(columns):
                for value in (curve[time] for time in times if time in curve):
                    rows[row(value)][number] = mark
    named = {row(high): f"{high:.4g}", row(low): f"{low:.4g}"}
    if limit is not None:
        named[row(limit)] = f"{drawing.measured.operator} {limit:.4g}"
    lines = [f"{named.get(number, ''):>{_MARGIN}} |{''.join(marks).rstrip()}" for number, marks in enumerate(rows)]
    states = "".join(
        "#" if drawing.firing.intersection(times) else "p" if drawing.pending.intersection(times) else "."
        for times in columns
    )
    end = str(Duration(drawing.until))
    lines.append(f"{'':>{_MARGIN}} |{states}")
    lines.append(f"{'':>{_MARGIN}}  0s{end:>{max(len(columns) - 2, len(end) + 1)}}")
    return "\n".join(lines)
