"""What `alertgen doctor` looks at: whether this machine has what alertgen needs, and what to do where it does not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from alertgen.diagnostics import AlertgenError
from alertgen.tools import packages, process
from alertgen.tools.binaries import TOOLS, dotted, find
from alertgen.tools.promtool import SHARED_MEMORY, memory_folder

PYTHON_FLOOR = (3, 11)

NEEDED = ("promtool", "amtool")
"""What `alertgen test` cannot do without; the servers are for end-to-end tests only."""


class State(StrEnum):
    """How a thing stands: all right, could be better, or something does not work without it."""

    OK = "ok"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `hint` says what to do about it, where there is something to do."""

    subject: str
    state: State
    detail: str
    hint: str = ""


def examine(folder: Path, environ: Mapping[str, str]) -> tuple[Finding, ...]:
    """Everything alertgen needs from the machine, in the order to read it. Changes nothing."""
    return (_python(), *_tools(folder, environ), _memory())


def install_missing(folder: Path, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Unpacks what is needed and is neither on PATH nor in the folder; AlertgenError where that cannot be done."""
    missing = []
    for name in NEEDED:
        try:
            find(name, folder, environ)
        except AlertgenError:
            missing.append(name)
    if missing:
        packages.install(folder, missing, say)


def _python() -> Finding:
    running = f"{dotted(sys.version_info[:3])} ({sys.executable})"
    if sys.version_info >= PYTHON_FLOOR:
        return Finding("python", State.OK, running)
    return Finding("python", State.MISSING, running, f"install Python {dotted(PYTHON_FLOOR)} or newer")


def _tools(folder: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    for name in TOOLS:
        try:
            binary = find(name, folder, environ)
        except AlertgenError as error:
            if name in NEEDED:
                yield Finding(name, State.MISSING, error.message, error.hint)
            else:
                yield Finding(name, State.NOTE, f"{error.message}; only alertgen's own end-to-end tests want it")
        else:
            yield Finding(name, State.OK, f"{dotted(binary.version)} ({binary.path}, from {binary.origin})")


def _memory() -> Finding:
    jobs = process.cores()
    if folder := memory_folder(jobs):
        return Finding("memory", State.OK, f"promtool keeps its databases in {folder}, {jobs} at a time")
    return Finding(
        "memory",
        State.NOTE,
        f"{SHARED_MEMORY} is missing, read-only or short of {jobs} GiB: promtool's tests run on disk, more slowly",
    )
