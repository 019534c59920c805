"""promtool's complaints find the assertions they are about, or say that they cannot."""

from __future__ import annotations

from pathlib import Path

from alertgen.blame import blame
from alertgen.promtool_output import Failure
from alertgen.unittests import TestGroup, parse

FILE = Path("t.yaml")


def groups(*tests: str) -> tuple[TestGroup, ...]:
    found = parse("t.yaml", "tests:\n" + "".join(tests))
    assert found
    return found.groups


def world(*alerts: str, name: str = "") -> str:
    return f"- name: '{name}'\n  alert_rule_test: [{', '.join(alerts)}]\n"


SILENT = "{eval_time: 5m, alertname: Down}"
FIRING = "{eval_time: 5m, alertname: Down, exp_alerts: [{}]}"


def failure(at: str = "5m", expected: str = "", group: str | None = None) -> Failure:
    return Failure(file=FILE, raw="x", group=group, alertname="Down", at=at, expected=expected)


def test_a_complaint_that_fits_one_assertion_is_about_it() -> None:
    tests = groups(world(SILENT), world(FIRING))
    assert [tests[0].assertions[0]] == blame(tests, [failure()])
    assert [tests[1].assertions[0]] == blame(tests, [failure(expected="{} {}")])


def test_the_name_of_a_test_tells_it_from_others() -> None:
    tests = groups(world(SILENT, name="a"), world(SILENT, name="b"))
    assert [tests[1].assertions[0]] == blame(tests, [failure(group="b")])


def test_durations_need_not_be_written_alike() -> None:
    tests = groups(world("{eval_time: 90s, alertname: Down}"))
    assert [tests[0].assertions[0]] == blame(tests, [failure(at="1m30s")])


def test_one_complaint_about_two_tests_that_are_alike_is_about_nobody_knows_which() -> None:
    assert blame(groups(world(SILENT), world(SILENT)), [failure()]) is None


def test_as_many_complaints_as_tests_that_are_alike_are_about_all_of_them() -> None:
    tests = groups(world(SILENT), world(SILENT))
    assert [t.assertions[0] for t in tests] == blame(tests, [failure(), failure()])


def test_the_order_decides_where_the_words_do_not() -> None:
    tests = groups(world(SILENT), world(FIRING), world(SILENT))
    found = blame(tests, [failure(expected="{} {}"), failure()])
    assert [tests[1].assertions[0], tests[2].assertions[0]] == found


def test_within_one_test_equal_assertions_come_out_alike() -> None:
    (only,) = groups(world(SILENT, SILENT))
    assert list(only.assertions) == blame([only], [failure(), failure()])


def test_a_rule_that_cannot_be_evaluated_is_about_no_assertion() -> None:
    broken = Failure(file=FILE, raw="x", alertname="Down", at="5m", error="many-to-many")
    (only,) = groups(world(SILENT))
    assert [None] == blame([only], [broken])
    assert blame(groups(world(SILENT), world(SILENT)), [broken]) is None
