from __future__ import annotations

import json
import math
import operator
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lintcase import alert, findings, messages

from alertgen.checks._bounds import ALLOWED, FLIPPED, Bounds, bounds
from alertgen.promql_tree import parse
from alertgen.tools.binaries import Binary

CODE = "never-true"

NEVER = {
    "count(x) == 0": "count(x) == 0 is never true: count() of nothing is nothing, not 0",
    "count by (a) (x) < 1": "count by (a) (x) < 1 is never true: count() of nothing is nothing, not 0",
    "0 == count(x)": "0 == count(x) is never true: count() of nothing is nothing, not 0",
    "count(nothing) == 0": "count(nothing) == 0 is never true: count() of nothing is nothing, not 0",
    "count_over_time(x[5m]) == 0": "count_over_time(x[5m]) == 0 is never true: count_over_time() of nothing is nothing",
    "sum(x > 0) == 0": "sum(x > 0) == 0 is never true: sum(x > 0) is more than 0",
    "max(x < 1) > 1": "max(x < 1) > 1 is never true: max(x < 1) is less than 1",
    "sum(kube_pod_info) == 0": "sum(kube_pod_info) == 0 is never true: sum(kube_pod_info) is 1 or more",
    "kube_pod_info == 0": "kube_pod_info == 0 is never true: kube_pod_info is always 1",
    "x > 5 < 3": "(x > 5) < 3 is never true: x > 5 is more than 5",
    "x > 5 and x < 3": "(x > 5) and (x < 3) is never true: x cannot be more than 5 and less than 3",
    "x > 5 and y > 1 and x <= 5": "((x > 5) and (y > 1)) and (x <= 5) is never true: x cannot be more than 5",
    "5 < x and x == 5": "(5 < x) and (x == 5) is never true: x cannot be more than 5 and always 5",
    "day_of_week() == 7": "day_of_week() == 7 is never true: day_of_week() is between 0 and 6",
    "rate(x[5m]) < 0": "rate(x[5m]) < 0 is never true: rate(x[5m]) is 0 or more",
    "increase(x[5m]) / 60 < 0": "(increase(x[5m]) / 60) < 0 is never true: increase(x[5m]) / 60 is 0 or more",
    "1 - absent(nothing) > 0": "(1 - absent(nothing)) > 0 is never true: 1 - absent(nothing) is always 0",
    "absent(nothing) == 0": "absent(nothing) == 0 is never true: absent(nothing) is always 1",
    "count(x) * -1 > 0": "(count(x) * -1) > 0 is never true: count(x) * -1 is -1 or less",
    "-2 * count(x) >= 0": "(-2 * count(x)) >= 0 is never true: -2 * count(x) is -2 or less",
    "(count(x) or vector(5)) == 0": "(count(x) or vector(5)) == 0 is never true: count(x) or vector(5) is 1 or more",
    "(x == bool 1) > 1": "(x == bool 1) > 1 is never true: x == bool 1 is between 0 and 1",
    "x > NaN": "x > NaN is never true: nothing is equal to NaN, more, or less",
    "x > Inf": "x > Inf is never true",
    "x > x": "x > x is never true: both sides are the same",
    "x unless x": "x unless x takes away all there is",
    "absent(vector(1))": "absent(vector(1)) is never true: its argument is always there",
    "absent(sum(x or vector(0)))": "absent(sum(x or vector(0))) is never true: its argument is always there",
}
POSSIBLE = {
    "(count(nothing) or vector(0)) == 0",
    "(sum(x > 10) or vector(0)) == 0",
    "sum(z) == 0",
    "sum(x >= 0) > 0",
    "x > 3 and x < 6",
    "x > 3 or x < 1",
    "x >= 5 and x <= 5",
    "count(x) >= 1",
    "count(x) == 1",
    "count(x) - 1 == 0",
    "-count(x) == -1",
    "x != bool x == 0",
    "absent(nothing) == 1",
    "absent(sum(nothing))",
    "kube_pod_info == 1",
    "x and x",
    "hour() >= 0",
    "x > -Inf",
    "avg(x) * 2 > 9",
    "x unless x offset 1h",
    "x > bool 100",
}
UNSURE = (
    "sum(x) == 0",
    "x != x",
    "x > x offset 5m",
    "x > 5 and on (a) x < 3",
    "x > 5 and y < 3",
    "x * y == 0",
    "(count(x) + fill (0) y) == 0",
    "quantile(0.9, x > 5) < 3",
    "clamp_max(x > 5, 3) < 3",
    "round(count(x)) == 0",
)


@pytest.mark.parametrize("expr", NEVER)
def test_what_cannot_hold_is_found(expr: str) -> None:
    (found,) = messages(CODE, alert(expr))
    assert found.startswith(NEVER[expr])


@pytest.mark.parametrize("expr", sorted(POSSIBLE))
def test_what_can_hold_is_fine(expr: str) -> None:
    assert [] == messages(CODE, alert(expr))


@pytest.mark.parametrize("expr", UNSURE)
def test_what_is_not_certain_is_fine(expr: str) -> None:
    assert [] == messages(CODE, alert(expr))


@pytest.mark.parametrize(
    ("expr", "hint"),
    [
        ("count(x) == 0", "say absent(…) of what is counted"),
        ("sum(x > 0) == 0", "where it may vanish, absent(…) tells"),
        ("hour() > 24", "compare with a value that it can have"),
    ],
)
def test_the_hint_says_what_to_ask_instead(expr: str, hint: str) -> None:
    (finding,) = findings(CODE, alert(expr))
    assert finding.hint.startswith(hint)


def test_a_dead_clause_is_found_in_the_depth_of_an_expression() -> None:
    assert ["count(y) == 0 is never true: count() of nothing is nothing, not 0"] == messages(
        CODE, alert("sum by (a) (x > 1 or (count(y) == 0))")
    )


def test_prometheus_gives_nothing_where_the_lint_says_so_and_something_elsewhere(
    promtools: tuple[Binary, ...], tmp_path: Path
) -> None:
    series = {'x{a="1"}': 5, 'y{a="1"}': 2, 'z{a="1"}': 0, "kube_pod_info": 1}
    cases = [(expr, 0) for expr in NEVER] + [(expr, 1) for expr in sorted(POSSIBLE)]
    document = {
        "rule_files": [],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": f"{value}x20"} for name, value in series.items()],
                "promql_expr_test": [
                    {
                        "expr": f"group({expr}) or vector(0)",
                        "eval_time": "10m",
                        "exp_samples": [{"labels": "{}", "value": value}],
                    }
                    for expr, value in cases
                ],
            }
        ],
    }
    path = tmp_path / "test.yaml"
    path.write_text(json.dumps(document), encoding="utf-8")
    for promtool in promtools:
        run = subprocess.run(
            [promtool.path, "test", "rules", path], capture_output=True, text=True, check=False, timeout=60
        )
        assert "SUCCESS" in run.stdout + run.stderr


# --- bounds -------------------------------------------------------------------------------------------------------

_ENDS = st.one_of(st.integers(-5, 5).map(float), st.sampled_from((-math.inf, math.inf)))
_VALUES = st.integers(-12, 12).map(lambda n: n / 2)
_BOUNDS = st.builds(Bounds, _ENDS, _ENDS, st.booleans(), st.booleans())
_HOLDS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def _in(value: float, of: Bounds) -> bool:
    above = value > of.low or (value == of.low and not of.low_open)
    return above and (value < of.high or (value == of.high and not of.high_open))


@given(_BOUNDS, _BOUNDS, _VALUES)
def test_both_has_what_is_in_both(a: Bounds, b: Bounds, value: float) -> None:
    assert (_in(value, a) and _in(value, b)) is _in(value, a.both(b))


@given(_BOUNDS, _BOUNDS, _VALUES)
def test_either_has_what_is_in_one(a: Bounds, b: Bounds, value: float) -> None:
    assert _in(value, a.either(b)) or not (_in(value, a) or _in(value, b))


@given(_BOUNDS, _VALUES)
def test_nothing_is_in_what_is_empty(of: Bounds, value: float) -> None:
    assert not (of.empty and _in(value, of))


@given(_BOUNDS, _BOUNDS, _VALUES, _VALUES, st.sampled_from((-2.0, -0.5, 0.5, 3.0)))
def test_arithmetic_keeps_its_results_within(a: Bounds, b: Bounds, x: float, y: float, factor: float) -> None:
    if _in(x, a) and _in(y, b):
        assert _in(x + y, a + b)
        assert _in(-x, -a)
        assert _in(x * factor, a.times(factor))


@given(_BOUNDS, _VALUES, _VALUES, st.sampled_from(sorted(ALLOWED)))
def test_what_a_comparison_lets_through_is_allowed(b: Bounds, x: float, y: float, sign: str) -> None:
    if _in(y, b) and _HOLDS[sign](x, y):
        assert _in(x, ALLOWED[sign](b))
    assert _HOLDS[sign](x, y) is _HOLDS[FLIPPED[sign]](y, x)


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        ("1", "always 1"),
        ("x > 0.5", "more than 0.5"),
        ("x <= 3", "3 or less"),
        ("x < 3", "less than 3"),
        ("minute()", "between 0 and 59"),
        ("sum_over_time(kube_pod_info[5m])", "1 or more"),
        ("vector(3)", "always 3"),
        ("sum(x < 0)", "less than 0"),
    ],
)
def test_bounds_are_said_in_words(expr: str, words: str) -> None:
    assert words == str(bounds(parse(expr)))
