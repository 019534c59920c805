"""What a run is about: which tests, and how long they take."""

from __future__ import annotations

from alertgen import rulefile, unittests
from alertgen.promtool_output import Failure
from alertgen.suite import Complaint, Source, Verdict, cases, seconds_for

RULES = "groups: [{name: g, rules: [{alert: Down, expr: up == 0}, {record: a, expr: up}]}]\n"
TESTS = """\
tests:
- {name: one, alert_rule_test: [{eval_time: 10m, alertname: Down}]}
- {name: Two, alert_rule_test: [{eval_time: 20m, alertname: Down}]}
- {}
"""


def source(tests: str = TESTS, rules: str = RULES) -> Source:
    return Source("t.yaml", unittests.parse("t.yaml", tests), rulefile.parse("r.yaml", rules), ("r.yaml",))


def test_a_test_costs_its_rules_at_each_evaluation() -> None:
    one, two, nothing = source().tests.groups  # type: ignore[union-attr]
    assert seconds_for(2, len(one.series), 11) == source().cost(one)
    assert source().cost(nothing) < source().cost(one) < source().cost(two)
    assert source().costs > sum(map(source().cost, (one, two, nothing)))


def test_a_file_that_cannot_be_read_costs_something() -> None:
    assert Source("t.yaml", None).costs > 0


def test_some_tests_of_a_file_are_chosen_by_a_word_in_whatever_case() -> None:
    chosen = {word: source().only(word) for word in ("TWO", "t.yaml: ", "unnamed#2", "three")}
    names = {word: [g.title for g in s.tests.groups] if s and s.tests else None for word, s in chosen.items()}
    assert {"TWO": ["Two"], "t.yaml: ": ["one", "Two", "unnamed#2"], "unnamed#2": ["unnamed#2"], "three": None} == names
    assert chosen["TWO"].tests.group(1).title == "Two"  # type: ignore[union-attr]


def test_a_complaint_is_about_its_test_or_about_all() -> None:
    wrong = Complaint(Failure(file=source().path, raw="x"), group=1)  # type: ignore[arg-type]
    whole = Complaint(Failure(file=source().path, raw="y"))  # type: ignore[arg-type]
    verdict = Verdict(source(), passed=False, complaints=(wrong, whole))
    assert [(whole,), (wrong, whole), (whole,)] == [found for *_, found in cases([verdict])]


def test_a_file_that_did_not_finish_has_no_cases() -> None:
    assert [] == list(cases([Verdict(source(), passed=False, finished=False)]))
