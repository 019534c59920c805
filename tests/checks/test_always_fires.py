from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

CODE = "always-fires"


@pytest.mark.parametrize(
    ("expr", "when"),
    [
        ("up", "whenever its series are there"),
        ("sum by (pod) (rate(x[5m]))", "whenever its series are there"),
        ("x > bool 5", "whenever its series are there"),
        ("changes(x[5m])", "whenever its series are there"),
        ("vector(1)", "always"),
        ("1", "always"),
        ("vector(scalar(x > 1))", "whenever its series are there"),
        ("x > 5 or vector(0)", "whenever the right side of its `or` does"),
        ("x or y > 5", "whenever the left side of its `or` does"),
    ],
)
def test_what_has_no_condition_always_fires(expr: str, when: str) -> None:
    assert [f"an alert fires when its expression gives anything, and this one does so {when}"] == messages(
        CODE, alert(expr)
    )


@pytest.mark.parametrize(
    "expr",
    [
        "x > 5",
        "5 < sum(x)",
        "absent(x)",
        "absent_over_time(x[5m])",
        "x and y",
        "x unless y",
        "sum(x > 1)",
        "-(x > 1)",
        "x > 5 or absent(x)",
        "max_over_time((x > 1)[5m:])",
        "(x > 1) / y",
        'ALERTS{alertname="Other"}',
    ],
)
def test_a_condition_is_enough(expr: str) -> None:
    assert [] == messages(CODE, alert(expr))


def test_a_heartbeat_is_meant_to_fire_always() -> None:
    assert [] == messages(CODE, alert("vector(1)", severity="none"))


@pytest.mark.parametrize(
    ("expr", "hint"),
    [
        ("x > bool 5", "drop `bool`"),
        ("sum(x > bool 5)", "drop `bool`"),
        ("x > 5 or vector(0)", "put the fallback into brackets"),
        ("x", "compare it with something"),
    ],
)
def test_the_hint_says_what_to_change(expr: str, hint: str) -> None:
    (finding,) = findings(CODE, alert(expr))
    assert finding.hint.startswith(hint)
    assert "expr" == finding.setting
