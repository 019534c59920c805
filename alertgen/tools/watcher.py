"""Waiting until somebody saves a file: by looking at times and sizes, which every file system has."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping

_PAUSE = 0.25
"""Seconds between two looks."""

Mark = tuple[int, int, int]
"""What changes with a save: the file itself, when it was written, how long it is."""


def marks(paths: Iterable[str]) -> dict[str, Mark]:
    """How the files are now; those that are gone have no mark."""
    found: dict[str, Mark] = {}
    for path in paths:
        try:
            state = os.stat(path)  # noqa: PTH116 - a name as the user gave it
        except OSError:
            continue
        found[path] = state.st_ino, state.st_mtime_ns, state.st_size
    return found


def saved(look: Callable[[], Iterable[str]], before: Mapping[str, Mark]) -> list[str]:
    """Waits until files are written, new or gone; which ones, as soon as nothing more changes between two looks."""
    while True:
        now = marks(look())
        if now != before:
            time.sleep(_PAUSE)
            later = marks(look())
            if later == now:
                return sorted(p for p in now.keys() | before.keys() if now.get(p) != before.get(p))
        else:
            time.sleep(_PAUSE)
