"""Test files that alertgen writes: series in promtool's notation."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertgen.model import Gap, Hold, Part, Ramp, Series, Shares, Stale
from alertgen.testgen.values import values
from alertgen.world import hold

# --- promtool's notation -----------------------------------------------------------------------------------------

NUMBER = r"[+-]?(?:\d+(?:\.\d+)?|Inf|NaN)"
Sample = Decimal | str | None
"""A value; `stale`; or None where there is no sample."""


def expanded(notation: str) -> list[Sample]:
    """The samples of promtool's notation, by what its documentation says and without any code of alertgen's."""
    samples: list[Sample] = []
    for item in notation.split(" "):
        if item == "stale":
            samples.append("stale")
        elif match := re.fullmatch(r"_x(\d+)", item):
            samples += [None] * int(match[1])
        elif match := re.fullmatch(rf"({NUMBER})(?:([+-]\d+(?:\.\d+)?)?x(\d+))?", item):
            start, growth, times = Decimal(match[1]), Decimal(match[2] or 0), int(match[3] or 0)
            assert start.is_finite() or not times, "promtool repeats neither NaN nor Inf"
            samples += [start + growth * n if start.is_finite() else start for n in range(times + 1)]
        else:
            pytest.fail(f"promtool would not read {item!r}")
    return samples


decimals = st.decimals(-1_000, 1_000, places=3)
seconds = st.integers(1, 40)
lasting: st.SearchStrategy[Part] = (
    st.builds(hold, decimals, seconds)
    | st.builds(Ramp, decimals, decimals, seconds)
    | st.builds(Gap, seconds)
    | st.just(Stale())
)
unending: st.SearchStrategy[Part] = st.builds(hold, decimals) | st.builds(Ramp, decimals, decimals)
histories = st.tuples(st.lists(lasting, max_size=5), unending).map(lambda parts: (*parts[0], parts[1]))


def in_steps(part: Part, step: int) -> Part:
    """The part with its length counted in steps instead of seconds."""
    if isinstance(part, Stale) or part.seconds is None:
        return part
    return replace(part, seconds=part.seconds * step)


def at(parts: tuple[Part, ...], second: int, step: int) -> Sample:
    """What a series shows at that instant, by the meaning of its parts."""
    start = 0
    for part in parts:
        length = step if isinstance(part, Stale) else part.seconds
        if length is None or second < start + length:
            match part:
                case Hold():
                    return Decimal(part.value)
                case Ramp():
                    return part.start + part.per_second * (second - start)
                case Gap():
                    return None
                case Stale():
                    return "stale"
        start += length
    return None


@given(histories, st.sampled_from([15, 30, 45, 60]), st.integers(0, 100))
def test_the_notation_gives_back_every_sample_and_goes_on_past_the_last_question(
    history: tuple[Part, ...], step: int, last: int
) -> None:
    until = last * step
    parts = tuple(in_steps(part, step) for part in history)
    found = expanded(values(Series("up", {}, parts), step, until))
    assert [at(parts, n * step, step) for n in range(len(found))] == found
    assert (len(found) - 1) * step > until + step


@pytest.mark.parametrize(
    ("expected", "parts"),
    [
        ("1", (Hold("1", 30),)),
        ("0x9 1x3", (Hold("0", 300), Hold("1"))),
        ("_x2 5 stale _x3 7x3", (Gap(60), Hold("5", 30), Stale(), Gap(90), Hold("7"))),
        ("0+3x10 30-1.5x3", (Ramp(Decimal(0), Decimal("0.1"), 330), Ramp(Decimal(30), Decimal("-0.05")))),
        ("NaN NaN 1x3", (Hold("NaN", 60), Hold("1"))),
        ("-Inf 1x3", (Hold("-Inf", 30), Hold("1"))),
    ],
)
def test_a_series_is_written_in_promtools_notation(expected: str, parts: tuple[Part, ...]) -> None:
    lasting = sum(30 if isinstance(part, Stale) else part.seconds or 0 for part in parts)
    assert expected == values(Series("up", {}, parts), 30, lasting)


def test_a_third_per_second_is_whole_again_after_a_step() -> None:
    assert "0+10x3" == values(Series("up", {}, (Ramp(Decimal(0), Decimal(1) / 3),)), 30, 0)


def test_a_native_histogram_is_repeated_at_its_end_only_as_older_promtools_read_on_no_further() -> None:
    parts = (Gap(60), Hold("4", 60), Ramp(Decimal(8), Decimal("0.1")))

    def of(count: int) -> str:
        return f"{{{{schema:0 count:{count} sum:{count * 5} offset:2 buckets:[{count * 3 // 4} {count // 4}]}}}}"

    spread = Shares(2, (Decimal("0.75"), Decimal("0.25")))
    found = values(Series("seconds", {}, parts, spread), 40, 120)
    assert f"_x1 {of(4)} {of(8)}+{of(4)}x4" == found


def test_a_growth_is_written_without_dirt() -> None:
    found = values(Series("up", {}, (Ramp(Decimal(10_000), Decimal(95) / 300),)), 30, 0)
    assert "10000+9.5x3" == found
