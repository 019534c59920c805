"""What promtool said before, by content: the same rules, tests and promtool come out the same."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

_KEPT = 500_000
"""Answers, some hundred bytes each; the oldest go first."""


def folder(environ: Mapping[str, str]) -> Path:
    """Where a user's caches are (XDG Base Directory Specification)."""
    home = environ.get("XDG_CACHE_HOME") or os.path.join(environ.get("HOME") or "~", ".cache")  # noqa: PTH118
    return Path(home).expanduser() / "alertgen"


def key(*parts: str) -> str:
    """What stands for texts that belong together."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode(errors="surrogateescape")
        digest.update(b"%d:" % len(encoded) + encoded)
    return digest.hexdigest()


class Cache:
    """Answers that outlive a run. One that cannot be opened, read or written is as good as none, and no error."""

    def __init__(self, path: Path | None) -> None:
        self._database: sqlite3.Connection | None = None
        if path is not None:
            with contextlib.suppress(OSError, sqlite3.Error):
                path.mkdir(parents=True, exist_ok=True)
                self._database = sqlite3.connect(path / "results.sqlite", timeout=5)
                self._database.execute("PRAGMA journal_mode = WAL")
                self._database.execute("PRAGMA synchronous = OFF")
                self._database.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT)")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                self._database.execute(
                    "DELETE FROM answers WHERE rowid <= (SELECT max(rowid) FROM answers) - ?", (_KEPT,)
                )
                self._database.commit()
            with contextlib.suppress(sqlite3.Error):
                self._database.close()

    def known(self, keys: Iterable[str]) -> dict[str, str]:
        """The answers that there are."""
        found: dict[str, str] = {}
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                for one in keys:
                    row = self._database.execute("SELECT answer FROM answers WHERE key = ?", (one,)).fetchone()
                    if row:
                        found[one] = str(row[0])
        return found

    def keep(self, answers: Mapping[str, str]) -> None:
        """Remembers answers."""
        if self._database is not None and answers:
            with contextlib.suppress(sqlite3.Error):
                self._database.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?)", answers.items())
                self._database.commit()
