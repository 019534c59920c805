from __future__ import annotations

import re
from decimal import Decimal

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertgen.quantity import (
    DURATION_PATTERN,
    MAX_DURATION,
    Duration,
    cron_hint,
    duration_hint,
    humanized_percentage,
    number,
    parse_number,
    parse_ratio,
    percent,
)

durations = st.integers(0, MAX_DURATION).map(Duration)
notations = st.tuples(*(st.none() | st.integers(0, 90) for _ in "ywdhms")).map(
    lambda counts: "".join(f"{n}{unit}" for n, unit in zip(counts, "ywdhms", strict=True) if n is not None)
)
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=20)


# --- durations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "seconds"),
    [
        ("0s", 0),
        ("59s", 59),
        ("1m", 60),
        ("1h30m", 5_400),
        ("1d", 86_400),
        ("90d", 90 * 86_400),
        ("1w", 7 * 86_400),
        ("8d", 8 * 86_400),
        ("1y", 365 * 86_400),
        ("366d", 366 * 86_400),
        ("7d1s", 7 * 86_400 + 1),
    ],
)
def test_a_duration_prints_as_prometheus_prints_it(expected: str, seconds: int) -> None:
    assert expected == str(Duration(seconds))


@given(durations)
def test_what_a_duration_prints_reads_back(duration: Duration) -> None:
    assert duration == Duration.parse(str(duration))


@given(durations)
def test_a_printed_duration_matches_the_schema(duration: Duration) -> None:
    assert re.search(DURATION_PATTERN, str(duration))


@given(notations.filter(lambda text: text.strip("0ywdhms")))
def test_a_duration_means_what_promql_makes_of_it(text: str) -> None:
    assert promql_parser.parse_duration(text).total_seconds() == Duration.parse(text)


@given(durations.filter(bool))
def test_a_range_prints_as_the_formatter_prints_it(duration: Duration) -> None:
    text = f"rate(a[{duration}])"
    assert text == promql_parser.parse(text).prettify()


@pytest.mark.parametrize(
    "text", ["", " ", "5", "5 m", "m", "1.5h", "-5m", "5m1h", "5ms", "1h ", "٣s", "5M", "1h\n", "+1m"]
)
def test_what_is_no_duration_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a duration: write it as Prometheus does, e\.g\. 30s, 5m"):
        Duration.parse(text)


def test_zero_needs_no_unit() -> None:
    assert Duration(0) == Duration.parse("0")


def test_more_than_a_hundred_years_is_refused() -> None:
    assert MAX_DURATION == Duration.parse("100y")
    with pytest.raises(ValueError, match="more than a hundred years"):
        Duration.parse("100y1s")


def test_a_number_too_long_for_python_is_more_than_a_hundred_years_too() -> None:
    with pytest.raises(ValueError, match="more than a hundred years"):
        Duration.parse("9" * 5_000 + "s")


def test_a_refusal_does_not_repeat_a_whole_novel() -> None:
    with pytest.raises(ValueError, match="is not a duration") as caught:
        Duration.parse("x" * 60_000)
    assert len(str(caught.value)) < 200


# --- numbers and ratios ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("0.001", Decimal("0.001")),
        ("0", Decimal("-0.0")),
        ("0", Decimal("0E+5")),
        ("1000", Decimal("1E+3")),
        ("0.0000001", Decimal("1e-7")),
        ("5", Decimal("5.000")),
        ("50", 50),
        ("-1.5", Decimal("-1.50")),
        ("536870912", 2**29),
    ],
)
def test_a_number_is_written_out(expected: str, value: Decimal | int) -> None:
    assert expected == number(value)


@given(decimals | st.integers())
def test_a_number_has_neither_exponent_nor_dirt_and_reads_back(value: Decimal | int) -> None:
    text = number(value)
    assert re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", text)
    assert value == parse_number(text)


@given(st.decimals(min_value=0, max_value=1, places=6))
def test_a_ratio_reads_back_as_percent_and_as_number(ratio: Decimal) -> None:
    assert ratio == parse_ratio(percent(ratio))
    assert ratio == parse_ratio(number(ratio))


@given(st.floats(0, 1))
def test_a_ratio_that_yaml_read_as_a_float_is_what_was_written(ratio: float) -> None:
    assert Decimal(repr(ratio)) == parse_ratio(ratio)


@pytest.mark.parametrize(("expected", "text"), [("0.05", "5%"), ("0.05", "5 %"), ("0.125", "12.5%"), ("1", "100%")])
def test_percent_are_hundredths(expected: str, text: str) -> None:
    assert Decimal(expected) == parse_ratio(text)


@pytest.mark.parametrize("text", ["", "nan", "inf", "-Infinity", "5%%", "%", "0x5", "1_0", "٣", "five", "1e", "1 2"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        parse_ratio(text)


@pytest.mark.parametrize("text", ["1e309", "1e999999999", "1e-400", "9" * 400])
def test_a_number_that_no_sample_holds_is_refused_instead_of_written_out(text: str) -> None:
    with pytest.raises(ValueError, match="is more than a sample can hold, or less"):
        parse_number(text)


@pytest.mark.parametrize("text", ["1.7e308", "-1.7e308", "5e-324", "0", "0e999999999", "0e-999999999"])
def test_whatever_a_sample_holds_is_a_number(text: str) -> None:
    assert float(text) == float(number(parse_number(text)))


def test_a_refused_number_is_not_repeated_whole() -> None:
    with pytest.raises(ValueError, match="is not a number") as caught:
        parse_number("x" * 60_000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("expected", "ratio"),
    [("97.1%", "0.971"), ("5.25%", "0.0525"), ("105%", "1.05"), ("0.0001%", "0.000001"), ("1e+04%", "100.00")],
)
def test_a_percentage_has_four_digits_as_in_a_template(expected: str, ratio: str) -> None:
    assert expected == humanized_percentage(Decimal(ratio))


# --- what was meant ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("5m1h", "1h5m"),
        ("1h 30m", "1h30m"),
        ("1.5h", "1h30m"),
        ("5min", "5m"),
        ("5 minutes", "5m"),
        ("90sec", "1m30s"),
        ("2 hours", "2h"),
        ("daily", "1d"),
        ("30D", "30d"),
    ],
)
def test_a_duration_that_is_written_otherwise_is_told_as_prometheus_writes_it(text: str, meant: str) -> None:
    assert f"did you mean {meant}?" == duration_hint(text)


@pytest.mark.parametrize(
    "text", ["500ms", "1.5s", "5", "soon", "", "5 minuets", "3 h and a bit", "9999999999999y", "0h"]
)
def test_what_is_no_duration_however_written_is_not_guessed(text: str) -> None:
    assert "" == duration_hint(text)


@given(st.text(max_size=40))
def test_what_is_guessed_is_a_duration(text: str) -> None:
    if hint := duration_hint(text):
        assert Duration.parse(hint.removeprefix("did you mean ").removesuffix("?")) > 0


@pytest.mark.parametrize(
    ("schedule", "often"),
    [
        ("0 2 * * *", "24h"),
        ("30 * * * *", "1h"),
        ("*/15 * * * *", "15m"),
        ("0 */6 * * *", "6h"),
        ("0 3 * * 0", "7d"),
        ("0 3 * * SUN", "7d"),
        ("0 3 * * 1-5", "24h"),
        ("@daily", "1d"),
        ("@weekly", "1w"),
    ],
)
def test_a_schedule_of_cron_is_told_as_how_often_it_runs(schedule: str, often: str) -> None:
    assert cron_hint(schedule).endswith(f" e.g. every: {often}")


@pytest.mark.parametrize("text", ["24h", "1 2 3", "0 2 * * * *", "a b c d e", ""])
def test_what_is_no_schedule_of_cron_is_not_told_as_one(text: str) -> None:
    assert "" == cron_hint(text)
