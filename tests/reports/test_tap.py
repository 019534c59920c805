"""TAP: a plan, a line for each test, and what is wrong below it."""

from __future__ import annotations

import yaml

from alertgen import unittests
from alertgen.diagnostics import Diagnostic, Location, Severity
from alertgen.reports import tap
from alertgen.suite import Source, Verdict
from alertgen.verdict import CaseId, CaseResult, Failed

PLACE = Location("rules.d/a.yaml", 1, 1)
GOOD = CaseResult(CaseId("shop/a", "Down", "silent # 1"), PLACE)
BAD = CaseResult(CaseId("shop/a", "Down", "fires"), PLACE, (Failed(None, "1m", "1", "nothing"),))


def test_each_scenario_is_a_line_and_a_bare_hash_is_no_directive() -> None:
    lines = tap.of_cases([GOOD, BAD], []).splitlines()
    assert ["TAP version 13", "1..2", "ok 1 - shop/a Down: silent \\# 1", "not ok 2 - shop/a Down: fires"] == lines[:4]
    said = yaml.safe_load("\n".join(line[2:] for line in lines[5:-1]))
    assert [("rules.d/a.yaml:1:1", "at 1m: expected 1, got nothing")] == [(one["at"], one["hint"]) for one in said]


def test_other_errors_fail_and_warnings_do_not() -> None:
    found = [Diagnostic(PLACE, "x", "y"), Diagnostic(PLACE, "x", "z", severity=Severity.WARNING)]
    assert "1..2\nok 1 - shop/a Down: silent \\# 1\nnot ok 2 - rules.d/a.yaml:1:1: error[x]: y" in tap.of_cases(
        [GOOD], found
    )


def test_a_file_without_a_result_fails() -> None:
    tests = unittests.parse("t.yaml", "tests: [{name: one}, {name: two}]\n")
    done, stopped = Verdict(Source("t.yaml", tests), passed=True), Verdict(Source("u.yaml", None), passed=False)
    assert ["1..3", "ok 1 - t.yaml: one", "ok 2 - t.yaml: two", "not ok 3 - u.yaml"] == tap.of_suites(
        [done, stopped]
    ).splitlines()[1:]
