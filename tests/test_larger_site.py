"""A second site has what this repository's own has not: every alert of the catalogue is in one of the two trees."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from alertgen.patterns import catalogue
from alertgen.tools.binaries import Binary

HERE = Path(__file__).parent
SITE = HERE / "larger_site"


def alertgen(*arguments: str, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("alertgen"))
    return subprocess.run(
        [program, *arguments], cwd=SITE, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def test_its_committed_tree_is_what_build_writes() -> None:
    done = alertgen("build", "--check")
    assert (0, "golden/ is what `alertgen build` writes\n") == (done.returncode, done.stdout), "run make golden"


def test_every_alert_of_the_catalogue_is_in_a_committed_tree() -> None:
    trees = (HERE.parent / "golden", SITE / "golden")
    files = [file for tree in trees for file in (tree / "prometheus").rglob("*.yaml")]
    shown = {alert for file in files for alert in re.findall(r"alert: (\w+)", file.read_text(encoding="utf-8"))}
    assert not catalogue().keys() - shown, "let a service of tests/larger_site have it"


@pytest.mark.long
def test_its_scenarios_hold(promtool: Binary, amtool: Binary) -> None:
    done = alertgen("test", path=f"{promtool.path.parent}:{amtool.path.parent}:{os.environ['PATH']}")
    assert 0 == done.returncode, done.stdout[-3000:] + done.stderr[-1000:]
