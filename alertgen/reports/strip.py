"""The states of an alert in a test as a strip of characters, with a mark under the moment that is asked about. Pure."""

from __future__ import annotations

import math

from alertgen.timeline import Timeline

WIDTH = 60
"""Columns; where there are more evaluations, a column stands for several and shows the most that happens in them."""


def strip(line: Timeline, until: float, asked: float) -> str:
    """Two lines: the states from the start to `until`, and a mark at `asked`; both in seconds."""
    steps = int(until // line.step) + 1
    each = math.ceil(steps / WIDTH)
    columns = "".join(_column(line, first, min(first + each, steps)) for first in range(0, steps, each))
    mark = int(asked // line.step) // each
    return f"{columns}  a column is {each * line.step:g}s: . nothing, p pending, # firing\n{' ' * mark}^"


def _column(line: Timeline, first: int, end: int) -> str:
    states = [line.at(step * line.step) for step in range(first, end)]
    return "#" if any(firing for _, firing in states) else "p" if any(pending for pending, _ in states) else "."
