"""What is run to see whether a slip is noticed: as little as it takes, and nothing less."""

from __future__ import annotations

import json

import pytest
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


WINDOWS = """\
groups:
- name: g
  rules:
  - {record: "ratio:1h", labels: {slo: a}, expr: "a[1h]"}
  - {record: "ratio:1h", labels: {slo: b}, expr: "b[1h]"}
  - {alert: Burn, labels: {slo: a}, expr: "ratio:1h{slo='a'} > 1"}
  - {alert: Burn, labels: {slo: b}, expr: "ratio:1h{slo='b'} > 1"}
"""


def burns(number: int, *exprs: str) -> Bench | None:
    tests = json.dumps({"tests": [{"promql_expr_test": [{"expr": expr} for expr in exprs]}]})
    source = Source("t.yaml", unittests.parse("t.yaml", tests), rulefile.parse("r.yaml", WINDOWS))
    return bench(source, source.loaded[number])


@pytest.mark.parametrize(
    ("number", "selector", "reads"),
    [
        (2, 'ALERTS{slo="a"}', True),
        (2, 'ALERTS{slo="b"}', False),
        (2, 'ALERTS{alertname="Burn",other=""}', True),
        (0, "ratio:1h{slo=~'a|c'}", True),
        (0, "ratio:1h{slo!='a'}", False),
        (0, 'ALERTS{slo="b"}', False),
    ],
)
def test_what_asks_for_other_labels_than_the_rule_sets_does_not_read_it(
    number: int, selector: str, *, reads: bool
) -> None:
    assert reads is (burns(number, selector) is not None)


def test_what_a_rule_would_read_with_a_matcher_fewer_is_evaluated_too() -> None:
    found = burns(2, 'ALERTS{slo="a"}')
    assert found
    assert {0, 1, 2} == {found.source.loaded.index(rule) for rule in found.rules}
    assert frozenset({"ALERTS", "ratio:1h", "a", "b"}) == found.metrics


def test_an_assertion_that_cannot_be_parsed_may_read_everything() -> None:
    found = burns(2, "ALERTS", "this is no expression")
    assert found
    assert 2 == len(found.assertions)
    assert (4, None) == (len(found.rules), found.metrics)


def test_only_series_that_something_reads_are_loaded() -> None:
    given = [{"series": name} for name in ("a{x='1'}", "b", "c", "{__name__='c'}", "a")]
    tests = json.dumps({"tests": [{"input_series": given, "promql_expr_test": [{"expr": "ratio:1h"}]}]})
    source = Source("t.yaml", unittests.parse("t.yaml", tests), rulefile.parse("r.yaml", WINDOWS))
    found = bench(source, source.loaded[0])
    assert found
    (test,) = yaml.safe_load(found.tests(["x.yaml"]))["tests"]
    assert ["a{x='1'}", "b", "{__name__='c'}", "a"] == [one["series"] for one in test["input_series"]]


def test_a_rule_that_nothing_reads_has_no_bench() -> None:
    source = Source("t.yaml", unittests.parse("t.yaml", "tests: []"), rulefile.parse("r.yaml", RULES))
    assert bench(source, source.loaded[0]) is None


def test_the_parts_of_a_bench_are_the_whole() -> None:
    whole = of("Other")
    found = [id(a) for part in whole.parts() for a in part.assertions]
    assert sorted(map(id, whole.assertions)) == sorted(found)


def test_the_first_part_is_what_is_closest_to_the_rule_and_early() -> None:
    groups = [
        {"promql_expr_test": [{"expr": 'ALERTS{slo="a"}', "eval_time": "1m"}]},
        {"promql_expr_test": [{"expr": "ratio:1h{slo='a'}", "eval_time": time} for time in ("9h", "2m")]},
    ]
    source = Source(
        "t.yaml", unittests.parse("t.yaml", json.dumps({"tests": groups})), rulefile.parse("r.yaml", WINDOWS)
    )
    found = bench(source, source.loaded[0])
    assert found
    parts = [[(a.group, a.time) for a in part.assertions] for part in found.parts()]
    assert [(1, 120)] == parts[0]
    assert [(1, 120), (1, 9 * 3600), (0, 60)] == [one for part in parts for one in part]


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
