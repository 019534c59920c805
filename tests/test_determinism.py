"""The same spec gives the same bytes, whatever the machine around it is like."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALERTGEN = str(Path(sys.executable).parent / "alertgen")


@pytest.mark.parametrize(
    "environ",
    [
        pytest.param({"PYTHONHASHSEED": "1"}, id="another hash seed"),
        pytest.param({"PYTHONHASHSEED": "4242", "LC_ALL": "C", "LANG": "C"}, id="the C locale"),
        pytest.param({"LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"}, id="a Turkish locale, a day ahead"),
        pytest.param({"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "COLUMNS": "20"}, id="a narrow ASCII terminal"),
    ],
)
def test_the_bytes_do_not_depend_on(environ: dict[str, str], tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules.d", tmp_path / "another checkout" / "rules.d")
    folder = tmp_path / "another checkout"
    subprocess.run([ALERTGEN, "build"], cwd=folder, env={**os.environ, **environ}, check=True, capture_output=True)
    assert _bytes(ROOT / "golden") == _bytes(folder / "golden")


def test_the_bytes_do_not_depend_on_where_files_are_and_in_which_order(tmp_path: Path) -> None:
    files = sorted((ROOT / "rules.d").iterdir())
    random.Random(7).shuffle(files)  # noqa: S311 - an order, not a secret
    for file in files:
        shutil.copy(file, _made(tmp_path / "rules.d") / file.name)
    subprocess.run(
        [ALERTGEN, "build", "--spec", str(tmp_path / "rules.d")], cwd=tmp_path, check=True, capture_output=True
    )
    assert _bytes(ROOT / "golden") == _bytes(tmp_path / "golden")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
