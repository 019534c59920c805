"""What promtool passes although it proves nothing: each of it is caught, and what is good is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alertgen import rulefile, unittests
from alertgen.suite import Source
from alertgen.vacuous import silent_passes

RULES = """\
groups:
- name: g
  rules:
  - {alert: Down, expr: 'up{job="a"} == 0', for: 2m}
  - {alert: Gone, expr: 'absent(up{job="a"})'}
  - {alert: Errors, expr: 'rate(errors_total[10m]) > 1'}
"""
GOOD = """\
tests:
- interval: 1m
  input_series:
  - {series: 'up{job="a",instance="1"}', values: '0x10'}
  alert_rule_test:
  - {eval_time: 1m, alertname: Down}
  - {eval_time: 5m, alertname: Down, exp_alerts: [{}]}
"""


def source(tests: str, rules: str = RULES) -> Source:
    files = rulefile.parse("r.yaml", rules)
    return Source("t.yaml", unittests.parse("t.yaml", tests), files, ("r.yaml",))


def codes(tests: str, rules: str = RULES) -> list[str]:
    return [f"{d.location.line}: {d.code}" for d in silent_passes(source(tests, rules))]


def one(assertion: str, series: str = "{series: 'up{job=\"a\"}', values: '1x20'}") -> str:
    return f"tests:\n- interval: 1m\n  input_series: [{series}]\n  {assertion}\n"


def silent(alert: str, at: str = "5m") -> str:
    return f"alert_rule_test: [{{eval_time: {at}, alertname: {alert}}}]"


def test_a_good_test_is_told_nothing() -> None:
    assert [] == codes(GOOD)


@pytest.mark.parametrize(
    ("tests", "found"),
    [
        pytest.param(one(silent("Dwon")), "4: unknown-alert", id="a misspelt alert is silent, of course"),
        pytest.param(
            one("promql_expr_test: [{expr: 'count(ALERTS{alertname=\"Dwon\"})', eval_time: 5m}]"),
            "4: unknown-alert",
            id="the same in an expression about alerts",
        ),
        pytest.param("tests: []", "1: no-tests", id="a file without tests"),
        pytest.param("rule_files: []", "1: no-tests", id="not even the key"),
        pytest.param("tests:\n- {name: x, interval: 1m}", "2: empty-test", id="a test that asserts nothing"),
        pytest.param(GOOD.replace("interval: 1m", "name: x"), "2: no-interval", id="all samples at the start"),
        pytest.param(
            one(silent("Down"), "{series: up, values: '0x20'}"), "3: unread-series", id="a series that nobody reads"
        ),
        pytest.param(
            one(silent("Down"), "{series: 'up{job=\"b\"}', values: '0x20'}"),
            "4: nothing-read",
            id="silent because there is no data",
        ),
        pytest.param(
            one("promql_expr_test: [{expr: 'uup == 0', eval_time: 5m}]"), "4: nothing-read", id="an expression likewise"
        ),
        pytest.param(one(silent("Down", "2h")), "4: beyond-data", id="silent because the data is over"),
        pytest.param(
            one(silent("Down"), "{series: 'up{job=\"a\"}', values: 0x9}, {series: 'up{ job = \"a\" }', values: 1x9}"),
            "3: duplicate-series",
            id="a series twice",
        ),
    ],
)  # fmt: skip
def test_what_proves_nothing_is_caught_at_its_line(tests: str, found: str) -> None:
    assert found in codes(tests)


@pytest.mark.parametrize(
    "tests",
    [
        pytest.param(one(silent("Gone", "2h")), id="absence is what is left when the data is over"),
        pytest.param(one(silent("Down", "2h"), "{series: 'up{job=\"a\"}', values: '0x5 stale'}"), id="a series ends"),
        pytest.param(one(silent("Down", "2h"), "{series: 'up{job=\"a\"}', values: '0x5 _x9'}"), id="it ends in gaps"),
        pytest.param(one(silent("Errors", "14m"), "{series: errors_total, values: '0x1'}"), id="a range looks back"),
        pytest.param(one(silent("Down", "24m")), id="the last sample still counts"),
        pytest.param(one("promql_expr_test: [{expr: 'vector(1) > 2', eval_time: 5m}]"), id="it needs no data"),
    ],
)
def test_what_only_looks_like_it_is_not(tests: str) -> None:
    assert not {"nothing-read", "beyond-data"} & {code.split()[1] for code in codes(tests)}


def test_rule_files_that_match_nothing_are_told() -> None:
    tests = unittests.parse("t.yaml", f"rule_files: [x.yaml]\n{GOOD}")
    assert tests
    found = [d.code for d in silent_passes(Source("t.yaml", tests, unmatched=tests.rule_files))]
    assert "no-rule-file" in found


def test_a_rule_file_without_rules_and_one_with_a_second_document_are_told() -> None:
    assert ["1: no-rules"] == codes(GOOD, "groups: []")[:1]
    assert "8: ignored-document" in codes(GOOD, f"{RULES}---\n{RULES}")


def test_an_alert_of_one_group_that_reads_another_comes_out_by_chance() -> None:
    rules = (
        'groups:\n- name: a\n  rules: [{record: r, expr: up}]\n- name: b\n  rules: [{alert: Down, expr: "r == 0"}]\n'
    )
    assert "6: group-order" in codes(GOOD, rules)
    assert "6: group-order" not in codes(f"group_eval_order: [a, b]\n{GOOD}", rules)


def test_the_name_that_was_meant_is_proposed() -> None:
    (found,) = silent_passes(source(one(silent("Dwon"))))
    assert "did you mean 'Down'?" == found.hint


def test_nothing_is_said_of_a_file_that_cannot_be_read() -> None:
    assert [] == list(silent_passes(replace(source(GOOD), tests=None)))
