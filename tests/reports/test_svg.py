from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from test_chart import DRAWING

from alertgen.reports.svg import HEIGHT, WIDTH, bends, in_words, svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - what is parsed was made here


def classes(root: ET.Element) -> list[str]:
    return [element.get("class", "") for element in root.iter()]


def test_a_file_of_its_own_has_bands_a_limit_and_a_curve() -> None:
    root = parsed(svg(DRAWING))
    assert f"{NAMESPACE}svg" == root.tag
    assert {"drawing", "pending", "firing", "limit", "value", "axis"} <= set(classes(root))
    assert "Hot: fires above the threshold. pending 2m to 3m; firing 3m to 5m" == root.get("aria-label")


def test_words_say_what_the_picture_shows() -> None:
    quiet = replace(DRAWING, pending=frozenset(), firing=frozenset())
    assert "never pending, never firing" == in_words(quiet)


def test_a_gap_is_a_gap_and_a_single_value_a_dot() -> None:
    root = parsed(svg(replace(DRAWING, curves={"": {0: 1.0, 60: 1.0, 180: 1.0}})))
    assert 1 == classes(root).count("dot")
    (line,) = [element.get("d", "") for element in root.iter() if element.get("class") == "value"]
    assert 1 == line.count("M")


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))
VALUES = st.floats(allow_nan=False)


@given(TEXT, TEXT, st.dictionaries(TEXT, st.dictionaries(st.sampled_from(range(0, 301, 60)), VALUES), max_size=10))
def test_it_is_well_formed_and_within_its_frame_whatever_it_shows(
    alert: str, sentence: str, curves: dict[str, dict[int, float]]
) -> None:
    root = parsed(svg(replace(DRAWING, alert=alert, sentence=sentence, curves=curves)))
    for element in root.iter():
        for name, most in (("x", WIDTH), ("y", HEIGHT), ("cx", WIDTH), ("cy", HEIGHT)):
            assert 0 <= float(element.get(name, "0")) <= most


@given(st.lists(st.tuples(st.just(0), st.sampled_from([0.0, 1.0])), max_size=12))
def test_a_level_line_needs_its_ends_only(values: list[tuple[int, float]]) -> None:
    run = [(number, value) for number, (_, value) in enumerate(values)]
    kept = dict(bends(run))
    for time, value in run:
        before = max((t for t in kept if t <= time), default=None)
        after = min((t for t in kept if t >= time), default=None)
        assert before is not None
        assert after is not None
        assert value == kept[before] == kept[after] or before == after
