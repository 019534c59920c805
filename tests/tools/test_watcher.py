"""A save is seen, whatever an editor does to save."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from alertgen.tools import watcher


def replaced(folder: Path) -> None:
    (folder / "new").write_text("a: 2\n", encoding="utf-8")
    (folder / "new").replace(folder / "a.yaml")


@pytest.mark.parametrize(
    ("save", "name"),
    [
        (lambda folder: (folder / "a.yaml").write_text("b: 1\n", encoding="utf-8"), "a.yaml"),
        (replaced, "a.yaml"),
        (lambda folder: (folder / "b.yaml").write_text("b: 1\n", encoding="utf-8"), "b.yaml"),
        (lambda folder: (folder / "a.yaml").unlink(), "a.yaml"),
        (lambda folder: os.utime(folder / "a.yaml", (1, 1)), "a.yaml"),
    ],
    ids=["written", "replaced", "new", "gone", "touched"],
)
def test_a_file_that_is(save: Callable[[Path], None], name: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n", encoding="utf-8")

    def look() -> list[str]:
        return [str(path) for path in tmp_path.glob("*.yaml")]

    before = watcher.marks(look())
    timer = threading.Timer(0.1, save, (tmp_path,))
    timer.start()
    assert [str(tmp_path / name)] == watcher.saved(look, before)
    timer.join()
