"""Of what fails, promtool is asked which alerts there were when."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alertgen.suite import Verdict
from alertgen.timeline import Timeline
from alertgen.tools import suite_runner, timeline_runner
from alertgen.tools.binaries import Binary
from alertgen.tools.suite_files import Reader

RULES = """\
groups:
- name: g
  rules:
  - {alert: Down, expr: up == 0, for: 2m}
  - {alert: Twice, expr: up == 0}
  - {alert: Twice, expr: up == 1, labels: {severity: page}}
"""
TESTS = """\
rule_files: [r.yaml]
tests:
- interval: 1m
  input_series: [{series: up, values: 1 0x3 1x9}]
  alert_rule_test:
  - {eval_time: 3m, alertname: Down}
  - {eval_time: 5m, alertname: Down, exp_alerts: [{}]}
  - {eval_time: 5m, alertname: Twice}
  - {eval_time: 5m, alertname: Nobody, exp_alerts: [{}]}
"""


def _failed(promtool: Binary, folder: Path) -> Verdict:
    (folder / "r.yaml").write_text(RULES, encoding="utf-8")
    (folder / "t.yaml").write_text(TESTS, encoding="utf-8")
    sources = [Reader().source(str(folder / "t.yaml"))]
    (verdict,), errors = suite_runner.run(promtool, sources, jobs=1, timeout=30)
    assert () == errors
    return verdict


def test_an_assertion_that_fails_has_the_states_of_its_alert_where_one_rule_has_the_name(
    promtools: Sequence[Binary], tmp_path: Path
) -> None:
    for promtool in promtools:
        verdict = _failed(promtool, tmp_path)
        found = timeline_runner.happened(promtool, [verdict], jobs=1, timeout=30)
        failed = {str(c.assertion): found.get(id(c.assertion)) for c in verdict.complaints}
        assert {"Down at 3m", "Down at 5m", "Twice at 5m", "Nobody at 5m"} == failed.keys()
        assert failed["Twice at 5m"] is None is failed["Nobody at 5m"]
        for name, value in (("Down at 3m", "0"), ("Down at 5m", "1")):
            one = failed[name]
            assert one
            assert (Timeline({60.0: 1, 120.0: 1}, {180.0: 1, 240.0: 1}, 60.0), 300.0) == (one.line, one.until)
            assert one.compared
            assert [f"up {value}"] == [str(sample) for sample in one.compared.values]


def test_a_limit_that_is_no_number_is_asked_for_as_well(promtools: Sequence[Binary], tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("groups: [{name: g, rules: [{alert: Full, expr: used > most * 2}]}]")
    (tmp_path / "t.yaml").write_text(
        "rule_files: [r.yaml]\ntests:\n- interval: 1m\n"
        "  input_series: [{series: 'used{a=\"b\"}', values: 5x9}, {series: 'most{a=\"b\"}', values: 2.5x9}]\n"
        "  alert_rule_test: [{eval_time: 3m, alertname: Full, exp_alerts: [{exp_labels: {a: b}}]}]\n"
    )
    for promtool in promtools:
        (verdict,), _ = suite_runner.run(promtool, [Reader().source(str(tmp_path / "t.yaml"))], jobs=1, timeout=30)
        (found,) = timeline_runner.happened(promtool, [verdict], jobs=1, timeout=30).values()
        assert found.compared
        shown = [[str(s) for s in each] for each in (found.compared.values, found.compared.limits)]
        assert [['used{a="b"} 5'], ['{a="b"} 5']] == shown


def test_where_nothing_fails_promtool_is_not_asked(promtool: Binary) -> None:
    assert {} == timeline_runner.happened(promtool, [], jobs=1, timeout=30)
