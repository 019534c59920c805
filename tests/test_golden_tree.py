"""golden/ of this repository is what build makes of rules.d/, and nothing else is in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from alertgen.tools.binaries import Binary

ROOT = Path(__file__).parent.parent
ALERTGEN = str(Path(sys.executable).parent / "alertgen")


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ALERTGEN, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def _copy(folder: Path) -> Path:
    for name in ("rules.d", "golden"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_committed_tree_is_what_build_writes() -> None:
    done = _run(ROOT, "build", "--check")
    assert (0, "golden/ is what `alertgen build` writes\n") == (done.returncode, done.stdout)


def test_building_restores_a_deleted_tree_byte_for_byte(tmp_path: Path) -> None:
    site = _copy(tmp_path)
    before = _bytes(site / "golden")
    shutil.rmtree(site / "golden")
    assert 0 == _run(site, "build").returncode
    assert before == _bytes(site / "golden")


def test_an_edited_threshold_fails_the_check_with_the_line_that_changes(tmp_path: Path) -> None:
    site = _copy(tmp_path)
    spec = site / "rules.d" / "my-app.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("threshold: 50%", "threshold: 60%"), encoding="utf-8")
    done = _run(site, "build", "--check")
    assert 1 == done.returncode
    assert "--- golden/prometheus/shop/my-app.yaml (committed)" in done.stdout
    assert "-        0.5\n+        0.6\n" in done.stdout
    assert _bytes(ROOT / "golden") == _bytes(site / "golden")


def test_a_file_of_somebody_else_is_reported_and_nothing_is_written(tmp_path: Path) -> None:
    site = _copy(tmp_path)
    (site / "golden" / "notes.txt").write_text("mine\n", encoding="utf-8")
    (site / "golden" / "docs" / "shop" / "my-app.md").unlink()
    done = _run(site, "build")
    assert 1 == done.returncode
    assert "golden/notes.txt:1:1: error[not-ours]" in done.stdout
    assert not (site / "golden" / "docs" / "shop" / "my-app.md").exists()


@pytest.mark.long
@pytest.mark.parametrize(
    "tests", sorted((ROOT / "golden" / "tests").rglob("*.yaml")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_plain_promtool_without_alertgen_runs_what_is_committed(tests: Path, promtool: Binary) -> None:
    done = subprocess.run([promtool.path, "test", "rules", tests], capture_output=True, text=True, check=False)
    assert 0 == done.returncode, (done.stdout + done.stderr)[-3000:]


@pytest.mark.mutants
def test_of_every_rule_all_is_covered(promtool: Binary, amtool: Binary) -> None:
    path = f"{promtool.path.parent}:{amtool.path.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [ALERTGEN, "test", "--coverage", "--fail-under", "100"],
        cwd=ROOT, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout[-3000:] + done.stderr
