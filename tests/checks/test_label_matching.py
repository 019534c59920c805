from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from lintcase import alert, findings, messages

from alertgen.tools.binaries import Binary

CODE = "label-matching"

NEVER = {
    "sum by (a) (x) and y": "the right side has 'instance' and the left side does not, so nothing ever matches",
    "sum by (a) (x) and sum by (b) (y)": "the left side has 'a' and the right side does not, so nothing ever matches",
    "sum by (a) (x) / sum(y)": "the left side has 'a' and the right side does not, so nothing ever matches",
    "sum(x) > sum by (a) (y)": "the right side has 'a' and the left side does not, so nothing ever matches",
    "x and absent(nothing)": "the left side has 'instance' and the right side does not, so nothing ever matches",
    "sum by (a) (x) and on (b) y": "the right side has 'b' and the left side does not, so nothing ever matches",
    "sum by (a, b) (x) / ignoring (c) sum by (a) (y)": "the left side has 'b' and the right side does not, so nothing",
    "sum by (a, b) (x) == sum without (b) (sum by (a, b) (y))": "the left side has 'b' and the right side does not",
}
FINE = (
    "sum by (a) (x) / sum by (a) (y)",
    "sum by (a) (x) and on (a) y",
    "sum by (a) (x) and on () y",
    "sum(x) and absent(nothing)",
    "sum by (a, b) (x) / ignoring (b) sum by (a) (y)",
    "sum by (a, b) (x) * on (a) group_left (d) sum by (a, d) (y)",
    "sum by (a) (x) > 0",
    "sum(x) or vector(0)",
    'sum by (a) (x) and absent(nothing{a="1"})',
    'sum by (a) (label_replace(x, "a", "1", "", "")) and sum by (a) (y)',
)
OTHERS = {
    "sum by (a) (x) unless sum(y)": "the left side has 'a' and the right side does not, so nothing is ever held back",
    "sum by (a) (x) or vector(0)": "the left side has 'a' and the right side does not, so both come through",
}
UNKNOWN = (
    "x / y",
    "a:b / c:d",
    "x or absent(y)",
    "absent(y) or x",
    "sum by (a) (x) + fill (0) sum(y)",
    "sum without (b) (x) / sum without (c) (y)",
)


@pytest.mark.parametrize("expr", [*NEVER, *OTHERS])
def test_sides_with_other_labels_are_found(expr: str) -> None:
    (message,) = messages(CODE, alert(expr))
    assert (NEVER | OTHERS)[expr] in message


@pytest.mark.parametrize("expr", [*FINE, *UNKNOWN])
def test_sides_that_match_or_may_match_are_fine(expr: str) -> None:
    assert [] == messages(CODE, alert(expr))


@pytest.mark.parametrize(
    ("expr", "hint"),
    [
        ("sum by (a) (x) and sum by (a, b) (y)", "say what they share: and on (a)"),
        ("sum by (a) (x) and y", "say what they share: and on (a)"),
        ("sum by (a) (x) or vector(0)", "say what they share: or on ()"),
        ("sum by (a) (x) and on (b) y", "leave 'b' out of on (…), or keep it on both sides"),
    ],
)
def test_the_hint_says_what_can_match(expr: str, hint: str) -> None:
    assert [hint] == [finding.hint for finding in findings(CODE, alert(expr))]


def test_prometheus_gives_nothing_where_the_lint_says_so_and_something_elsewhere(
    promtools: tuple[Binary, ...], tmp_path: Path
) -> None:
    target = 'job="j",instance="i"'
    cases = [(expr, 0) for expr in NEVER] + [(expr, 1) for expr in FINE]
    document = {
        "rule_files": [],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": f'x{{a="1",b="2",c="3",{target}}}', "values": "5x20"},
                    {"series": f'y{{a="1",b="2",d="4",{target}}}', "values": "5x20"},
                ],
                "promql_expr_test": [
                    {
                        "expr": f"count({expr}) or vector(0)",
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
