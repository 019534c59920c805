"""A strip shows every state and marks the moment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alertgen.reports.strip import WIDTH, strip
from alertgen.timeline import Timeline


def test_each_evaluation_is_a_column_with_a_mark_under_the_one_that_is_asked_about() -> None:
    line = Timeline({60.0: 1, 120.0: 1}, {180.0: 2, 120.0: 1}, 60.0)
    assert ".p##.  a column is 60s: . nothing, p pending, # firing\n   ^" == strip(line, 240.0, 200.0)


def test_the_only_evaluation_is_a_strip() -> None:
    assert strip(Timeline({}, {}, 15.0), 0.0, 0.0).startswith(".  a column is 15s")


@given(st.integers(0, 5000), st.data())
def test_a_moment_of_firing_shows_however_long_the_test_and_the_mark_is_below(steps: int, data: st.DataObject) -> None:
    fires = data.draw(st.integers(0, steps))
    columns, mark = strip(Timeline({}, {fires * 60.0: 1}, 60.0), steps * 60.0, fires * 60.0).splitlines()
    drawn = columns.partition(" ")[0]
    assert 1 <= len(drawn) <= WIDTH
    assert drawn.index("#") == len(mark) - 1
    assert 1 == drawn.count("#")
