"""`alertgen test --tests`: exit statuses, formats, and what is told beside promtool's verdict."""

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
RULES = "groups: [{name: g, rules: [{alert: Down, expr: up == 0, for: 2m}]}]\n"
GOOD = """\
rule_files: [../rules/r.yaml]
tests:
- interval: 1m
  input_series: [{series: 'up{job="a"}', values: '0x10'}]
  alert_rule_test:
  - {eval_time: 1m, alertname: Down}
  - {eval_time: 5m, alertname: Down, exp_alerts: [{exp_labels: {job: a}}]}
"""
MISSPELT = GOOD.replace("1m, alertname: Down", "1m, alertname: Dwon")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, promtool: Binary) -> Run:
    """Runs `alertgen test` beside a rule file and a good test."""
    write(tmp_path, "rules/r.yaml", RULES)
    write(tmp_path, "tests/good.yaml", GOOD)
    path = os.pathsep.join([str(promtool.path.parent), os.environ["PATH"]])

    def go(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ALERTGEN, "test", *arguments],
            cwd=tmp_path,
            env={
                **os.environ, "PATH": path, "ALERTGEN_PROMTOOLS": "", "XDG_CACHE_HOME": f"{tmp_path}/cache", **environ,
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return go


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_files_that_pass_are_counted_and_nothing_else_is_said(run: Run) -> None:
    done = run("--tests", "tests/*.yaml", "--rules", "rules/**/*.yaml")
    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.startswith("1 of 1 tests pass (2 assertions) in 1 file: promtool ")


def test_a_shell_may_have_replaced_the_pattern_by_the_files(run: Run, tmp_path: Path) -> None:
    write(tmp_path, "tests/more.yaml", GOOD)
    assert "2 of 2 tests pass" in run("--tests", "tests/good.yaml", "tests/more.yaml", "--jobs", "1").stdout


def test_a_test_that_fails_is_told_with_its_line(run: Run, tmp_path: Path) -> None:
    write(tmp_path, "tests/bad.yaml", GOOD.replace("job: a}}]", "job: b}}]"))
    done = run("--tests", "tests/*.yaml")
    assert 1 == done.returncode
    assert "tests/bad.yaml:7:32: error[test-failed]: unnamed#0: Down at 5m\n    expected\n" in done.stdout
    assert "1 of 2 tests pass" in done.stdout


def test_what_promtool_passes_in_silence_is_a_warning_and_with_strict_an_error(run: Run, tmp_path: Path) -> None:
    write(tmp_path, "tests/bad.yaml", MISSPELT)
    done = run("--tests", "tests/bad.yaml")
    assert 0 == done.returncode
    assert "tests/bad.yaml:6:32: warning[unknown-alert]: Dwon at 1m: there is no alert 'Dwon'" in done.stdout
    assert "did you mean 'Down'?" in done.stdout
    strict = run("--tests", "tests/bad.yaml", "--strict")
    assert (1, True) == (strict.returncode, "error[unknown-alert]" in strict.stdout)


def test_one_test_of_a_file_may_be_run_alone(run: Run, tmp_path: Path) -> None:
    _, _, body = GOOD.partition("tests:\n")
    bad = body.replace("job: a}}]", "job: b}}]").replace("- interval", "- name: Wrong one\n  interval")
    write(tmp_path, "tests/bad.yaml", GOOD + bad)
    assert 1 == run("--tests", "tests/*.yaml").returncode
    one = run("--tests", "tests/*.yaml", "-k", "bad.yaml: unnamed#0")
    assert (0, True) == (one.returncode, one.stdout.startswith("1 of 1 tests pass"))
    other = run("--tests", "tests/*.yaml", "-k", "wrong ONE")
    assert (1, True) == (other.returncode, "tests/bad.yaml:13:32: error[test-failed]: Wrong one" in other.stdout)
    assert 2 == run("--tests", "tests/*.yaml", "-k", "nobody").returncode


@pytest.mark.parametrize("style", ["json", "github", "sarif", "junit", "tap"])
def test_machines_get_their_formats_with_the_place(style: str, run: Run, tmp_path: Path) -> None:
    write(tmp_path, "tests/bad.yaml", GOOD.replace("job: a}}]", "job: b}}]"))
    done = run("--tests", "tests/*.yaml", "--format", style)
    assert (1, "") == (done.returncode, done.stderr)
    assert "tests/bad.yaml" in done.stdout
    if style == "json":
        verdicts = {file["path"]: file["verdict"] for file in json.loads(done.stdout)["files"]}
        assert {"tests/bad.yaml": "failed", "tests/good.yaml": "passed"} == verdicts


@pytest.mark.parametrize("arguments", [("--rules", "rules/r.yaml"), ("--strict",)])
def test_options_about_test_files_need_test_files(arguments: tuple[str, ...], run: Run) -> None:
    assert 2 == run(*arguments).returncode


def test_a_pattern_that_matches_nothing_is_no_success(run: Run) -> None:
    done = run("--tests", "tests/*.yml")
    assert (3, "") == (done.returncode, done.stdout)
    assert "no file matches 'tests/*.yml'" in done.stderr


def test_a_promtool_that_is_killed_leaves_the_other_results(
    run: Run, tmp_path: Path, promtool: Binary, fake: Callable[[str, str], Path]
) -> None:
    write(tmp_path, "tests/bad.yaml", GOOD)
    body = f"""case "$*" in --version) exec '{promtool.path}' --version;; *bad.yaml*) kill -9 $$;; esac
exec '{promtool.path}' "$@\""""
    folder = fake("promtool", body).parent
    done = run("--tests", "tests/*.yaml", "--jobs", "2", PATH=f"{folder}:/usr/bin:/bin")
    assert 3 == done.returncode
    assert "1 of 1 tests pass" in done.stdout
    assert "killed by SIGKILL" in done.stderr


def test_coverage_is_a_table_a_number_and_a_limit(run: Run, tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    done = run("--tests", "tests/*.yaml", "--coverage", "--fail-under", "80", XDG_CACHE_HOME=cache)
    assert 1 == done.returncode
    assert "Down  yes       no        yes       no        1 of 1" in done.stdout
    assert "coverage 60.0%: 0 of 1 rules are covered wholly" in done.stdout
    assert "coverage is below 80%" in done.stderr
    again = run("--tests", "tests/*.yaml", "--coverage", "--format", "json", XDG_CACHE_HOME=cache)
    assert 0 == again.returncode
    assert 60.0 == json.loads(again.stdout)["coverage"]["percent"]


def test_a_limit_without_coverage_is_wrong_usage(run: Run) -> None:
    assert 2 == run("--tests", "tests/*.yaml", "--fail-under", "80").returncode


def test_promtools_that_disagree_are_told_with_both_versions(
    run: Run, promtool: Binary, fake: Callable[[str, str], Path]
) -> None:
    body = f"""case "$*" in --version) echo 'promtool, version 9.9.9 (x)'; exit;; esac
'{promtool.path}' "$@" | sed 's/^  SUCCESS$/  FAILED:\\n    alertname: Down, time: 1m, \\n        exp:[], \\n        got:[\\n            0:\\n              Labels:{{}}\\n              Annotations:{{}}\\n            ]/'
exit 1"""  # noqa: E501 - what promtool prints
    other = fake("promtool", body)
    ours = ("--promtool", str(promtool.path))
    done = run("--tests", "tests/good.yaml", *ours, "--promtool", str(other))
    assert 1 == done.returncode, done.stderr
    words = f"fails with promtool 9.9.9, passes with promtool {'.'.join(map(str, promtool.version))}\n"
    assert "error[versions-differ]: unnamed#0: Down at 1m\n" in done.stdout
    assert words in done.stdout
    assert 0 == run("--tests", "tests/good.yaml", *ours, *ours).returncode
    by_environment = run("--tests", "tests/good.yaml", ALERTGEN_PROMTOOLS=f"{promtool.path}:{other}")
    assert words in by_environment.stdout


def test_a_promtool_that_is_not_there_is_the_environments_failure(run: Run) -> None:
    done = run("--tests", "tests/good.yaml", "--promtool", "nowhere")
    assert 3 == done.returncode
    assert "nowhere cannot be run" in done.stderr


def test_tests_without_a_result_are_counted(run: Run, fake: Callable[[str, str], Path], promtool: Binary) -> None:
    body = f"""case "$*" in --version) exec '{promtool.path}' --version;; esac
kill -9 $$"""
    done = run("--tests", "tests/good.yaml", PATH=f"{fake('promtool', body).parent}:/usr/bin:/bin")
    assert 3 == done.returncode
    assert done.stdout.startswith("0 of 0 tests pass (0 assertions) in 1 file, 1 could not be run: promtool")
    assert "killed by SIGKILL; no result for 1 of 1 files, first tests/good.yaml" in done.stderr


def test_what_promtool_said_of_the_same_content_is_not_asked_again(
    run: Run, tmp_path: Path, promtool: Binary, fake: Callable[[str, str], Path]
) -> None:
    write(tmp_path, "tests/bad.yaml", GOOD.replace("job: a}}]", "job: b}}]"))
    body = f"""case "$*" in --version) exec '{promtool.path}' --version;; esac
echo "$@" >> '{tmp_path}/asked'
exec '{promtool.path}' "$@\""""
    path = f"{fake('promtool', body).parent}:/usr/bin:/bin"

    def asked() -> tuple[int, str, bool]:
        (tmp_path / "asked").write_text("", encoding="utf-8")
        done = run("--tests", "tests/*.yaml", "--format", "junit", PATH=path)
        # A timeline of what fails is asked for either way; it is no test of theirs.
        return done.returncode, done.stdout, "good.yaml" in (tmp_path / "asked").read_text(encoding="utf-8")

    first, again = asked(), asked()
    assert (1, True) == (first[0], first[2])
    assert (*first[:2], False) == again
    write(tmp_path, "rules/r.yaml", RULES.replace("2m", "3m"))
    assert asked()[2]
    assert "2 known from before" in run("--tests", "tests/*.yaml", PATH=path).stdout
    assert "known from before" not in run("--tests", "tests/*.yaml", "--no-cache", PATH=path).stdout


def test_one_test_of_a_file_is_no_verdict_on_the_others(run: Run, tmp_path: Path) -> None:
    _, _, body = GOOD.partition("tests:\n")
    write(tmp_path, "tests/bad.yaml", GOOD + body.replace("job: a}}]", "job: b}}]"))
    assert 0 == run("--tests", "tests/bad.yaml", "-k", "unnamed#0").returncode
    assert 1 == run("--tests", "tests/bad.yaml").returncode
