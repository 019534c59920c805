"""A linter by others finds nothing in the generated routing but what docs/routing.md explains."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TREES = [ROOT / "golden", ROOT / "tests/larger_site/golden"]


def explained() -> set[str]:
    _, _, section = (ROOT / "docs/routing.md").read_text(encoding="utf-8").partition("## What a linter says of it")
    return set(re.findall(r"^- `([a-z-]+)`:", section, flags=re.MULTILINE))


def found(tree: Path) -> set[str]:
    """The codes of what amlint says, with the rules in its view, of the configuration in a tree."""
    command = [
        str(Path(sys.executable).with_name("amlint")), "check", "--exit-zero", "--format=json",
        f"--rules={tree}/prometheus/**/*.yaml", str(tree / "alertmanager/alertmanager.yaml"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tree)
    return {finding["code"] for finding in json.loads(done.stdout)}


@pytest.mark.parametrize("tree", TREES, ids=["the site", "the larger site"])
def test_amlint_finds_nothing_that_is_not_explained(tree: Path) -> None:
    assert not found(tree) - explained()


def test_what_is_explained_is_found() -> None:
    assert explained() == set().union(*map(found, TREES))
