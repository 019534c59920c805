"""How much is covered, from what was seen."""

from __future__ import annotations

import pytest

from alertgen import rulefile
from alertgen.coverage import FIRED, PENDING, RESOLVED, SILENT, Covered, share, wanted
from alertgen.rulefile import Rule

RULES = """\
groups:
- name: g
  rules:
  - {alert: Waits, expr: up == 0, for: 2m}
  - {alert: AtOnce, expr: up == 0, for: 0s}
  - {alert: Watchdog, expr: vector(1)}
  - {alert: WatchdogThatWaits, expr: (vector(1)), for: 1m}
  - {alert: NotAtNight, expr: vector(1) and hour() > 6}
  - {alert: Broken, expr: "vector("}
  - {record: a, expr: up}
"""
RULE: dict[str, Rule] = {rule.name: rule for file in rulefile.parse("r.yaml", RULES) for rule in file.rules}


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("Waits", {FIRED, SILENT, PENDING, RESOLVED}),
        ("AtOnce", {FIRED, SILENT, RESOLVED}),
        ("Watchdog", {FIRED}),
        ("WatchdogThatWaits", {FIRED, PENDING}),
        ("NotAtNight", {FIRED, SILENT, RESOLVED}),
        ("Broken", {FIRED, SILENT, RESOLVED}),
        ("a", {FIRED}),
    ],
)
def test_what_there_is_to_show_depends_on_the_rule(name: str, states: set[str]) -> None:
    assert states == wanted(RULE[name])


def test_states_and_clauses_count_alike_and_what_is_missing_is_named_in_order() -> None:
    rule = RULE["Waits"]
    shown = frozenset({SILENT, FIRED})
    one = Covered(rule, shown, wanted(rule), ("unless x", "and y"), frozenset({"and y"}))
    assert (3, 6) == one.points
    assert (PENDING, RESOLVED, "unless x") == one.missing
    assert share([one]) == 50.0


def test_what_a_rule_does_not_have_adds_nothing() -> None:
    rule = RULE["AtOnce"]
    assert (1, 3) == Covered(rule, frozenset({FIRED, PENDING}), wanted(rule)).points


def test_of_nothing_all_is_covered() -> None:
    assert 100.0 == share([])
