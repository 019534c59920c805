"""The command line: exit statuses, what goes to stdout and what to stderr, what machines read."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from examples import ROUTING
from processes import gone

from alertgen.tools.binaries import Binary

ALERTGEN = str(Path(sys.executable).parent / "alertgen")
SERVICE = "service: my-app\nnamespace: shop\nteam: web\n"

Run = subprocess.CompletedProcess[str]


def alertgen(folder: Path, *arguments: str, **environ: str) -> Run:
    return subprocess.run(
        [ALERTGEN, *arguments],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": f"{folder}-cache", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site that is built."""
    (tmp_path / "rules.d").mkdir()
    (tmp_path / "rules.d" / "my-app.yaml").write_text(SERVICE, encoding="utf-8")
    (tmp_path / "rules.d" / "routing.yaml").write_bytes(ROUTING[1])
    assert 0 == alertgen(tmp_path, "build").returncode
    return tmp_path


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str, tmp_path: Path) -> None:
    done = alertgen(tmp_path, "completion", shell)
    assert (0, "") == (done.returncode, done.stderr)
    assert "_ALERTGEN_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("build", "--no-such"), id="an unknown option"),
        pytest.param(("no-such-command",), id="an unknown command"),
        pytest.param(("explain", "PodNotRedy"), id="an alert that no service has"),
        pytest.param(("explain", "--service", "my-ap"), id="a service that is not there"),
        pytest.param(("patterns", "PodNotRedy"), id="a pattern that is not there"),
        pytest.param(("check", "--format", "yaml"), id="an unknown format"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_so_on_stderr(arguments: tuple[str, ...], site: Path) -> None:
    done = alertgen(site, *arguments)
    assert (2, "") == (done.returncode, done.stdout)
    assert "Usage: alertgen" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("patterns", "PodNotRedy"), "'PodNotReady'"),
        (("patterns", "podnotready"), "'PodNotReady'"),
        (("patterns", "crash"), "'ContainerCrashLooping'"),
        (("explain", "PodNotRedy"), "'PodNotReady'"),
        (("explain", "--service", "my-ap"), "'my-app'"),
        (("show", "PodNotRedy"), "'PodNotReady'"),
        (("buil",), "'build'"),
    ],
)
def test_a_word_nearly_right_is_told_the_right_one(arguments: tuple[str, ...], meant: str, site: Path) -> None:
    assert f"did you mean {meant}?" in alertgen(site, *arguments).stderr


def test_a_service_where_an_alert_belongs_is_told_so(site: Path) -> None:
    assert "my-app is a service: say --service my-app." in alertgen(site, "explain", "my-app").stderr


@pytest.mark.parametrize("place", ["spec", "out"])
def test_a_file_where_a_folder_belongs_is_the_environments_failure(place: str, site: Path) -> None:
    (site / "file").touch()
    done = alertgen(site, "build", f"--{place}", "file")
    assert (3, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith("error: file: is not a folder\n")


def test_init_does_not_touch_a_spec_that_is_there(site: Path) -> None:
    before = contents(site)
    assert 3 == alertgen(site, "init", ".").returncode
    assert before == contents(site)


def test_after_init_the_editor_has_its_schema_and_what_init_says_to_type_works(
    tmp_path: Path, promtool: Binary, amtool: Binary
) -> None:
    done = alertgen(tmp_path, "init", "my alerts", PATH="/usr/bin:/bin")
    assert (tmp_path / "my alerts" / "golden" / "schema" / "alertgen.schema.json").is_file()
    steps = [line for line in done.stdout.splitlines() if line.startswith("  ")]
    assert ["build", "test"] == [step.split()[-1] for step in steps if not step.endswith("missing")][1:]
    path = os.pathsep.join([*(str(tool.path.parent) for tool in (promtool, amtool)), "/usr/bin:/bin"])
    ran = subprocess.run(
        ["bash", "-euc", "\n".join(steps)],
        cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert "scenarios hold" in ran.stdout


def test_init_leaves_a_golden_folder_that_is_there_alone(tmp_path: Path) -> None:
    (tmp_path / "golden").mkdir()
    (tmp_path / "golden" / "mine").touch()
    assert 0 == alertgen(tmp_path, "init").returncode
    assert [tmp_path / "golden" / "mine"] == list((tmp_path / "golden").rglob("*"))


def test_a_symbolic_link_in_golden_is_refused_and_nothing_is_written(site: Path) -> None:
    (site / "golden" / "docs" / "shop" / "my-app.md").unlink()
    (site / "golden" / "link").symlink_to(site / "rules.d")
    before = contents(site)
    done = alertgen(site, "build")
    assert 1 == done.returncode
    assert "golden/link:1:1: error[not-ours]: is a symbolic link" in done.stdout
    assert before == contents(site)


def test_check_shows_what_changed_what_is_missing_and_what_is_left_over(site: Path) -> None:
    rules = site / "golden" / "prometheus" / "shop" / "my-app.yaml"
    rules.with_name("gone.yaml").write_bytes(rules.read_bytes())
    rules.write_text(rules.read_text(encoding="utf-8").replace("severity", "sev"), encoding="utf-8")
    (site / "golden" / "docs" / "shop" / "my-app.md").unlink()
    before = contents(site)
    done = alertgen(site, "build", "--check")
    assert 1 == done.returncode
    assert "--- golden/prometheus/shop/my-app.yaml (committed)\n" in done.stdout
    assert "+++ golden/docs/shop/my-app.md (built from rules.d)\n" in done.stdout
    assert "--- golden/prometheus/shop/gone.yaml (committed)\n+++ /dev/null\n" in done.stdout
    assert "1 changed, 1 missing, 1 orphaned" in done.stderr
    assert before == contents(site)


def test_what_to_do_about_a_stale_tree_is_said_once_however_many_files_differ(site: Path) -> None:
    (site / "rules.d" / "my-app.yaml").write_text(SERVICE + "tier: critical\n", encoding="utf-8")
    for name in ("a", "b"):
        (site / "golden" / f"{name}.txt").write_text("mine\n", encoding="utf-8")
    done = alertgen(site, "build", "--check")
    assert 1 == done.stdout.count("golden/ belongs to alertgen: move it elsewhere")
    assert done.stderr.endswith("2 foreign\nrun `alertgen build` and commit what it writes\n")


def test_a_good_spec_is_an_empty_document_for_machines(site: Path) -> None:
    junit = alertgen(site, "check", "--format", "junit").stdout
    assert "testsuites" == ET.fromstring(junit).tag  # noqa: S314 - our own
    assert "\n" == alertgen(site, "check", "--format", "github").stdout


def test_a_control_character_of_the_spec_never_reaches_the_terminal(site: Path) -> None:
    (site / "rules.d" / "my-app.yaml").write_text(SERVICE + '"a\\nb\\e[31m": x\n', encoding="utf-8")
    done = alertgen(site, "check")
    assert "unknown key 'a\\nb\\x1b[31m'" in done.stdout.splitlines()[0]


def test_a_list_where_the_team_belongs_is_a_finding_not_a_bug(site: Path) -> None:
    (site / "rules.d" / "my-app.yaml").write_text(SERVICE.replace("web", "[web]"), encoding="utf-8")
    done = alertgen(site, "check")
    assert (1, "") == (done.returncode, done.stderr)
    assert "rules.d/my-app.yaml:3:7: error[wrong-type]: 'team' must be text, not a list" in done.stdout


@pytest.mark.parametrize("style", ["text", "json", "github", "sarif", "junit"])
def test_a_secret_is_in_no_format_of_the_findings(style: str, site: Path) -> None:
    routing = (
        "routing:\n  default: a\n  teams: {web: {ticket: a}}\n  receivers: {a: {pagerduty: {routing_key: S3CR3T}}}\n"
    )
    (site / "rules.d" / "routing.yaml").write_text(routing, encoding="utf-8")
    done = alertgen(site, "check", "--format", style)
    assert 1 == done.returncode
    assert "literal-secret" in done.stdout
    assert "S3CR3T" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param('echo "promtool, version 2.41.0"', "2.42", id="too old"),
        pytest.param("echo garbage", "2.42", id="garbage"),
        pytest.param("kill -9 $$", "2.42", id="killed"),
    ],
)
def test_a_promtool_that_cannot_be_used_is_the_environments_failure(
    body: str, words: str, site: Path, fake: Callable[[str, str], Path]
) -> None:
    folder = fake("promtool", body).parent
    done = alertgen(site, "test", PATH=f"{folder}:/usr/bin:/bin")
    assert (3, "") == (done.returncode, done.stdout)
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_promtool_that_dies_proves_nothing(site: Path, amtool: Binary, fake: Callable[[str, str], Path]) -> None:
    body = 'case "$1" in --version) echo "promtool, version 2.53.0";; *) kill -9 $$;; esac'
    path = f"{fake('promtool', body).parent}:{amtool.path.parent}:/usr/bin:/bin"
    done = alertgen(site, "test", "-k", "WorkloadDown", PATH=path)
    assert 3 == done.returncode
    assert re.match(r"0 of 0 scenarios hold \(0 assertions\), \d+ could not be run, 0 rules checked, ", done.stdout)
    assert "promtool was killed by SIGKILL" in done.stderr


def test_a_promtool_that_hangs_is_ended(site: Path, amtool: Binary, fake: Callable[[str, str], Path]) -> None:
    body = 'case "$1" in --version) echo "promtool, version 2.53.0";; *) exec sleep 60;; esac'
    folder = fake("promtool", body).parent
    done = alertgen(site, "test", "--timeout", "1", PATH=f"{folder}:{amtool.path.parent}:/usr/bin:/bin")
    assert 3 == done.returncode
    assert "1 s" in done.stderr or "1 second" in done.stderr
    assert "Traceback" not in done.stderr


def test_output_that_finds_no_room_is_the_environments_fault(site: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"'{ALERTGEN}' schema > /dev/full"], cwd=site, capture_output=True, text=True, check=False
    )
    assert (3, "error: cannot print: No space left on device\n") == (done.returncode, done.stderr)


def test_a_reader_that_has_enough_is_no_failure(site: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; '{ALERTGEN}' schema | head -1"],
        cwd=site, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (0, "{\n", "") == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("output", ["", "2>&1"])
def test_what_was_found_is_the_exit_status_also_when_the_reader_has_enough(site: Path, output: str) -> None:
    for file in (site / "golden").rglob("*.yaml"):
        file.unlink()
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; '{ALERTGEN}' build --check {output} | head -1"],
        cwd=site, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 1 == done.returncode
    assert "Traceback" not in done.stdout + done.stderr


def test_a_missing_spec_is_said_before_a_missing_promtool(tmp_path: Path) -> None:
    done = alertgen(tmp_path, "test", PATH="/usr/bin:/bin")
    assert 3 == done.returncode
    assert "rules.d: there is no such folder" in done.stderr


def test_a_proof_that_is_interrupted_ends_at_once_with_all_that_it_started(
    site: Path, amtool: Binary, fake: Callable[[str, str], Path]
) -> None:
    started = site / "started"
    body = f'case "$1" in --version) echo "promtool, version 2.53.0";; *) echo $$ > "{started}"; exec sleep 60;; esac'
    path = f"{fake('promtool', body).parent}:{amtool.path.parent}:/usr/bin:/bin"
    temporary = site / "tmp"
    temporary.mkdir()
    running = subprocess.Popen(
        # A shell starts what runs in the background without ears for ^C, and these tests with it.
        ["env", "--default-signal=INT", ALERTGEN, "test"], cwd=site,
        env={**os.environ, "PATH": path, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (started.exists() and started.read_text(encoding="utf-8")) and running.poll() is None:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=20)
    assert (130, "", "interrupted\n") == (running.returncode, out, err)
    assert [] == list(temporary.iterdir())
    assert gone(int(started.read_text(encoding="utf-8")))


def test_two_builds_at_once_both_end_well_and_leave_the_tree_of_one(site: Path) -> None:
    before = contents(site)
    shutil.rmtree(site / "golden")
    both = [subprocess.Popen([ALERTGEN, "build"], cwd=site, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [0, 0] == [build.wait(timeout=60) for build in both]
    assert before == contents(site)


def test_a_full_disk_is_named_and_nothing_is_left_behind(site: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 8; trap '' XFSZ; '{ALERTGEN}' build --out other"],
        cwd=site, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (3, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith("error: other/")
    assert "Traceback" not in done.stderr
    assert not (site / "other").exists()


def test_time_zones_are_known_where_the_system_has_none(site: Path) -> None:
    routing = ROUTING[1].replace(
        b"receivers:",
        b"hours: {office: [{times: '09:00-17:00', location: Europe/Berlin}]}, "
        b"mute: [{match: {team: web}, during: office, reason: why}], receivers:",
    )
    (site / "rules.d" / "routing.yaml").write_bytes(routing)
    done = alertgen(site, "check", PYTHONTZPATH="")
    assert (0, "rules.d/ is fine: 1 service, 24 alerts\n") == (done.returncode, done.stdout)
