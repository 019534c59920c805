"""`${…}`: what it calculates, and where it says that it cannot."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertgen.interpolation import InterpolationError, Template, Value, plain, seconds
from alertgen.quantity import Duration

WORDS: dict[str, Value] = {
    "threshold": 1000,
    "ratio": Decimal("0.05"),
    "window": Duration(600),
    "interval": Duration(30),
    "service": "my-app",
}


def filled(text: str) -> str:
    return Template.parse(text).fill(WORDS, plain).text


def refused(text: str) -> InterpolationError:
    with pytest.raises(InterpolationError) as caught:
        filled(text)
    return caught.value


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("no word at all", "no word at all"),
        ("of my-app, twice my-app", "of ${service}, twice ${service}"),
        ("2001", "${threshold * 2 + 1}"),
        ("2002", "${(threshold + 1) * 2}"),
        ("-1000", "${-threshold}"),
        ("5m", "${window / 2}"),
        ("25", "${window / interval + 5}"),
        ("15m30s", "${window + 5m30s}"),
        ("0.1", "${ratio * 2}"),
        ("0.016666666666666667", "${ratio / 3}"),
        ("10m", "${window / 7 * 7}"),
        ("0s", "${window - 10m}"),
        ("${threshold} stays", "$${threshold} stays"),
        ("$labels and $1 are nobody's business", "$labels and $1 are nobody's business"),
    ],
)
def test_words_numbers_and_durations_are_calculated_exactly(expected: str, text: str) -> None:
    assert expected == filled(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ((2, "unknown word 'treshold'", "did you mean 'threshold'?"), "${treshold}"),
        ((6, "unknown word 'windw'", "did you mean 'window'?"), "x ${2*windw}"),
        ((0, "this '${' is never closed", "add the '}', or write '$${'"), "${threshold"),
        ((2, "there is no word in '${1}'", "for a '${' that is part of the text, write '$${'"), "a ${1}"),
        ((9, "a duration and a number cannot be added or subtracted", "30s is a duration"), "${window + 1}"),
        ((9, "two durations cannot be multiplied", ""), "${window * window}"),
        ((12, "a number cannot be divided by a duration", "divide two durations for a count"), "${threshold / 5m}"),
        ((12, "this divides by zero", ""), "${threshold / (threshold - 1000)}"),
        ((2, "'service' is a name; it cannot be calculated with", ""), "${service + 1}"),
        ((2, "a duration of -3000 seconds is negative", ""), "${window - 1h}"),
        ((2, "85.714285714285714 seconds is not a whole number of seconds", ""), "${window / 7}"),
        ((12, "'window' cannot stand here", "is an operator missing?"), "${threshold window}"),
        ((2, "this '(' is never closed", ""), "${(threshold}"),
        ((13, "something is missing before the '}'", ""), "${threshold +}"),
        ((2, "a word, a number or a duration is missing before this '*'", ""), "${* threshold}"),
        ((2, "'Threshold' is neither a word nor a number nor a duration", ""), "${Threshold}"),
    ],
)
def test_what_cannot_be_calculated_is_found_at_its_character(expected: tuple[int, str, str], text: str) -> None:
    error = refused(text)
    assert expected == (error.index, error.message, error.hint)


@pytest.mark.parametrize("text", ["${__import__}", "${threshold.real}", "${threshold ** 2}", "${lambda: 1}"])
def test_nothing_that_python_could_do_is_reachable(text: str) -> None:
    assert refused(text)


def test_other_signs_are_refused_with_those_there_are() -> None:
    error = refused("${threshold.x}")
    assert (11, "'.' cannot stand in a '${…}'") == (error.index, error.message)
    assert "there are words, numbers, durations, + - * / and parentheses" == error.hint


def test_a_bracket_that_swallows_the_text_is_found_by_its_length() -> None:
    assert refused("${threshold " + "x" * 200 + "}").message == "a '${…}' of more than 100 characters"


def test_a_hundred_brackets_are_no_danger() -> None:
    assert "never closed" in refused("${" + "(" * 90 + "threshold}").message


def test_a_place_in_the_filled_text_is_one_in_the_original() -> None:
    text = "a ${service} b ${threshold} c"
    result = Template.parse(text).fill(WORDS, plain)
    assert [text.index("${s"), text.index(" b"), text.index("${t"), text.index(" c")] == [
        result.origin(result.text.index(part)) for part in ("my-app", " b", "1000", " c")
    ]


def test_a_duration_is_written_in_seconds_where_samples_are() -> None:
    assert "600 1000" == Template.parse("${window} ${threshold}").fill(WORDS, seconds).text


def test_a_name_cannot_be_a_sample() -> None:
    with pytest.raises(InterpolationError, match="'my-app' is a name"):
        Template.parse("${service}").fill(WORDS, seconds)


def assert_filled_or_refused(text: str) -> None:
    place = 0
    try:
        filled(text)
    except InterpolationError as error:
        place = error.index
    assert 0 <= place <= len(text)


@settings(deadline=None)  # the machine may be busy
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_filled_or_refused_at_a_place_within_it(text: str) -> None:
    assert_filled_or_refused(text)


@settings(deadline=None)  # the machine may be busy
@given(st.text(alphabet="${}threshold+-*/() 123.5m", max_size=40))
def test_any_formula_is_filled_or_refused_at_a_place_within_it(text: str) -> None:
    assert_filled_or_refused("${" + text)


Tree = int | tuple[str, "Tree", "Tree"]
TREES: st.SearchStrategy[Tree] = st.recursive(
    st.integers(0, 99), lambda inner: st.tuples(st.sampled_from("+-*"), inner, inner), max_leaves=8
)


def written(tree: Tree) -> str:
    return str(tree) if isinstance(tree, int) else f"({written(tree[1])} {tree[0]} {written(tree[2])})"


def calculated(tree: Tree) -> Fraction:
    if isinstance(tree, int):
        return Fraction(tree)
    left, right = calculated(tree[1]), calculated(tree[2])
    return {"+": left + right, "-": left - right, "*": left * right}[tree[0]]


@settings(deadline=None)  # the machine may be busy
@given(TREES)
def test_sums_are_what_arithmetic_says(tree: Tree) -> None:
    text = f"${{threshold + {written(tree)}}}"
    if len(text) <= 100:
        assert Fraction(filled(text)) == 1000 + calculated(tree)
