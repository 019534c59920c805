"""`alertgen test --watch`: real saves, a real process, a real ^C."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from alertgen.tools.binaries import Binary

ALERTGEN = str(Path(sys.executable).parent / "alertgen")
SERVICE = "service: my-app\nnamespace: shop\nteam: web\n"
RULES = "groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]\n"
TESTS = """\
rule_files: [rules.yaml]
tests:
- interval: 1m
  input_series: [{series: up, values: 0x9}]
  alert_rule_test: [{eval_time: 1m, alertname: Down, exp_alerts: [{}]}]
"""


class Watching:
    """The process, and what it says line by line."""

    def __init__(self, folder: Path, arguments: tuple[str, ...], path: str) -> None:
        environ = {**os.environ, "PATH": path, "ALERTGEN_PROMTOOLS": "", "XDG_CACHE_HOME": f"{folder}-cache"}
        self.process = subprocess.Popen(
            # A shell starts what runs in the background without ears for ^C, and these tests with it.
            ["env", "--default-signal=INT", ALERTGEN, "test", "--watch", *arguments],
            cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._lines: queue.Queue[str] = queue.Queue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)

    def until_it_waits(self) -> str:
        """What it says until it waits for a save."""
        said = ""
        while "watching for a save" not in said:
            said += self._lines.get(timeout=60)
        return said

    def end(self, number: int) -> tuple[int, str]:
        """Its exit status and its last words after a signal."""
        self.process.send_signal(number)
        status = self.process.wait(20)
        self._thread.join(5)
        return status, "".join(self._lines.queue)


@pytest.fixture
def watching() -> Iterator[list[Watching]]:
    started: list[Watching] = []
    yield started
    for one in started:
        one.process.kill()
        one.process.wait()
        assert one.process.stdout
        one.process.stdout.close()


def path_of(*tools: Binary) -> str:
    return os.pathsep.join([*(str(tool.path.parent) for tool in tools), os.environ["PATH"]])


def test_a_spec_is_proven_again_at_each_save_and_a_broken_one_ends_nothing(
    watching: list[Watching], tmp_path: Path, promtool: Binary, amtool: Binary
) -> None:
    file = tmp_path / "rules.d" / "my-app.yaml"
    file.parent.mkdir()
    file.write_text(SERVICE, encoding="utf-8")
    one = Watching(tmp_path, ("-k", "WorkloadDown"), path_of(promtool, amtool))
    watching.append(one)
    assert "scenarios hold" in one.until_it_waits()
    file.write_text(f"{SERVICE}teem: x\n", encoding="utf-8")
    broken = one.until_it_waits()
    assert "== rules.d/my-app.yaml\n" in broken
    assert "rules.d/my-app.yaml:4:1: error[unknown-key]" in broken
    file.write_text(SERVICE, encoding="utf-8")
    assert "1 file known from before" in one.until_it_waits()
    status, words = one.end(signal.SIGINT)
    assert (0, False) == (status, "Traceback" in words or "interrupted" in words)


def test_test_files_and_the_rules_they_load_are_watched(
    watching: list[Watching], tmp_path: Path, promtool: Binary
) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / "tests").mkdir(exist_ok=True)
        (tmp_path / "tests" / name).write_text(TESTS.replace("rules.yaml", "../rules.yaml"), encoding="utf-8")
    one = Watching(tmp_path, ("--tests", "tests/*.yaml"), path_of(promtool))
    watching.append(one)
    assert "2 of 2 tests pass" in one.until_it_waits()
    (tmp_path / "rules.yaml").write_text(RULES.replace("== 0", "== 1"), encoding="utf-8")
    said = one.until_it_waits()
    assert "== rules.yaml\n" in said
    assert "0 of 2 tests pass" in said
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    assert "2 of 2 tests pass" in one.until_it_waits()
    (tmp_path / "tests" / "two.yaml").unlink()
    assert "1 of 1 tests pass (1 assertion) in 1 file, 1 known from before" in one.until_it_waits()
    assert -signal.SIGTERM != one.end(signal.SIGTERM)[0] == 128 + signal.SIGTERM
