from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from alertgen.drawing import Drawing
from alertgen.measured import Measured
from alertgen.reports.chart import HEIGHT, WIDTH, chart

DRAWING = Drawing(
    alert="Hot",
    sentence="fires above the threshold",
    step=60,
    until=300,
    measured=Measured("heat", ">", "3", 3.0),
    curves={"": {0: 0.0, 60: 0.0, 120: 7.0, 180: 7.0, 240: 7.0, 300: 0.0}},
    limits={},
    pending=frozenset({120}),
    firing=frozenset({180, 240}),
)


def test_values_limit_and_states_stand_one_below_the_other() -> None:
    lines = [line.strip() for line in chart(DRAWING).splitlines()]
    assert "7 |  ***" == lines[0]
    assert "> 3 |------" == lines[4]
    assert "0 |**   *" == lines[HEIGHT - 1]
    assert "|..p##." == lines[HEIGHT]
    assert "0s  5m" == lines[HEIGHT + 1]


def test_a_limit_that_moves_is_drawn_as_it_moves() -> None:
    moving = replace(DRAWING, measured=Measured("used", ">=", "most"), limits={"": {0: 7.0, 60: 3.5}})
    assert "7 |-" == chart(moving).splitlines()[0].strip()[:4]


@given(st.integers(1, 100_000), st.data())
def test_firing_is_seen_however_long_the_scenario(evaluations: int, data: st.DataObject) -> None:
    fires = data.draw(st.integers(0, evaluations))
    drawing = replace(DRAWING, until=60 * evaluations, pending=frozenset(), firing=frozenset({60 * fires}), curves={})
    states = chart(drawing).splitlines()[HEIGHT].partition("|")[2]
    assert 1 == states.count("#")
    assert len(states) <= WIDTH
