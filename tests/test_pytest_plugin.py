"""`pytest rules.d/`: a real pytest, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from alertgen.tools.binaries import Binary

ROOT = Path(__file__).parent.parent
SERVICE = "service: my-app\nnamespace: shop\nteam: web\n"
FIRES = "rules.d::shop/my-app::WorkloadDown: fires"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, promtool: Binary) -> Run:
    """Runs pytest with the plugin alone, beside a spec and a test of somebody else's."""
    (tmp_path / "rules.d").mkdir()
    (tmp_path / "rules.d" / "my-app.yaml").write_text(SERVICE, encoding="utf-8")
    (tmp_path / "test_other.py").write_text("def test_other(): pass\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")

    def go(*arguments: str, first: Path | None = None) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(map(str, filter(None, [first, promtool.path.parent, "/usr/bin", "/bin"])))
        environ = {
            "PATH": path, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "XDG_CACHE_HOME": f"{tmp_path}-cache",
        }  # fmt: skip
        command = [sys.executable, "-m", "pytest", "-q", "-p", "alertgen.pytest_plugin", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    return go


def test_the_scenarios_of_a_spec_are_items_that_pass(run: Run) -> None:
    done = run("rules.d/", "-k", "WorkloadDown", "-vv")
    assert 0 == done.returncode, done.stdout + done.stderr
    assert FIRES in done.stdout
    assert "WorkloadDegraded" not in done.stdout


def test_a_scenario_that_fails_is_told_in_alertgens_words(
    run: Run, promtool: Binary, fake: Callable[[str, str], Path]
) -> None:
    body = f"""case "$*" in
*"test rules"*) for file; do case $file in *.yaml) sed -i 's/value: 1}}/value: 2}}/' "$file";; esac; done;;
esac
exec '{promtool.path}' "$@\""""
    done = run("rules.d", "-k", "WorkloadDown", first=fake("promtool", body).parent)
    assert 1 == done.returncode, done.stderr
    assert "rules.d/my-app.yaml:1:10: error[test-failed]: shop/my-app WorkloadDown: fires" in done.stdout
    assert "expected {} 2E+00, got {} 1E+00" in done.stdout
    assert "Traceback" not in done.stdout
    assert "passed" in done.stdout  # those that are silent


ROUTING = """\
routing:
  default: {receiver: unowned}
  teams: {web: {page: pager, ticket: chat}}
  receivers:
    unowned: {webhook: {url: "https://a.example.com"}}
    pager: {webhook: {url: "https://b.example.com"}}
    chat: {webhook: {url: "https://c.example.com"}}
  routes:
  - name: a crash may sleep
    labels: {alertname: ContainerCrashLooping, service: my-app}
    at: 2026-12-24 03:00 UTC
    tells: [chat]
  - name: a shop that is down may sleep
    labels: {alertname: WorkloadDown, service: my-app}
    at: 2026-12-24 03:00 UTC
    tells: [chat]
"""


def test_what_is_expected_of_the_routing_is_an_item(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rules.d" / "routing.yaml").write_text(ROUTING, encoding="utf-8")
    done = run("rules.d", "-k", "sleep", "-vv")
    assert 1 == done.returncode, done.stdout + done.stderr
    assert "1 failed, 1 passed" in done.stdout
    assert "routing.yaml:13:5: error[" in done.stdout
    assert "pager" in done.stdout


def test_one_run_of_promtool_is_about_many_items(
    run: Run, tmp_path: Path, promtool: Binary, fake: Callable[[str, str], Path]
) -> None:
    log = tmp_path / "asked"
    body = f"""case "$*" in *"test rules"*) echo x >> '{log}';; esac
exec '{promtool.path}' "$@\""""
    done = run("rules.d", "-k", "WorkloadDown or PodNotReady", first=fake("promtool", body).parent)
    assert 0 == done.returncode, done.stdout
    items = int(done.stdout.rpartition(" passed")[0].split()[-1])
    assert len(log.read_text(encoding="utf-8").splitlines()) * 5 < items


def test_a_spec_that_is_wrong_is_an_error_with_its_place(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rules.d" / "my-app.yaml").write_text(f"{SERVICE}teem: x\n", encoding="utf-8")
    done = run("rules.d")
    assert 2 == done.returncode
    assert "my-app.yaml:4:1: error[unknown-key]: unknown key 'teem'" in done.stdout


def test_a_spec_that_nobody_names_is_left_alone_and_costs_nothing(run: Run, tmp_path: Path) -> None:
    code = "import sys\n\ndef test_other():\n    assert not [m for m in sys.modules if m.startswith('alertgen.c')]\n"
    (tmp_path / "test_other.py").write_text(code, encoding="utf-8")
    for named in ((), (".",), ("test_other.py",)):
        done = run(*named)
        assert (0, True) == (done.returncode, "1 passed" in done.stdout), done.stdout


def test_another_folder_may_be_the_spec(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rules.d").rename(tmp_path / "alerts")
    (tmp_path / "pytest.ini").write_text("[pytest]\nalertgen_spec = alerts\ntestpaths = alerts\n", encoding="utf-8")
    done = run("-k", "WorkloadDown", "--collect-only")
    assert "alerts::shop/my-app::WorkloadDown: fires" in done.stdout, done.stdout


def test_pytest_finds_the_plugin_by_itself_and_alertgen_does_not_need_pytest() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"alertgen": "alertgen.pytest_plugin"} == project["entry-points"]["pytest11"]
    assert not [needed for needed in project["dependencies"] if needed.startswith("pytest")]
