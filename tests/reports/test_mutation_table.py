"""Survivors with their lines, rules that no test reads once each, and the score."""

from __future__ import annotations

from dataclasses import replace

from alertgen import rulefile
from alertgen.mutation import Fate, Outcome
from alertgen.reports.mutation_table import as_plain, table
from alertgen.trials import slips

RULES = """\
groups:
- name: g
  rules:
  - alert: Down
    expr: up == 0
    for: 2m
  - alert: Other
    expr: up == 1
"""
DOWN, OTHER = rulefile.parse("r.yaml", RULES)[0].rules
LONGER = next(mutant for mutant, _ in slips(DOWN, 60.0) if mutant.change == "for 2m becomes 3m")
OF_OTHER = next(mutant for mutant, _ in slips(OTHER, 60.0))
KILLED, SURVIVED = (Outcome(DOWN, LONGER, fate) for fate in (Fate.KILLED, Fate.SURVIVED))
UNTESTED = Outcome(OTHER, OF_OTHER, Fate.UNTESTED)


def test_a_survivor_is_told_with_the_line_of_its_expression() -> None:
    assert "r.yaml:5: Down: for 2m becomes 3m\nscore 50.0%: 1 killed, 1 survived" == table([KILLED, SURVIVED])


def test_a_rule_that_no_test_reads_is_told_once() -> None:
    assert "r.yaml:7: Other: no test reads this rule\nscore 0.0%: 2 untested" == table([UNTESTED, UNTESTED])


def test_where_nothing_is_known_there_is_no_score() -> None:
    unknown = replace(KILLED, fate=Fate.UNKNOWN)
    assert "no score, for the rules' own tests fail or there was no time: 1 unknown" == table([unknown])
    assert as_plain([unknown])["score"] is None


def test_without_slips_all_is_noticed() -> None:
    assert "score 100.0%: no slips" == table([])


def test_machines_get_every_slip_and_what_became_of_it() -> None:
    plain = as_plain([KILLED, UNTESTED])
    assert 50.0 == plain["score"]
    assert [("Down", 5, "killed"), ("Other", 8, "untested")] == [
        (one["rule"], one["line"], one["fate"]) for one in plain["mutants"]
    ]
