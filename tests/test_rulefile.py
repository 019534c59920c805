"""Rule files of others: plain ones, PrometheusRule objects, and what copies of them say."""

from __future__ import annotations

import yaml

from alertgen import yamlnode
from alertgen.diagnostics import Location
from alertgen.rulefile import RuleFile, parse

GROUPS = """\
groups:
- name: g
  labels: {team: web}
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
  - alert: Down
    expr: |
      up == 0
    for: 5m
    labels: {severity: page}
"""
OBJECT = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n" + "".join(
    f"  {line}\n" for line in GROUPS.splitlines()
)


def only(text: str) -> RuleFile:
    (found,) = parse("r.yaml", text)
    return found


def test_a_rule_knows_what_it_says_and_where() -> None:
    record, alert = only(GROUPS).rules
    assert ("job:up:sum", False, Location("r.yaml", 5, 13)) == (record.name, record.alert, record.at)
    assert ("Down", True, "up == 0\n", "5m", "g") == (alert.name, alert.alert, alert.expr, alert.for_, alert.group)
    assert {"team": "web", "severity": "page"} == alert.labels
    assert Location("r.yaml", 8, 11) == alert.expr_at


def test_an_object_has_the_same_rules_at_its_own_lines() -> None:
    found = only(OBJECT)
    assert found.custom
    assert ["job:up:sum", "Down"] == [rule.name for rule in found.rules]
    assert 8 == found.rules[0].at.line
    assert yaml.safe_load(GROUPS) == yaml.safe_load(found.text())


def test_each_object_of_a_file_and_of_a_list_counts_for_itself() -> None:
    listed = "kind: List\nitems:\n" + "".join(
        ("- " if number == 0 else "  ") + line + "\n" for number, line in enumerate(OBJECT.splitlines())
    )
    found = parse("r.yaml", f"{OBJECT}---\nkind: ConfigMap\n---\n{listed}")
    assert [2, 2] == [len(one.rules) for one in found]


def test_what_prometheus_does_not_know_is_left_out_of_an_object() -> None:
    text = OBJECT.replace("    labels: {team: web}", "    partial_response_strategy: abort")
    assert "partial_response_strategy" not in only(text).text()


def test_a_second_document_of_a_plain_file_is_ignored_and_said_so() -> None:
    found = only(f"{GROUPS}---\n{GROUPS}")
    assert 2 == len(found.rules)
    assert Location("r.yaml", 13, 1) == found.ignored


def test_a_copy_has_only_the_rules_that_are_wanted_with_their_changes() -> None:
    found = only(GROUPS)
    text = found.with_rules({found.rules[1]: {"for": yamlnode.scalar("10m"), "labels": None}})
    (group,) = yaml.safe_load(text)["groups"]
    assert [{"alert": "Down", "expr": "up == 0\n", "for": "10m"}] == group["rules"]
    assert {"team": "web"} == group["labels"]


def test_a_file_without_anything_has_no_rules() -> None:
    assert () == parse("r.yaml", "# nothing\n")
    assert () == only("[]").rules
    assert () == only("groups: 5").rules
