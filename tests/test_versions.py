"""Where promtools of several versions disagree, and why that may be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

import pytest

from alertgen import rulefile, unittests
from alertgen.diagnostics import Location
from alertgen.promtool_output import Failure
from alertgen.suite import Complaint, Source, Verdict
from alertgen.tools import suite_runner
from alertgen.tools.binaries import Binary
from alertgen.tools.suite_files import Reader
from alertgen.verdict import CaseId, CaseResult, Failed
from alertgen.versions import Version, agreed, causes, disagreement, merged

OLD, MIDDLE, NEW = (2, 42, 0), (2, 53, 3), (3, 5, 3)
RULES = """\
groups:
- name: g
  rules:
  - {alert: Down, expr: up == 0, for: 5m}
  - {alert: Many, expr: 'count_over_time(up[5m]) > 5'}
  - {alert: Few, expr: 'count_over_time(up[90s]) > 5'}
  - {alert: Rise, expr: 'increase(c[10m]) > 340'}
"""
TESTS = """\
rule_files: [r.yaml]
tests:
- interval: 1m
  input_series:
  - {series: 'up{job="a"}', values: 'UP'}
  - {series: c, values: '_x6 60+60x5'}
  alert_rule_test: [{eval_time: AT, alertname: NAME}]
"""


def source(name: str, *, up: str = "0x20", at: str = "6m", more: str = "") -> Source:
    text = TESTS.replace("NAME", name).replace("UP", up).replace("AT", at) + more
    return Source("t.yaml", unittests.parse("t.yaml", text), rulefile.parse("r.yaml", RULES), ("r.yaml",))


def why(about: Source, passes: dict[Version, bool]) -> str:
    assert about.tests is not None
    (assertion, *_) = about.tests.groups[0].assertions
    return "; ".join(causes(about, 0, assertion, passes, []))


def test_those_who_fail_and_those_who_pass_are_named() -> None:
    said = disagreement({OLD: True, MIDDLE: True, NEW: False}, ["x"])
    assert "fails with promtool 3.5.3, passes with promtool 2.42.0 and 2.53.3\nlikely cause: x" == said


@pytest.mark.parametrize(
    ("about", "passes", "cause"),
    [
        (source("Down", up="0", at="5m"), {OLD: True, NEW: False}, "a sample that is exactly 5m old is too old"),
        (source("Down", up="0x20"), {OLD: True, NEW: False}, "unknown"),
        (source("Down", up="0 stale", at="5m"), {OLD: True, NEW: False}, "unknown"),
        (source("Many"), {MIDDLE: True, NEW: False}, "[5m] has one of the samples less"),
        (source("Few"), {MIDDLE: True, NEW: False}, "unknown"),
        (source("Many"), {OLD: True, MIDDLE: False}, "unknown"),
        (source("Rise", at="11m"), {OLD: False, MIDDLE: True, NEW: True}, "increase() of a counter that begins"),
    ],
    ids=[
        "lookback",
        "the series goes on",
        "stale before",
        "range",
        "between samples",
        "both before 3.0",
        "new counter",
    ],
)
def test_a_cause_is_what_changed_between_those_two_and_is_in_the_test(
    about: Source, passes: dict[Version, bool], cause: str
) -> None:
    assert cause in why(about, passes)


def test_a_missing_interval_is_a_cause_before_2_49_only() -> None:
    about = source("Down")
    assert about.tests
    bare = Source("t.yaml", unittests.parse("t.yaml", TESTS.replace("interval: 1m", "name: x")), about.rules)
    assert "without `interval`" in why(bare, {OLD: False, MIDDLE: True})
    assert "without `interval`" not in why(bare, {MIDDLE: False, NEW: True})


def test_what_only_some_can_read_is_told_from_their_words() -> None:
    words = "field fuzzy_compare not found in type main.unitTestFile"
    assert ["promtool knows `fuzzy_compare` from 3.5 on"] == causes(source("Down"), None, None, {OLD: False}, [words])


def complaint(about: Source, *, error: str = "") -> Complaint:
    assert about.tests
    (assertion,) = about.tests.groups[0].assertions
    failure = Failure(file=PurePath("t.yaml"), raw="", alertname="Down", at="5m", error=error)
    return Complaint(failure) if error else Complaint(failure, assertion, 0)


def test_what_all_complain_about_is_told_once_and_is_no_disagreement() -> None:
    about = source("Down")
    (verdict,) = merged({v: [Verdict(about, passed=False, complaints=(complaint(about),))] for v in (OLD, NEW)})
    assert [""] == [c.disagreement for c in verdict.complaints]
    assert not verdict.passed


def test_a_file_that_one_of_them_refuses_makes_no_disagreement_about_its_tests() -> None:
    about = source("Down")
    refused = Verdict(about, passed=False, complaints=(complaint(about, error="field fuzzy_compare not found"),))
    fails = Verdict(about, passed=False, complaints=(complaint(about),))
    (verdict,) = merged({OLD: [refused], NEW: [fails]})
    assert [True, False] == [bool(c.disagreement) for c in verdict.complaints]


def test_a_file_that_was_not_finished_is_no_opinion() -> None:
    about = source("Down")
    stopped = Verdict(about, passed=False, finished=False)
    fails = Verdict(about, passed=False, complaints=(complaint(about),))
    (verdict,) = merged({OLD: [stopped], NEW: [fails]})
    assert ([""], False) == ([c.disagreement for c in verdict.complaints], verdict.finished)


def test_a_generated_case_is_told_with_the_cause_in_its_own_test() -> None:
    case = CaseId("shop/my-app", "Many", "fires")
    more = f"  promql_expr_test: [{{eval_time: 6m, expr: 'ALERTS{{alertname=\"Many\"}} # {case}', exp_samples: []}}]\n"
    holds, fails = (CaseResult(case, Location("x", 1, 1), f) for f in ((), (Failed(case, "6m", "1", ""),)))
    (told,) = agreed({OLD: [holds], NEW: [fails]}, lambda _: source("Many", more=more))
    assert "fails with promtool 3.5.3" in told.disagreement
    assert "[5m] has one of the samples less" in told.disagreement
    assert [holds] == agreed({OLD: [holds], NEW: [holds]}, lambda _: None)


def test_the_real_ones_disagree_about_the_edges_if_they_are_of_both_majors(
    promtools: Sequence[Binary], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("edges")
    (folder / "r.yaml").write_text(RULES, encoding="utf-8")
    fires = "exp_alerts: [{exp_labels: {job: a}}]}]"
    texts = [
        TESTS.replace("NAME}]", f"{name}, {fires}").replace("UP", up).replace("AT", at)
        for name, up, at in (("Down", "0", "5m"), ("Many", "0x20", "6m"))
    ]
    for number, text in enumerate(texts):
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    sources = [Reader().source(str(folder / f"{number}.yaml")) for number in range(2)]
    found = {tool.version: suite_runner.run(tool, sources, jobs=1, timeout=30)[0] for tool in promtools}
    verdicts = merged(found)
    both = {version[0] for version in found} == {2, 3}
    for verdict, cause in zip(verdicts, ("exactly 5m old", "at its beginning: [5m]"), strict=True):
        assert both == any(cause in c.disagreement for c in verdict.complaints)
