"""A drawing of a scenario as SVG: the values, the limit, and bands where the alert is pending or fires. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from html import escape
from typing import Final

from alertgen.drawing import Curve, Drawing
from alertgen.quantity import Duration

WIDTH: Final = 640
HEIGHT: Final = 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 12, 44
_BAND: Final = 14
"""The height of the strip that says pending and firing, for those who do not tell the colours apart."""
_ROOM_FOR_WORD: Final = 48

MOST_CURVES: Final = 8
"""Beyond so many series a picture tells nothing."""

STYLE: Final = """\
svg.drawing{--ink:#1f2933;--faint:#8a94a0;--value:#1d5fbf;--limit:#6b4fa0;--pending:#e8b400;--firing:#cf3030;
font:11px system-ui,sans-serif;max-width:100%;height:auto}
@media (max-width:32rem){svg.drawing{font-size:16px}}
svg.drawing text{fill:var(--ink)}
svg.drawing .axis{stroke:var(--faint);fill:none}
svg.drawing .value{stroke:var(--value);fill:none;stroke-width:1.6}
svg.drawing .dot{fill:var(--value)}
svg.drawing .limit{stroke:var(--limit);fill:none;stroke-dasharray:5 3}
svg.drawing .pending{fill:var(--pending);fill-opacity:.3}
svg.drawing .firing{fill:var(--firing);fill-opacity:.3}
@media (prefers-color-scheme:dark){svg.drawing{--ink:#e4e7eb;--value:#7db4ff;--limit:#c3a6ff;--firing:#ff6b6b}}
"""


def svg(drawing: Drawing) -> str:
    """A file of its own."""
    return _element(drawing, f"<style>\n{STYLE}</style>\n", ' xmlns="http://www.w3.org/2000/svg"') + "\n"


def inline(drawing: Drawing) -> str:
    """For a page that has STYLE already."""
    return _element(drawing, "", "")


def _element(drawing: Drawing, style: str, namespace: str) -> str:
    body = "\n".join(_body(_Paper(drawing)))
    words = escape(f"{drawing.alert}: {drawing.sentence}. {in_words(drawing)}")
    return (
        f'<svg{namespace} class="drawing" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{words}">\n'
        f"{style}{body}\n</svg>"
    )


def in_words(drawing: Drawing) -> str:
    """When the alert is pending and fires, as a sentence."""
    found = []
    for name, times in (("pending", drawing.pending), ("firing", drawing.firing)):
        spans = [f"{_clock(start)} to {_clock(min(end, drawing.until))}" for start, end in drawing.spans(times)]
        if spans:
            found.append(f"{name} {', '.join(spans)}")
    return "; ".join(found) or "never pending, never firing"


class _Paper:
    """Where things go."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        low, high = drawing.extent
        margin = (high - low) * 0.06
        self._low, self._span = low - margin, (high - low) + 2 * margin
        self.left, self.right = _LEFT, WIDTH - _RIGHT
        self.top, self.bottom = _TOP, HEIGHT - _BOTTOM

    def x(self, seconds: int) -> float:
        share = seconds / (self.drawing.until + self.drawing.step)
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        share = (min(max(value, self._low), self._low + self._span) - self._low) / self._span
        return self.bottom - share * (self.bottom - self.top)


def _body(paper: _Paper) -> Iterator[str]:
    drawing = paper.drawing
    for name, times in (("pending", drawing.pending), ("firing", drawing.firing)):
        for start, end in drawing.spans(times):
            yield from _band(paper, name, start, end)
    yield (
        f'<path class="axis" d="M{paper.left} {paper.top}V{paper.bottom}H{paper.right}"/>'
        f'<text x="{paper.left}" y="{HEIGHT - 4}">0s</text>'
        f'<text x="{paper.right}" y="{HEIGHT - 4}" text-anchor="end">{_clock(drawing.until)}</text>'
    )
    yield from _scale(paper)
    for kind, curves in (("limit", drawing.limits), ("value", drawing.curves)):
        for name, curve in list(curves.items())[:MOST_CURVES]:
            yield from _curve(paper, kind, name, curve)


def _band(paper: _Paper, name: str, start: int, end: int) -> Iterator[str]:
    left, width = paper.x(start), paper.x(end) - paper.x(start)
    said = f"{name} from {_clock(start)} to {_clock(min(end, paper.drawing.until))}"
    yield (
        f'<rect class="{name}" x="{left:.1f}" y="{paper.top}" width="{width:.1f}" '
        f'height="{paper.bottom - paper.top + _BAND}"><title>{said}</title></rect>'
    )
    if width >= _ROOM_FOR_WORD:
        yield f'<text x="{left + width / 2:.1f}" y="{paper.bottom + _BAND - 3}" text-anchor="middle">{name}</text>'
    if start:
        yield f'<text x="{left:.1f}" y="{paper.bottom + _BAND + 13}" text-anchor="middle">{_clock(start)}</text>'


def _scale(paper: _Paper) -> Iterator[str]:
    low, high = paper.drawing.extent
    marks = {low, high}
    limit = paper.drawing.measured.constant
    if limit is not None:
        y = paper.y(limit)
        line = f"M{paper.left} {y:.1f}H{paper.right}"
        yield f'<path class="limit" d="{line}"><title>limit {_number(limit)}</title></path>'
        marks = {mark for mark in marks if abs(paper.y(mark) - y) > 12} | {limit}
    for mark in sorted(marks):
        sign = f"{paper.drawing.measured.operator} " if mark == limit else ""
        yield (
            f'<text x="{paper.left - 5}" y="{paper.y(mark) + 4:.1f}" text-anchor="end">'
            f"{escape(sign)}{_number(mark)}</text>"
        )


def _curve(paper: _Paper, kind: str, name: str, curve: Curve) -> Iterator[str]:
    runs = list(_runs(paper.drawing, curve))
    title = f"<title>{escape(name or paper.drawing.alert)}</title>"
    path = "".join(
        f"M{'L'.join(f'{paper.x(time):.1f} {paper.y(value):.1f}' for time, value in bends(run))}"
        for run in runs
        if len(run) > 1
    )
    if path:
        yield f'<path class="{kind}" d="{path}">{title}</path>'
    for run in runs:
        if len(run) == 1:
            time, value = run[0]
            yield f'<circle class="dot" cx="{paper.x(time):.1f}" cy="{paper.y(value):.1f}" r="2">{title}</circle>'


def _runs(drawing: Drawing, curve: Mapping[int, float]) -> Iterator[list[tuple[int, float]]]:
    """The stretches of a curve without a gap."""
    run: list[tuple[int, float]] = []
    for time in drawing.times:
        if time in curve:
            run.append((time, curve[time]))
        elif run:
            yield run
            run = []
    if run:
        yield run


def bends(run: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """The points of a line that it needs: those in the middle of a level stretch are left out."""
    inner = range(1, len(run) - 1)
    level = {index for index in inner if run[index - 1][1] == run[index][1] == run[index + 1][1]}
    return [point for index, point in enumerate(run) if index not in level]


def _number(value: float) -> str:
    """At most four digits, as an axis has room for."""
    if not math.isfinite(value):
        return str(value)
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.4g}"


def _clock(seconds: int) -> str:
    return str(Duration(seconds))
