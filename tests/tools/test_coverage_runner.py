"""What tests show of a rule, measured with every promtool there is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from alertgen.coverage import Covered, share
from alertgen.tools import coverage_runner
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache
from alertgen.tools.suite_files import Reader

RULES = """\
groups:
- name: g
  rules:
  - alert: Down
    expr: up == 0 unless on (job) maintenance
    for: 2m
  - record: job:up
    expr: sum by (job) (up)
"""
WORLD = """\
rule_files: [r.yaml]
tests:
- interval: 1m
  input_series:
  - {series: 'up{job="a"}', values: 1 0x5 1x9}
  - {series: 'up{job="b"}', values: 0x20}
  - {series: 'maintenance{job="b"}', values: 1x20}
"""
FIRES = "{eval_time: 5m, alertname: Down, exp_alerts: [{exp_labels: {job: a}}]}"
SILENT, PENDING, OVER = (f"{{eval_time: {at}, alertname: Down}}" for at in ("0m", "2m", "10m"))


def measured(promtool: Binary, folder: Path, *assertions: str) -> dict[str, Covered]:
    (folder / "r.yaml").write_text(RULES, encoding="utf-8")
    (folder / "t.yaml").write_text(f"{WORLD}  alert_rule_test: [{', '.join(assertions)}]\n", encoding="utf-8")
    sources = [Reader().source(str(folder / "t.yaml"))]
    rules = coverage_runner.every_rule(sources, [])
    with Cache(None) as cache:
        covered, errors = coverage_runner.measure(promtool, sources, rules, cache, jobs=1, timeout=30)
    assert () == errors
    return {one.rule.name: one for one in covered}


@pytest.mark.parametrize(
    ("assertions", "shown"),
    [
        ((FIRES,), {"fired"}),
        ((SILENT,), {"silent"}),
        ((PENDING,), {"pending"}),
        ((SILENT, PENDING, FIRES, OVER), {"fired", "silent", "pending", "resolved"}),
    ],
)
def test_a_state_is_shown_when_an_assertion_looks_at_it(
    assertions: Sequence[str], shown: set[str], promtools: Sequence[Binary], tmp_path: Path
) -> None:
    for promtool in promtools:
        assert shown == measured(promtool, tmp_path, *assertions)["Down"].shown


def test_clauses_whose_loss_a_test_notices_are_decisive(promtool: Binary, tmp_path: Path) -> None:
    assert measured(promtool, tmp_path, SILENT)["Down"].decisive == frozenset()
    all_of_them = measured(promtool, tmp_path, SILENT, PENDING, FIRES, OVER)["Down"]
    assert set(all_of_them.clauses) == all_of_them.decisive
    assert () == all_of_them.missing


def test_a_rule_that_no_test_reads_is_covered_by_nothing(promtool: Binary, tmp_path: Path) -> None:
    covered = measured(promtool, tmp_path, FIRES)
    assert frozenset() == covered["job:up"].shown
    assert 0 == share([covered["job:up"]])


def test_tests_that_fail_prove_no_clause(promtool: Binary, tmp_path: Path) -> None:
    assert frozenset() == measured(promtool, tmp_path, FIRES.replace("job: a", "job: x"))["Down"].decisive
