from __future__ import annotations

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
