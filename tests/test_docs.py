"""What the documentation says is true: its commands run, its example is real, its paths exist."""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from alertgen import commands, compiler, plan
from alertgen.fixtures import fixtures
from alertgen.patterns import catalogue
from alertgen.tools.binaries import Binary
from alertgen.verdict import cases

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def _makefile_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_the_readme_is_two_screens_at_most() -> None:
    assert len(README.splitlines()) <= 120


def test_the_first_console_block_is_the_two_commands_and_both_are_make_targets() -> None:
    first = _blocks("console")[0].split()
    assert first == ["make", "build", "make", "test"]
    assert {"build", "test"} <= _makefile_targets()


def test_the_three_lines_of_the_readme_are_as_many_alerts_and_situations_as_it_says() -> None:
    build = compiler.compile_spec(
        [("rules.d/my-app.yaml", _blocks("yaml")[0].encode())], dt.date(2026, 1, 1), "rules.d"
    )
    assert ["no-routing"] == [d.code for d in build.diagnostics]
    proofs = [proof for proof in plan.proofs(build, lambda _: True) if proof.expansion.service]
    said = re.search(
        r"These three lines are (\d+) alerts and about (\d+) proven situations, beside (\d+) alerts", README
    )
    assert said
    assert int(said[3]) == len(build.estate.expansion(None)[0].alerts)
    assert int(said[1]) == sum(len(proof.expansion.alerts) for proof in proofs)
    assert abs(int(said[2]) - sum(len(list(cases(proof.tests))) for proof in proofs)) < 10


def test_the_commands_for_a_service_of_ones_own_and_for_its_ci_run_word_for_word(
    tmp_path: Path, promtool: Binary, amtool: Binary
) -> None:
    commands = _blocks("console")[1].splitlines()
    assert commands[0] == ".venv/bin/alertgen init my-alerts"
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    tools = (str(tool.path.parent) for tool in (promtool, amtool))
    path = os.pathsep.join([*tools, str(Path(sys.executable).parent), os.environ["PATH"]])
    in_ci = _blocks("console")[3].splitlines()
    assert "alertgen build --check" in in_ci
    script = "set -eu\n" + "\n".join([*commands, *in_ci])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "scenarios hold" in done.stdout
    assert "ContainerRestartRateHigh of shop/my-app" in done.stdout
    assert (tmp_path / "my-alerts" / "golden" / "prometheus" / "shop" / "my-app.yaml").exists()


def test_the_mistake_in_the_readme_is_told_in_these_words() -> None:
    spec = "service: my-app\nnamespace: shop\nteam: web\nalerts:\n  ContainerRestartRateHigh: {treshold: 5}\n"
    build = compiler.compile_spec([("rules.d/my-app.yaml", spec.encode())], dt.date(2026, 1, 1), "rules.d")
    (problem,) = build.diagnostics
    assert _blocks("console")[2] == f"{problem}\n    {problem.hint}\n"


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        "DECISIONS.md",
        "CHANGELOG.md",
        "docs/own-tests.md",
        "docs/restarts.md",
        "docs/routing.md",
        "docs/testing.md",
    ],
)
def test_every_path_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:alertgen|tests|docs|benchmarks)/[\w./-]+)`", text) + [
        str(Path(page).parent / link) for link in re.findall(r"\]\((?!https?:)([\w./-]+)\)", text)
    ]
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "DECISIONS.md", "docs/restarts.md", "docs/testing.md"]
)
def test_every_make_target_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = {word for line in re.findall(r"`make ([a-z -]+)`", text) for word in shlex.split(line)}
    assert named <= _makefile_targets()


def test_every_command_says_what_it_does_and_every_option_what_it_is_for() -> None:
    for name in commands.names():
        command = commands.command(name)
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.name}"


def test_the_scenarios_that_the_page_about_restarts_names_are_there() -> None:
    page = (ROOT / "docs" / "restarts.md").read_text(encoding="utf-8")
    build = compiler.compile_spec(
        [("rules.d/my-app.yaml", _blocks("yaml")[0].encode())], dt.date(2026, 1, 1), "rules.d"
    )
    (service,) = plan.proofs(build, lambda name: "ContainerRestartRateHigh" in name)
    there = {case.scenario for case in cases(service.tests)}
    named = re.findall(r"\| ((?:fires|silent) [^|]*?) \|$", page, flags=re.MULTILINE)
    assert len(named) >= 3
    for sentence in named:
        start, _, end = sentence.partition("…")
        assert any(s.startswith(start.strip()) and s.endswith(end.strip()) for s in there), sentence


def test_the_changelog_counts_the_alerts_right() -> None:
    assert f"- {len(catalogue())} alerts" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_table_beside_kubernetes_mixin_names_alerts_that_there_are_and_every_one_of_theirs_once() -> None:
    page = (ROOT / "docs" / "kubernetes-mixin.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:4] for line in page.splitlines() if line.startswith("| `")]
    theirs = [name for row in rows for name in re.findall(r"`(\w+)`", row[0])]
    ours = {name for row in rows for name in re.findall(r"`(\w+)`", row[1])}
    assert len(rows) > 10
    assert ours <= catalogue().keys()
    assert len(theirs) == len(set(theirs))
    assert set() == set(theirs) & catalogue().keys()
    assert [] == [name for name in catalogue() if name.startswith("Kube") and name != "KubeStateMetricsMissing"]


_EXAMPLE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("shown", re.findall(r"```console\n\$ (alertgen .*\n(?:.*\n)+?)```", _EXAMPLE))
def test_the_page_about_tests_shows_what_the_commands_really_print(
    shown: str, tmp_path: Path, promtool: Binary
) -> None:
    command, _, output = shown.partition("\n")
    rules, tests = re.findall(r"```yaml\n(.*?)```", _EXAMPLE, re.DOTALL)
    if "error[test-failed]" in output:
        tests = "1m, alertname: Down, exp".join(tests.rsplit("5m, alertname: Down, exp", 1))
    for name, text in (("rules", rules), ("tests", tests)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "web.yaml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [str(Path(sys.executable).parent / "alertgen"), *shlex.split(command)[1:]],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{promtool.path.parent}:{os.environ['PATH']}", "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    measured = r"promtool [\d.]+, [\d.]+ s"
    assert re.sub(measured, "", output) == re.sub(measured, "", done.stdout)
    assert not done.stderr


def test_the_page_about_tests_shows_a_failure_the_coverage_and_the_slips() -> None:
    assert 3 == len(re.findall(r"^\$ alertgen ", _EXAMPLE, re.MULTILINE))


def test_the_page_about_own_expectations_holds_and_names_every_situation(
    tmp_path: Path, promtool: Binary, amtool: Binary
) -> None:
    page = (ROOT / "docs" / "own-tests.md").read_text(encoding="utf-8")
    (spec,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    (tmp_path / "rules.d").mkdir()
    (tmp_path / "rules.d" / "my-app.yaml").write_text(spec, encoding="utf-8")
    script = "set -eu\n" + re.findall(r"```console\n(.*?)```", page, flags=re.DOTALL)[0] + "alertgen test -k batch\n"
    tools = (str(tool.path.parent) for tool in (promtool, amtool))
    path = os.pathsep.join([*tools, str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [("1", "1"), ("2", "2")] == re.findall(r"^(\d+) of (\d+) scenarios? hold", done.stdout, flags=re.MULTILINE)
    assert set(fixtures()) == set(re.findall(r"^\| `([a-z]+): ", page, flags=re.MULTILINE))


def test_the_page_about_routing_is_a_spec_without_a_flaw_and_its_commands_answer(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "routing.md").read_text(encoding="utf-8")
    shown = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)]
    parts = [document["routing"] for document in shown if "routing" in document]
    (site,) = (document for document in shown if "site" in document)
    spec = {
        "site.yaml": {**site, "team": "web"},
        "my-app.yaml": {"service": "my-app", "namespace": "shop", "team": "web"},
        "report-worker.yaml": {"service": "report-worker", "namespace": "shop", "team": "web"},
        "routing.yaml": {"routing": {key: value for part in parts for key, value in part.items()}},
    }
    (tmp_path / "rules.d").mkdir()
    for name, document in spec.items():
        (tmp_path / "rules.d" / name).write_text(yaml.safe_dump(document), encoding="utf-8")
    commands_shown = re.findall(r"```console\n(.*?)```", page, flags=re.DOTALL)[0]
    script = f"set -eu\nalertgen check\n{commands_shown}"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (0, "") == (done.returncode, done.stderr)
    assert "web-pager, after 15m web-lead" in done.stdout
