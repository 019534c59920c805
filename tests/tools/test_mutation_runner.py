"""What becomes of a slip: killed, survived, untested, or unknown where the right rule fails its tests."""

from __future__ import annotations

from pathlib import Path

from alertgen.mutation import Fate
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache
from alertgen.tools.mutation_runner import every_slip, judge
from alertgen.tools.suite_files import Reader

RULES = """\
groups:
- name: g
  rules:
  - {alert: Down, expr: up == 0, for: 2m}
  - {alert: Alone, expr: up == 1}
"""
TESTS = """\
rule_files: [r.yaml]
tests:
- interval: 1m
  input_series: [{series: up, values: 0x9}]
  alert_rule_test: [{eval_time: 2m, alertname: Down, exp_alerts: [EXPECTED]}]
"""


def fates(promtool: Binary, folder: Path, expected: str = "{}", rules: str = RULES) -> dict[tuple[str, str], Fate]:
    (folder / "r.yaml").write_text(rules, encoding="utf-8")
    (folder / "t.yaml").write_text(TESTS.replace("EXPECTED", expected), encoding="utf-8")
    sources = [Reader().source(str(folder / "t.yaml"))]
    wanted = every_slip(sources, sources[0].loaded)
    with Cache(None) as cache:
        outcomes, errors = judge(
            promtool, sources, wanted, cache, jobs=1, timeout=30, on_done=lambda _: None, time_is_over=lambda: False
        )
    assert () == errors
    assert [(rule, mutant) for rule, mutant, _ in wanted] == [(o.rule, o.mutant) for o in outcomes]
    return {(o.rule.name, o.mutant.change): o.fate for o in outcomes}


def test_a_slip_is_killed_survives_or_is_untested(promtool: Binary, tmp_path: Path) -> None:
    found = fates(promtool, tmp_path)
    assert Fate.KILLED == found["Down", "for 2m becomes 3m"]
    assert Fate.SURVIVED == found["Down", "for 2m becomes 1m"]
    assert {Fate.UNTESTED} == {fate for (rule, _), fate in found.items() if rule == "Alone"}


def test_tests_that_fail_for_the_right_rule_say_nothing_of_a_wrong_one(promtool: Binary, tmp_path: Path) -> None:
    found = fates(promtool, tmp_path, expected="")
    assert {Fate.UNKNOWN} == {fate for (rule, _), fate in found.items() if rule == "Down"}


def test_a_rule_that_cannot_be_parsed_has_no_slips(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(RULES.replace("up == 0", "'up =='"), encoding="utf-8")
    (tmp_path / "t.yaml").write_text(TESTS, encoding="utf-8")
    sources = [Reader().source(str(tmp_path / "t.yaml"))]
    assert {"Alone"} == {rule.name for rule, *_ in every_slip(sources, sources[0].loaded)}
