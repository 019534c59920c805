from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import Fake

from alertgen.tools import doctor, packages
from alertgen.tools.binaries import Binary
from alertgen.tools.doctor import State, examine, install_missing


def states(folder: Path, environ: dict[str, str]) -> dict[str, State]:
    return {finding.subject: finding.state for finding in examine(folder, environ)}


def test_everything_is_looked_at_and_the_servers_are_not_needed(tmp_path: Path) -> None:
    assert {
        "python": State.OK,
        "promtool": State.MISSING,
        "amtool": State.MISSING,
        "prometheus": State.NOTE,
        "alertmanager": State.NOTE,
    }.items() <= states(tmp_path, {"PATH": ""}).items()


def test_what_is_missing_comes_with_what_to_do(tmp_path: Path) -> None:
    assert all(finding.hint for finding in examine(tmp_path, {"PATH": ""}) if finding.state == State.MISSING)


def test_a_tool_that_is_there_is_told_with_version_and_place(promtool: Binary, tmp_path: Path) -> None:
    findings = {finding.subject: finding for finding in examine(tmp_path, {"PATH": str(promtool.path.parent)})}
    version = ".".join(map(str, promtool.version))
    assert findings["promtool"].detail == f"{version} ({promtool.path}, from PATH)"


def test_an_old_python_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PYTHON_FLOOR", (sys.version_info[0] + 1, 0))
    assert states(tmp_path, {"PATH": ""})["python"] == State.MISSING


def test_a_machine_without_memory_to_spare_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "memory_folder", lambda _: None)
    assert states(tmp_path, {"PATH": ""})["memory"] == State.NOTE


def test_only_what_is_missing_is_installed(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(packages, "install", lambda _folder, names, _say: asked.extend(names))
    amtool = fake("amtool", "echo 'amtool, version 0.25.0 (branch: x)'")
    install_missing(tmp_path, {"PATH": str(amtool.parent)}, print)
    assert ["promtool"] == asked
    fake("promtool", "echo 'promtool, version 3.5.0 (branch: x)'")
    install_missing(tmp_path, {"PATH": str(amtool.parent)}, print)
    assert ["promtool"] == asked
