from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertgen.promtool_output import Failure, RuleFile, Section, check_results, failures, sections, unquoted

FILE = Path("my-app.yaml")

# What 2.42 prints about two files. 2.53 prints the same; since 2.55 there is no `Unit Testing` line.
TWO_FILES = """\
Unit Testing:  a.yaml
  FAILED:
    name: fires when it is down,
    alertname: Down, time: 3m,\x20
        exp:[
            0:
              Labels:{alertname="Down", job="a"}
              Annotations:{summary="one\\ntwo ], "}
            1:
              Labels:{alertname="Down", job="b"}
              Annotations:{}
            ],\x20
        got:[]

    expr: "count(ALERTS{alertname=\\"Down\\"}) # shop/my-app Down: fires, time: 1m", time: 5m,
        exp: nil
        got: {} 1E+00

    expr: "up{", time: 1m, err: 1:4: parse error: unexpected end of input inside braces

    rule: Down, time: 0s, err: found duplicate series for the match group {x="b"};many-to-many matching


Unit Testing:  b.yaml
  WARNING: no file match pattern x*.yaml
  SUCCESS

"""


def only(text: str, *, passed: bool = False) -> list[Failure]:
    return list(failures(Section(passed=passed, text=text), FILE))


@pytest.mark.parametrize("names", [True, False], ids=["with file names", "without"])
def test_each_file_has_its_section(names: bool) -> None:
    output = "".join(
        line for line in TWO_FILES.splitlines(keepends=True) if names or not line.startswith("Unit Testing")
    )
    first, second = sections(output)
    assert (False, True) == (first.passed, second.passed)
    assert first.text.startswith("    name: fires when it is down,\n")
    assert second.text.startswith("  WARNING: no file match pattern x*.yaml\n")


def test_no_output_is_no_section() -> None:
    assert not sections("")


def test_the_last_words_of_a_killed_promtool_are_kept() -> None:
    assert [True, False] == [section.passed for section in sections("  SUCCESS\n\n  FAILED:\n    name: x,\n")]


def test_an_alert_is_told_with_its_group_and_both_sides() -> None:
    alert = only(sections(TWO_FILES)[0].text)[0]
    assert ("fires when it is down", "Down", "3m", None) == (alert.group, alert.alertname, alert.at, alert.expr)
    assert alert.expected == '{alertname="Down", job="a"} {summary="one\\ntwo ], "}\n{alertname="Down", job="b"} {}'
    assert ("", "") == (alert.got, alert.error)


def test_an_expression_is_told_as_the_file_has_it() -> None:
    expression = only(sections(TWO_FILES)[0].text)[1]
    assert expression == Failure(
        file=FILE,
        raw='    expr: "count(ALERTS{alertname=\\"Down\\"}) # shop/my-app Down: fires, time: 1m", time: 5m,\n'
        "        exp: nil\n        got: {} 1E+00",
        expr='count(ALERTS{alertname="Down"}) # shop/my-app Down: fires, time: 1m',
        at="5m",
        got="{} 1E+00",
    )


def test_an_expression_that_cannot_be_evaluated_is_an_error() -> None:
    expression = only(sections(TWO_FILES)[0].text)[2]
    assert ("up{", "1m") == (expression.expr, expression.at)
    assert expression.error == "1:4: parse error: unexpected end of input inside braces"


def test_a_rule_that_cannot_be_evaluated_is_an_error() -> None:
    rule = only(sections(TWO_FILES)[0].text)[3]
    assert ("Down", "0s") == (rule.alertname, rule.at)
    assert rule.error == 'found duplicate series for the match group {x="b"};many-to-many matching'


def test_rule_files_that_match_nothing_are_a_failure_though_promtool_passes() -> None:
    (failure,) = only(sections(TWO_FILES)[1].text, passed=True)
    assert failure.error == "no file match pattern x*.yaml"


@pytest.mark.parametrize("text", ["yaml: line 1: did not find\n  line 2: x\n", "  something else\n"])
def test_what_is_not_understood_is_still_a_failure_of_the_file(text: str) -> None:
    (failure,) = only(text)
    assert text.strip() == failure.error
    assert (None, None) == (failure.expr, failure.alertname)


def test_nothing_but_failed_is_a_failure() -> None:
    assert len(only("")) == 1


@given(st.text())
def test_no_output_makes_it_stumble(text: str) -> None:
    for section in sections(text):
        assert bool(only(section.text, passed=section.passed)) or section.passed


@given(st.text(st.characters(codec="utf-8")))
def test_what_go_quotes_comes_back(text: str) -> None:
    assert text == unquoted(go_quote(text))


def go_quote(text: str) -> str:
    """As Go's strconv.Quote writes it."""
    named = {
        v: f"\\{k}" for k, v in {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}.items()
    }
    named |= {'"': '\\"', "\\": "\\\\"}

    def quoted(character: str) -> str:
        number = ord(character)
        if character in named or character.isprintable():
            return named.get(character, character)
        return f"\\x{number:02x}" if number < 0x80 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"

    return f'"{"".join(map(quoted, text))}"'


CHECKED = """\
Checking ./a.yaml
  SUCCESS: 12 rules found

Checking ./b.yaml
  FAILED:
./b.yaml: 4:22: group "g", rule 1, "A": could not parse expression: 1:3: parse error
./b.yaml: 4:22: group "g", rule 1, "A": could not parse expression: 1:3: parse error
Checking ./c.yaml
  FAILED:
lint error 1 duplicate rule(s) found.
Metric: A

"""
ARGUMENTS = ["./a.yaml", "./b.yaml", "./c.yaml"]
FILES = [Path("a.yaml"), Path("b.yaml"), Path("c.yaml")]


def test_each_rule_file_has_its_result() -> None:
    assert check_results(CHECKED, ARGUMENTS, FILES) == [
        RuleFile(FILES[0], 12),
        RuleFile(FILES[1], 0, '4:22: group "g", rule 1, "A": could not parse expression: 1:3: parse error'),
        RuleFile(FILES[2], 0, "lint error 1 duplicate rule(s) found.\nMetric: A"),
    ]


@pytest.mark.parametrize(
    ("output", "finished"),
    [
        (CHECKED[: CHECKED.index("Checking ./c")], 2),
        (CHECKED[: CHECKED.index("  FAILED")], 1),
        (CHECKED.replace("./b.yaml\n", "./x.yaml\n"), 1),
        ("panic: out of range\n", 0),
        ("", 0),
    ],
    ids=["two done", "killed in the second", "another file", "garbage", "nothing"],
)
def test_only_files_that_were_finished_have_a_result(output: str, finished: int) -> None:
    assert finished == len(check_results(output, ARGUMENTS, FILES))
