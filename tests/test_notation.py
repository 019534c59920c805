"""promtool's series notation: read as promtool reads it, refused where promtool would refuse it."""

from __future__ import annotations

import re
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alertgen.model import Gap, Hold, Part, Ramp, Series, Stale
from alertgen.notation import NotationError, parse_series, parse_values
from alertgen.testgen.values import values
from alertgen.tools.binaries import Binary

STEP = 30


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ((Hold("5"),), "5"),
        ((Hold("1", 30), Hold("2")), "1 2"),
        ((Hold("0", 330), Hold("1001", 1830), Hold("1001")), "0x10 1001x60"),
        ((Ramp(Decimal(0), Decimal(2), 180), Ramp(Decimal(360), Decimal(2))), "0+60x5"),
        ((Ramp(Decimal(9), Decimal("-0.1"), 120), Gap(150), Stale()), "9-3x3 _x5 stale"),
        ((Hold("NaN", 30), Hold("-Inf")), "NaN -Inf"),
        ((Hold("1000", 30), Gap(30)), "+1e3 _"),
        ((Hold("0.5", 60), Hold("0.5")), " .5x1\n"),
    ],
)
def test_items_become_parts_and_the_last_one_goes_on(expected: tuple[Part, ...], text: str) -> None:
    assert expected == parse_values(text, STEP)


REFUSED = {
    "NaNx2": "NaN and Inf cannot be repeated",
    "-Infx2": "NaN and Inf cannot be repeated",
    "stalex2": "'stale' is one moment and cannot be repeated",
    "1+-1x3": "there are two signs in a row",
    "1--1x3": "there are two signs in a row",
    "1+1": "it does not say how often it grows",
    "x3": "there is a space before the 'x'",
    "1,2": "values are separated by spaces, not by commas",
    "1_000": "a number has no '_' in it",
    "0x1F": "values are not hexadecimal: 0x10 is eleven zeros",
    "1x": "after the 'x' comes how many more samples, a whole number",
    "1x2.5": "after the 'x' comes how many more samples, a whole number",
    "1x-3": "after the 'x' comes how many more samples, a whole number",
    "5m": "a value is a number, not a duration",
    "{{sum:1}}": "native histograms cannot be written here",
    "1X3": "'1X3' is no value",
    "1e400": "1e400 is more than a sample can be",
    "1+NaNx2": "'1+NaNx2' is no value",
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.items())
def test_what_promtool_refuses_is_refused_with_a_reason_at_the_item(text: str, expected: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse_values(f"0x10 {text}", STEP)
    assert (5, expected) == (caught.value.index, caught.value.message)


@pytest.mark.parametrize("text", ["", "_", "_x5 stale"])
def test_a_series_needs_a_sample(text: str) -> None:
    with pytest.raises(NotationError, match="no sample"):
        parse_values(text, STEP)


@pytest.mark.parametrize("text", ["1x999999999999", "1x100000", "1x60000 _x60000"])
def test_a_series_that_would_fill_the_memory_is_refused(text: str) -> None:
    with pytest.raises(NotationError, match="more than 100,000 samples"):
        parse_values(text, STEP)


def accepted(promtool: Binary, tmp_path: Path, text: str) -> bool:
    """Whether promtool takes the notation."""
    (tmp_path / "r.yaml").write_text("groups: [{name: g, rules: [{record: r, expr: x}]}]\n", encoding="utf-8")
    tests = (
        "rule_files: [r.yaml]\nevaluation_interval: 30s\ntests:\n- interval: 30s\n  input_series:\n"
        f"  - {{series: x, values: '{text}'}}\n"
        "  promql_expr_test: [{expr: vector(1), eval_time: 1m, exp_samples: [{labels: '{}', value: 1}]}]\n"
    )
    (tmp_path / "t.yaml").write_text(tests, encoding="utf-8")
    run = subprocess.run([promtool.path, "test", "rules", "t.yaml"], cwd=tmp_path, capture_output=True, check=False)
    return run.returncode == 0


# What promtool takes and alertgen does not. Newer versions take more than the oldest.
STRICTER = {"{{sum:1}}", "1_000"}


@pytest.mark.parametrize("text", sorted(REFUSED.keys() - STRICTER))
def test_promtool_refuses_it_too(promtool: Binary, tmp_path: Path, text: str) -> None:
    assert not accepted(promtool, tmp_path, text)


def sampled(text: str) -> list[str]:
    """What the notation stands for, one sample after the other: an expansion written apart from the one under test."""
    out: list[str] = []
    for item in text.split():
        if match := re.fullmatch(r"_x([0-9]+)", item):
            out += ["_"] * int(match[1])
        elif match := re.fullmatch(r"(-?[0-9.]+)([-+][0-9.]+)?x([0-9]+)", item):
            start, growth = Decimal(match[1]), Decimal(match[2] or 0)
            out += [format((start + growth * n).normalize(), "f") for n in range(int(match[3]) + 1)]
        else:
            out.append(item if not re.fullmatch(r"-?[0-9.]+", item) else format(Decimal(item).normalize(), "f"))
    return out


NUMBERS = st.decimals(-1000, 1000, places=2).map(lambda d: format(abs(d) if d == 0 else d, "f"))
COUNTS = st.integers(0, 12)
ITEMS = st.one_of(
    NUMBERS,
    st.builds(lambda n, c: f"{n}x{c}", NUMBERS, COUNTS),
    st.builds(lambda n, s, g, c: f"{n}{s}{g}x{c}", NUMBERS, st.sampled_from("+-"), st.integers(1, 99), COUNTS),
    st.builds(lambda c: f"_x{c}", COUNTS),
    st.sampled_from(["_", "stale", "NaN", "Inf", "-Inf"]),
)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(ITEMS, min_size=1, max_size=6), st.sampled_from([15, 30, 45, 60]))
def test_what_is_written_for_promtool_begins_with_the_same_samples(items: list[str], step: int) -> None:
    text = " ".join(items)
    assume(any(item not in {"_", "stale"} for item in sampled(text)))
    parts = parse_values(text, step)
    assert sampled(text) == sampled(values(Series("x", {}, parts), step, 0))[: len(sampled(text))]


@settings(deadline=None)  # the machine may be busy
@given(st.lists(ITEMS, max_size=4), st.sampled_from(["5", "5x3"]))
def test_the_last_value_goes_on_past_the_last_question(items: list[str], last: str) -> None:
    until = 100 * STEP
    found = sampled(values(Series("x", {}, parse_values(" ".join([*items, last]), STEP)), STEP, until))
    assert len(found) * STEP > until
    assert found[-1] == "5"


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_at_a_place_within_it(text: str) -> None:
    place = 0
    try:
        parse_values(text, STEP)
    except NotationError as error:
        place = error.index
    assert 0 <= place <= len(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (("up", {}), "up"),
        (("up", {"job": "a", "x": 'say "b"'}), r'up{job="a",x="say \"b\""}'),
        (("up", {"job": "a"}), '{__name__="up",job="a"}'),
        (("up", {}), 'up{job=""}'),
        (("x", {"name": "\x01"}), 'x{name="\x01"}'),
    ],
)
def test_a_series_is_a_metric_and_its_labels(expected: tuple[str, dict[str, str]], text: str) -> None:
    assert expected == parse_series(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ((3, "the label 'job' needs one value"), 'up{job=~"a"}'),
        ((3, "the label 'job' is given twice"), 'up{job="a",job="b"}'),
        ((2, "this '{' is never closed"), 'up{job="a"'),
        ((0, "this is not one series"), "up[5m]"),
        ((0, "this is not one series"), "up offset 5m"),
        ((0, "this is not one series"), 'up{a="b" or c="d"}'),
        ((0, "this is not one series"), "vector(1)"),
        ((0, "the series has no metric name"), '{job="a"}'),
        ((4, "'a.b' is no label name"), 'up{"a.b"="c"}'),
        ((0, "there is no expression here"), ""),
    ],
)
def test_what_is_no_series_is_refused(expected: tuple[int, str], text: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse_series(text)
    assert expected == (caught.value.index, caught.value.message)
