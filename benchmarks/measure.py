"""What one run of a program costs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # what ru_maxrss counts


class ProgramFailedError(Exception):
    """A program that is measured ended with another status than 0: there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock, seconds of all processors, and the most memory that was resident at a time, in bytes."""

    wall: float
    cpu: float
    memory: int

    @classmethod
    def sum(cls, costs: Sequence[Cost]) -> Cost:
        """Of programs that run one after the other."""
        return cls(sum(c.wall for c in costs), sum(c.cpu for c in costs), max(c.memory for c in costs))

    @classmethod
    def median(cls, costs: Sequence[Cost]) -> Cost:
        """Of several runs of the same; of the memory, the largest."""
        return cls(median(c.wall for c in costs), median(c.cpu for c in costs), max(c.memory for c in costs))


def run(arguments: Sequence[str], folder: Path, stdout: Path, **environ: str) -> Cost:
    """Runs a program in a folder until it ends, its output in the file `stdout`; `environ` is added to ours.

    ProgramFailedError unless it exits 0.

    The memory is that of the one process. What the caller itself holds is the least that can be measured: until the
    program replaces it, a child shares its parent's memory. The caller is to stay small.
    """
    with stdout.open("wb") as sink:
        started = time.perf_counter()
        child = subprocess.Popen(
            arguments,
            cwd=folder,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)  # it has been waited for
    if child.returncode != 0:
        last = stdout.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise ProgramFailedError(f"{' '.join(arguments)[:200]} exited with {child.returncode}:\n{last}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _MAXRSS_BYTES)
