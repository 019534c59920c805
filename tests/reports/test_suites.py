"""What is told of other people's tests."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from alertgen import rulefile, unittests
from alertgen.measured import Measured
from alertgen.promtool_output import Failure
from alertgen.reports import suites
from alertgen.samples import Sample
from alertgen.suite import Complaint, Source, Verdict
from alertgen.timeline import Compared, Happened, Timeline

TESTS = """\
tests:
- name: first
  interval: 1m
  alert_rule_test:
  - {eval_time: 5m, alertname: Down}
  - {eval_time: 6m, alertname: Dwon, exp_alerts: [{}]}
- interval: 1m
  promql_expr_test: [{expr: up, eval_time: 5m}]
"""


def verdict(*failures: tuple[int | None, int | None, Failure], finished: bool = True) -> Verdict:
    tests = unittests.parse("t.yaml", TESTS)
    assert tests
    rules = rulefile.parse("r.yaml", "groups: [{name: g, rules: [{alert: Down, expr: up}]}]")
    complaints = tuple(
        Complaint(f, None if number is None or group is None else tests.groups[group].assertions[number], group)
        for group, number, f in failures
    )
    return Verdict(Source("t.yaml", tests, rules), not failures and finished, complaints, finished=finished)


def failure(**more: str) -> Failure:
    return Failure(file=Path("t.yaml"), raw="raw", at="5m", **more)


FIRES = (0, 0, failure(alertname="Down", got='{alertname="Down"} {summary="x"}'))


def test_an_assertion_is_told_with_its_line_what_was_expected_and_what_there_was() -> None:
    (found,) = suites.findings([verdict(FIRES)])
    assert "t.yaml:5:32: error[test-failed]: first: Down at 5m" == str(found)
    assert 'expected\n  nothing\ngot\n  {alertname="Down"} {summary="x"}' == found.hint.rpartition("\n")[0]


def test_a_failure_says_how_to_run_its_test_alone_and_which_states_the_alert_had() -> None:
    wrong = verdict(FIRES)
    line = Timeline({60.0: 1}, {240.0: 1, 300.0: 1}, 60.0)
    compared = Compared(Measured("up", "==", "0", 0.0), (Sample({"__name__": "up", "job": "a"}, "1.5E-01"),))
    happened = Happened(line, 360.0, compared)
    (found,) = suites.findings([wrong], {id(wrong.complaints[0].assertion): happened})
    title, value, _, drawn, mark, again = found.hint.splitlines()[-6:]
    assert ("value, compared with == 0", '  up{job="a"} 0.15') == (title, value)
    assert "  .p..##." == drawn.partition("  a column is 60s")[0]
    assert "       ^" == mark
    assert "run it alone: alertgen test --tests t.yaml -k first" == again


def test_an_alert_that_does_not_exist_is_told_the_name_that_was_meant() -> None:
    (found,) = suites.findings([verdict((0, 1, failure(alertname="Dwon", expected="{} {}")))])
    assert "\nthere is no alert 'Dwon'; did you mean 'Down'?\n" in found.hint


def test_a_rule_that_cannot_be_evaluated_is_told_at_its_test() -> None:
    (found,) = suites.findings([verdict((1, None, failure(alertname="r", error="many-to-many")))])
    assert "t.yaml:7:3: error[test-failed]: unnamed#1: the rule r cannot be evaluated at 5m" == str(found)
    assert "many-to-many" == found.hint


def test_a_file_that_promtool_does_not_take_is_told_at_its_start() -> None:
    error = "yaml: unmarshal errors:\n  line 2: field a not found"
    (found,) = suites.findings([verdict((None, None, Failure(file=Path("t.yaml"), raw="x", error=error)))])
    said = "promtool does not take this file: yaml: unmarshal errors: line 2: field a not found"
    assert f"t.yaml:1:1: error[test-failed]: {said}" == str(found)


def test_json_knows_of_every_assertion_whether_it_holds() -> None:
    (plain,) = suites.as_plain([verdict(FIRES, (1, None, failure(alertname="r", error="x")))])
    first, second = plain["tests"]
    assert ["failed", "passed"] == [case["verdict"] for case in first["cases"]]
    assert ("failed", ["unknown"]) == (second["verdict"], [case["verdict"] for case in second["cases"]])


def test_a_file_that_was_not_finished_has_no_verdict() -> None:
    (plain,) = suites.as_plain([verdict(finished=False)])
    assert "unknown" == plain["verdict"] == plain["tests"][0]["verdict"]


def test_junit_has_a_suite_for_each_file_and_a_case_for_each_test_as_promtool_has() -> None:
    report = ET.fromstring(suites.junit([verdict(FIRES), verdict(finished=False)], []))  # noqa: S314 - our own
    good, unfinished = report
    assert ("t.yaml", "2", "1", "0") == tuple(good.attrib[key] for key in ("name", "tests", "failures", "errors"))
    assert ["first", "unnamed#1"] == [case.attrib["name"] for case in good]
    assert "1" == unfinished.attrib["errors"]
    assert unfinished.find("testcase/error") is not None
