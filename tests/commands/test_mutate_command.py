"""`alertgen mutate`: survivors with their lines, a score, a seed, a budget, a cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from alertgen.tools.binaries import Binary

ALERTGEN = str(Path(sys.executable).parent / "alertgen")
RULES = """\
groups:
- name: g
  rules:
  - alert: Down
    expr: up == 0
    for: 2m
"""
TESTS = """\
rule_files: [r.yaml]
tests:
- interval: 1m
  input_series: [{series: 'up{job="a"}', values: '0x20'}]
  alert_rule_test:
  - {eval_time: 1m, alertname: Down}
  - {eval_time: 2m, alertname: Down, exp_alerts: [{exp_labels: {job: a}}]}
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, promtool: Binary) -> Run:
    (tmp_path / "r.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "t.yaml").write_text(TESTS, encoding="utf-8")
    path = os.pathsep.join([str(promtool.path.parent), os.environ["PATH"]])

    def go(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ALERTGEN, "mutate", "--tests", "t.yaml", *arguments],
            cwd=tmp_path,
            env={
                **os.environ, "PATH": path, "ALERTGEN_PROMTOOLS": "", "XDG_CACHE_HOME": f"{tmp_path}/cache", **environ,
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return go


def test_slips_that_no_test_notices_are_listed_with_their_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TESTS.replace("eval_time: 2m", "eval_time: 9m"), encoding="utf-8")
    done = run()
    assert 0 == done.returncode
    assert "r.yaml:5: Down: for 2m becomes 3m" in done.stdout
    assert "for 2m becomes 1m" not in done.stdout  # the silence at one minute notices it


def test_tests_at_both_edges_notice_every_slip_in_for(run: Run) -> None:
    fates = {m["change"]: m["fate"] for m in json.loads(run("--format", "json").stdout)["mutants"]}
    assert {"killed"} == {fate for change, fate in fates.items() if change.startswith("for ")}


def test_a_rule_that_no_test_reads_is_told_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(RULES.replace("Down", "Other"), encoding="utf-8")
    assert 1 == run("--rules", "other.yaml").stdout.count("other.yaml:4: Other: no test reads this rule")


def test_a_score_below_the_limit_fails(run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TESTS.replace("alert_rule_test", "promql_expr_test: []\n  x_").split("  x_")[0])
    done = run("--fail-under", "50")
    assert 1 == done.returncode
    assert "the score is below 50%" in done.stderr


def test_without_any_score_there_is_none_to_be_high_enough(run: Run) -> None:
    done = run("--seconds", "0", "--fail-under", "50")
    assert 1 == done.returncode
    assert "no score" in done.stdout
    assert "there is no score" in done.stderr


def test_a_budget_draws_the_same_mutants_for_the_same_seed(run: Run) -> None:
    def drawn(seed: str) -> list[str]:
        done = run("--mutants", "3", "--seed", seed, "--format", "json")
        return [mutant["change"] for mutant in json.loads(done.stdout)["mutants"]]

    assert drawn("1") == drawn("1")
    assert 3 == len(drawn("1"))
    assert 1 < len({tuple(drawn(str(seed))) for seed in range(4)})


def test_without_time_nothing_is_known(run: Run) -> None:
    done = run("--seconds", "0", "--format", "json")
    assert {"unknown"} == {mutant["fate"] for mutant in json.loads(done.stdout)["mutants"]}
    assert 1 == run("--seconds", "0", "--fail-under", "1").returncode


def test_what_was_tried_before_is_not_tried_again(run: Run, promtool: Binary, fake: Callable[[str, str], Path]) -> None:
    first = run("--format", "json")
    body = f"""case "$*" in --version) exec '{promtool.path}' --version;; esac; exit 9"""
    again = run("--format", "json", PATH=f"{fake('promtool', body).parent}:/usr/bin:/bin")
    assert (0, first.stdout) == (again.returncode, again.stdout)
    assert 3 == run("--no-cache", PATH=f"{fake('promtool', body).parent}:/usr/bin:/bin").returncode
