"""Coverage for people and machines."""

from __future__ import annotations

from alertgen import rulefile
from alertgen.coverage import FIRED, SILENT, Covered, wanted
from alertgen.reports import coverage_table

RULES = "groups:\n- name: g\n  rules:\n  - {alert: A, expr: up == 0}\n  - {record: b, expr: up}\n"
A, B = (rule for file in rulefile.parse("r.yaml", RULES) for rule in file.rules)
COVERED = (
    Covered(A, frozenset({FIRED, SILENT}), wanted(A), ("comparison turned", "x dropped"), frozenset({"x dropped"})),
    Covered(B, frozenset({FIRED}), wanted(B)),
)


def test_the_table_names_the_file_each_rule_and_what_no_test_notices_and_ends_with_the_share() -> None:
    lines = coverage_table.table(COVERED).splitlines()
    assert "r.yaml" in lines
    assert "coverage 66.7%: 1 of 2 rules are covered wholly" == lines[-1]
    assert any("line 4: no test notices comparison turned" in line for line in lines)
    assert not any("x dropped" in line for line in lines)


def test_machines_get_the_same_number() -> None:
    assert 66.67 == coverage_table.as_plain(COVERED)["percent"]


def test_nothing_is_covered_wholly() -> None:
    assert "coverage 100.0%: 0 of 0 rules are covered wholly" == coverage_table.table([]).splitlines()[-1]
