from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from alertgen.cli import main
from alertgen.estate import Estate
from alertgen.source import Document

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def expanded(monkeypatch: pytest.MonkeyPatch) -> list[Document | None]:
    """The services that were expanded, each time that one is."""
    asked: list[Document | None] = []
    expansion = Estate.expansion

    def counted(estate: Estate, document: Document | None) -> object:
        asked.append(document)
        return expansion(estate, document)

    monkeypatch.setattr(Estate, "expansion", counted)
    return asked


def test_a_check_of_a_current_tree_expands_no_more_than_a_build(
    expanded: list[Document | None], tmp_path: Path
) -> None:
    folders = ["--spec", str(ROOT / "rules.d"), "--out", str(tmp_path / "golden")]
    assert CliRunner().invoke(main, ["build", *folders]).exit_code == 0
    by_build = len(expanded)
    expanded.clear()
    assert CliRunner().invoke(main, ["build", "--check", *folders]).exit_code == 0
    assert 0 < len(expanded) <= by_build


def test_a_check_warns_as_the_build_did(tmp_path: Path) -> None:
    folders = ["--spec", str(tmp_path / "rules.d"), "--out", str(tmp_path / "golden")]
    shutil.copytree(ROOT / "rules.d", tmp_path / "rules.d")
    app = tmp_path / "rules.d" / "my-app.yaml"
    between = "\nalerts:\n  HttpLatencyHigh: {threshold: 600ms}\n"
    app.write_text(app.read_text(encoding="utf-8").replace("\nalerts:\n", between), encoding="utf-8")
    warning = "between two bounds nobody knows what takes longer than 600ms"
    assert warning in CliRunner().invoke(main, ["build", *folders]).output
    checked = CliRunner().invoke(main, ["build", "--check", *folders])
    assert (0, True) == (checked.exit_code, warning in checked.output)


@pytest.mark.parametrize("command", [["build"], ["check"], ["routes"], ["test"]])
def test_a_file_given_to_a_command_about_the_whole_spec_is_answered(command: list[str]) -> None:
    done = CliRunner().invoke(main, [*command, "rules.d/my-app.yaml"])
    assert 2 == done.exit_code
    assert f"'rules.d/my-app.yaml' is too much: alertgen {command[0]} is about the whole folder rules.d/" in (
        done.output.replace("main", "alertgen")
    )
