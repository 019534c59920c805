"""When a situation begins and how long it lasts, and what a value and a counter do meanwhile."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertgen.fixture import When, when
from alertgen.model import Hold, Ramp
from alertgen.quantity import Duration


@pytest.mark.parametrize(
    ("what", "start", "lasts", "text"),
    [
        ("95% of the limit", 0, None, "95% of the limit"),
        ("95% of the limit", 0, 1200, "95% of the limit for 20m"),
        ("0 of 3", 600, None, "0 of 3 from 10m"),
        ("0 of 3", 600, 90, " 0 of 3  from 10m for 1m30s "),
        ("Error for ever", 0, None, "Error for ever"),
    ],
)
def test_a_text_says_what_from_when_and_for_how_long(what: str, start: int, lasts: int | None, text: str) -> None:
    assert (what, When(start, lasts)) == when(text)


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_what_is_written_is_read(start: int, lasts: int) -> None:
    assert ("x", When(start, lasts)) == when(f"x from {Duration(start)} for {Duration(lasts)}")


def test_a_value_is_another_one_meanwhile() -> None:
    assert (Hold("1", 60), Hold("5", 30), Hold("1")) == When(60, 30).level(1, 5)
    assert (Hold("5"),) == When().level(1, 5)


@given(st.integers(0, 1000), st.integers(1, 1000), st.integers(0, 50), st.integers(0, 50))
def test_a_counter_never_jumps(start: int, lasts: int, usual: int, rate: int) -> None:
    parts = When(start, lasts).growth(usual, rate)
    end = Decimal(0)
    for part in parts:
        assert isinstance(part, Ramp)
        assert end == part.start
        end = part.start + part.per_second * (part.seconds or 0)
    assert Decimal(usual * start + rate * lasts) == parts[-1].start  # type: ignore[union-attr]  # ramps, as above
