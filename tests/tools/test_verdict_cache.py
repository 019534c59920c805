"""A verdict is remembered as it was, under what it depends on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from alertgen.suite import Source, Verdict
from alertgen.tools import suite_runner, verdict_cache
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache
from alertgen.tools.suite_files import Reader

RULES = "groups: [{name: g, rules: [{record: a, expr: up + 1}]}, {name: h, rules: [{alert: Down, expr: up == 0}]}]\n"
TESTS = """\
rule_files: [r.yaml]
group_eval_order: [g, h]
tests:
- interval: 1m
  input_series: [{series: up, values: 1x9}]
  alert_rule_test: [{eval_time: 1m, alertname: Down}, {eval_time: 2m, alertname: Down, exp_alerts: [{}]}]
  promql_expr_test: [{eval_time: 1m, expr: up, exp_samples: []}]
"""


def source(folder: Path, tests: str = TESTS, rules: str = RULES) -> Source:
    (folder / "r.yaml").write_text(rules, encoding="utf-8")
    (folder / "t.yaml").write_text(tests, encoding="utf-8")
    return Reader().source(str(folder / "t.yaml"))


def words(verdict: Verdict) -> object:
    return [(c.failure, c.group, c.assertion and c.assertion.at) for c in verdict.complaints], verdict.passed


def test_a_verdict_comes_back_with_every_complaint_and_its_place(promtool: Binary, tmp_path: Path) -> None:
    about = source(tmp_path)
    with Cache(tmp_path / "cache") as cache:
        (first,), _, ran = suite_runner.known_or_run(promtool, [about], cache, jobs=1, timeout=30)
        (again,), _, later = suite_runner.known_or_run(promtool, [source(tmp_path)], cache, jobs=1, timeout=30)
    assert (2, 1, 0) == (len(first.complaints), ran, later)
    assert words(first) == words(again)


@pytest.mark.parametrize("change", ["tests", "rules", "version", "fewer tests"])
def test_whatever_a_verdict_depends_on_makes_another_key(change: str, promtool: Binary, tmp_path: Path) -> None:
    about = source(tmp_path)
    before = set(verdict_cache.keys(promtool, [about]).values())
    if change == "version":
        promtool = replace(promtool, version=(9, 9, 9))
    elif change == "fewer tests":
        assert about.tests
        about = replace(about, tests=replace(about.tests, groups=()))
    else:
        about = source(tmp_path, TESTS + "# x\n" * (change == "tests"), RULES + "# x\n" * (change == "rules"))
    after = set(verdict_cache.keys(promtool, [about]).values())
    assert (1, 1) == (len(before), len(after))
    assert not before & after


@pytest.mark.parametrize(
    ("tests", "why"),
    [("a: [\n", "not readable"), (TESTS.replace("[g, h]", "[]"), "the groups come in any order")],
)
def test_what_may_come_out_otherwise_has_no_key(tests: str, why: str, promtool: Binary, tmp_path: Path) -> None:
    assert ({}, why) == (verdict_cache.keys(promtool, [source(tmp_path, tests)]), why)


def test_a_file_that_promtool_refuses_is_asked_about_again(promtool: Binary, tmp_path: Path) -> None:
    about = source(tmp_path, TESTS + "no_such_key: 1\n")
    with Cache(tmp_path / "cache") as cache:
        runs = [suite_runner.known_or_run(promtool, [about], cache, jobs=1, timeout=30)[2] for _ in range(2)]
    assert [1, 1] == runs
