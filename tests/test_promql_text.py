"""PromQL as people write it: mistakes are found at their place, and newer syntax is left to promtool."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertgen.promql import pretty
from alertgen.promql_text import inside, mistake, one_line, tokens
from alertgen.tools.binaries import Binary

MISTAKES = {
    "": (0, "there is no expression here"),
    "# only a comment": (0, "there is no expression here"),
    "sum(x": (3, "this '(' is never closed"),
    "sum(x))": (6, "this ')' closes nothing"),
    "sum by (a (x)": (7, "this '(' is never closed"),
    "rate(x[5m)": (6, "this '[' is never closed"),
    'x{a="b"': (1, "this '{' is never closed"),
    'x{a="b}': (4, "this quote is never closed"),
    "x{a='b\"}": (4, "this quote is never closed"),
    "x >": (3, "the expression ends where something must follow"),
    "x > 1 and": (9, "the expression ends where something must follow"),
    "> 1": (0, "there is nothing before this '>' that it could work on"),
    "x > > 1": (4, "there is nothing before this '>' that it could work on"),
    "foo bar": (4, "there is no operator before 'bar'"),
    "x > on (a) group_left y z": (24, "there is no operator before 'z'"),
    "x offset 5m y": (12, "there is no operator before 'y'"),
    "x @ start() y": (12, "there is no operator before 'y'"),
    "x{} {}": (4, "there is no operator before this '{'"),
    "(x) (y)": (4, "there is no operator before this '('"),
    "[5m] > 1": (0, "there is nothing before this '[' that it could be a range of"),
    "topk(,x)": (5, "something is missing before this ','"),
    "sum by (a) x": (11, "a '(' is missing after 'by (…)'"),
    "x = 1": (2, "'=' stands between a label and its value only"),
    "x > 1 && y": (6, "'&' means nothing in PromQL"),
    "1 > 2": (0, "two numbers are compared, not a series with a number"),
    "rate(x) > 1": (0, "expected type matrix in call to function 'rate', got vector"),
    'sum(x{a=~"("}) > 1': (9, "illegal regex for ("),
    "x[1.5m]": (2, "not a valid duration string: 1.5m"),
    "foo{a=b} > 1": (6, "unexpected identifier 'b' in label matching, expected string"),
    "max(rat(x[5m])) > 1": (4, "there is no function 'rat'"),
    "x > 1 # a (\n and": (16, "the expression ends where something must follow"),
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.items())
def test_a_mistake_is_found_at_its_place(text: str, expected: tuple[int, str]) -> None:
    found = mistake(text)
    assert found is not None
    assert (*expected, True) == (found.index, found.message, found.certain)


def accepted(promtool: Binary, tmp_path: Path, text: str) -> bool:
    """Whether promtool takes the expression."""
    indented = "\n".join(f"      {line}" for line in text.split("\n"))
    rules = f"groups:\n- name: g\n  rules:\n  - record: r\n    expr: |-\n{indented}\n"
    (tmp_path / "r.yaml").write_text(rules, encoding="utf-8")
    run = subprocess.run([promtool.path, "check", "rules", "r.yaml"], cwd=tmp_path, capture_output=True, check=False)
    return run.returncode == 0


@pytest.mark.parametrize("text", MISTAKES)
def test_promtool_sees_a_mistake_too(promtool: Binary, tmp_path: Path, text: str) -> None:
    assert not accepted(promtool, tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "increase(x[5m] anchored) > 1",
        "rate(x[5m] smoothed) > 1",
        "x[1h * 2]",
        "x > 1_000",
        "tomorrows_function(x)",
    ],
)
def test_what_may_be_newer_syntax_is_left_to_promtool(text: str) -> None:
    found = mistake(text)
    assert found is not None
    assert not found.certain


@pytest.mark.parametrize(
    "text",
    [
        "sum by (a) (x) > on (a) group_left (b) y",
        "sum(x) by (a) > bool 1",
        "x offset -5m > -1",
        "max_over_time(x[1h:5m]) > 1",
        "x @ end() > 1 unless on () y",
        'absent(x{a="# no comment"}) # a comment',
        "time() - x > 5",
        "-x ^ 2 > 1 atan2 y",
    ],
)
def test_good_expressions_have_no_mistake(text: str) -> None:
    assert mistake(text) is None


def test_one_line_has_neither_comments_nor_breaks() -> None:
    text = '# why\nmax by (a) (  # a comment\n  x{b="# not one"}\n)\n  > 1\n'
    assert 'max by (a) ( x{b="# not one"} ) > 1' == one_line(text)


@pytest.mark.parametrize("text", ["x  >\n1", 'x{a="\t  b"} > 1 # c', "sum by(a)(x)>1", "`a  #\n  b`"])
def test_one_line_means_the_same(text: str) -> None:
    assert pretty(text) == pretty(one_line(text))


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("", "sum(x) > "),
        ('"', 'x{a="b'),
        ("'", "x{a='b\""),
        ("`", "x{a=`b"),
        ("[", "x["),
        ("[", "x[1h:"),
        ("", "x[5m]"),
        ("[", "x offset "),
        ("[", "x offset -"),
        ("", 'x{a="["} > '),
        ("", '# "quote\n x > '),
    ],
)
def test_what_is_open_at_the_end_is_known(expected: str, text: str) -> None:
    assert expected == inside(text)


WORDS = ["sum", "by", "x", "rate", "[5m]", "and", "offset", "@", "on", "5m", "1", '"a"']
PIECES = st.lists(st.sampled_from([*"()[]{},=><+-*/\"'`#\n ", *WORDS]), max_size=14)
ALIKE = st.one_of(st.text(max_size=40), PIECES.map("".join), PIECES.map(" ".join))


@settings(deadline=None)  # the machine may be busy
@given(ALIKE)
def test_any_text_is_an_expression_or_has_a_mistake_within_it(text: str) -> None:
    found = mistake(text)
    assert found is None or 0 <= found.index <= len(text)


@settings(deadline=None)  # the machine may be busy
@given(ALIKE)
def test_no_character_is_lost_in_tokens(text: str) -> None:
    pieces = list(tokens(text))
    assert text.startswith("".join(token.text for token in pieces))
    assert all(text.startswith(token.text, token.index) for token in pieces)
    if not any(token.kind == "open" for token in pieces):
        assert text == "".join(token.text for token in pieces)
