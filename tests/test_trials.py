"""What is run to see whether a slip is noticed: as little as it takes, and nothing less."""

from __future__ import annotations

import yaml

from alertgen import rulefile, unittests, yamlnode
from alertgen.suite import Source
from alertgen.trials import Bench, bench, clauses, slips

RULES = """\
groups:
- name: g
  rules:
  - {record: "job:up", expr: "sum by (job) (up)"}
  - {alert: Down, expr: "job:up == 0 unless on (job) maintenance", for: 2m}
  - {alert: Other, expr: "other > 1"}
"""
TESTS = """\
tests:
- interval: 1m
  alert_rule_test: [{eval_time: 5m, alertname: Down}, {eval_time: 5m, alertname: Other}]
- interval: 1m
  promql_expr_test: [{expr: 'ALERTS{alertname="Down"}', eval_time: 9m}, {expr: other, eval_time: 5m}]
- interval: 1m
  alert_rule_test: [{eval_time: 5m, alertname: Other}]
"""


def of(name: str) -> Bench:
    source = Source("t.yaml", unittests.parse("t.yaml", TESTS), rulefile.parse("r.yaml", RULES))
    (rule,) = (rule for rule in source.loaded if rule.name == name)
    found = bench(source, rule)
    assert found
    return found


def test_only_assertions_that_read_the_rule_are_made() -> None:
    tests = yaml.safe_load(of("Down").tests(["x.yaml"]))
    assert ["x.yaml"] == tests["rule_files"]
    assert [["Down"], []] == [[a["alertname"] for a in t["alert_rule_test"]] for t in tests["tests"]]
    assert [0, 1] == [len(t["promql_expr_test"]) for t in tests["tests"]]


def test_what_reads_the_rule_through_another_counts() -> None:
    assert of("job:up").assertions == of("Down").assertions


def test_only_rules_that_are_needed_are_loaded_and_one_is_changed() -> None:
    (text,) = of("Down").rule_files({"for": yamlnode.scalar("9m")})
    (group,) = yaml.safe_load(text)["groups"]
    assert [("job:up", None), ("Down", "9m")] == [(r.get("record") or r["alert"], r.get("for")) for r in group["rules"]]


def test_a_rule_that_nothing_reads_has_no_bench() -> None:
    source = Source("t.yaml", unittests.parse("t.yaml", "tests: []"), rulefile.parse("r.yaml", RULES))
    assert bench(source, source.loaded[0]) is None


def test_the_parts_of_a_bench_are_the_whole() -> None:
    whole = of("Other")
    assert set(map(id, whole.assertions)) == {id(a) for part in whole.parts() for a in part.assertions}


def test_clauses_are_sides_and_comparisons_turned_round() -> None:
    assert {
        "unless: left side dropped, job:up == 0",
        "unless: right side dropped, maintenance",
        "job:up == 0 becomes !=",
    } == {mutant.change for mutant, _ in clauses(of("Down").rule, 60)}


def test_a_slip_changes_what_it_says_and_nothing_else() -> None:
    changes = {mutant.change: changed for mutant, changed in slips(of("Down").rule, 60)}
    assert ["for"] == list(changes["for 2m becomes 3m"])
    assert ["expr"] == list(changes["job:up == 0 becomes !="])
