"""Finding promtool, amtool and the two servers: on PATH, in the tools folder, in a list somebody gives."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alertgen.diagnostics import AlertgenError
from alertgen.tools import process

Version = tuple[int, int, int]

TOOLS_FOLDER = Path(".tools")
"""Where `alertgen doctor --install` puts what it unpacks, seen from the checkout."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that is needed.

    `names` are what it is called, Debian's name second; `floor` is the oldest version that will do; `variable` names
    the environment variable that lists the ones to test with; `project` is what it is part of.
    """

    names: tuple[str, ...]
    floor: Version
    variable: str
    project: str


TOOLS: Mapping[str, Tool] = {
    "promtool": Tool(("promtool",), (2, 42, 0), "ALERTGEN_PROMTOOLS", "prometheus"),
    "amtool": Tool(("amtool",), (0, 25, 0), "ALERTGEN_AMTOOLS", "alertmanager"),
    "prometheus": Tool(("prometheus",), (2, 42, 0), "ALERTGEN_PROMETHEUSES", "prometheus"),
    "alertmanager": Tool(
        ("alertmanager", "prometheus-alertmanager"), (0, 25, 0), "ALERTGEN_ALERTMANAGERS", "alertmanager"
    ),
}

_PROBE_SECONDS = 10.0
# `promtool, version 2.42.0+ds (branch: debian/sid, revision: ...)`
_VERSION = re.compile(r"^(\w+), version (\d+)\.(\d+)\.(\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Binary:
    """A program that runs here: `name` is a key of TOOLS, `path` absolute, `origin` says where it was found."""

    name: str
    path: Path
    version: Version
    origin: str

    def __str__(self) -> str:
        return f"{self.name} {dotted(self.version)}"


def dotted(version: tuple[int, ...]) -> str:
    """A version as people write it."""
    return ".".join(map(str, version))


def find(name: str, folder: Path, environ: Mapping[str, str]) -> Binary:
    """The program to work with.

    The one on PATH when it is new enough, else the oldest in the tools folder that is: newer builds added for testing
    change nothing. AlertgenError when there is none, naming those passed over.
    """
    passed_over: list[str] = []
    for called in TOOLS[name].names:
        if on_path := shutil.which(called, path=environ.get("PATH", "")):
            try:
                return probe(name, Path(on_path).absolute(), "PATH")
            except AlertgenError as error:
                passed_over.append(error.message)
    found, broken = unpacked(name, folder)
    if found:
        return found[0]
    reasons = "".join(f"; {reason}" for reason in [*passed_over, *broken])
    floor = dotted(TOOLS[name].floor[:2])
    raise AlertgenError(f"no {name} {floor} or newer on PATH or in {folder}{reasons}", hint=how_to_get(name))


def given(name: str, folder: Path, environ: Mapping[str, str]) -> tuple[Binary, ...]:
    """Every program to test with, oldest first, each version once.

    Those listed in the tool's environment variable (separated as in PATH) and no others when it is set: each must be
    there and new enough. Otherwise the one that `find` chooses and all that the tools folder holds.
    """
    if listed := _in_environment(name, environ):
        return listed
    in_folder, _ = unpacked(name, folder)
    return _each_once([find(name, folder, environ), *in_folder])


def chosen(name: str, paths: Sequence[str], folder: Path, environ: Mapping[str, str]) -> tuple[Binary, ...]:
    """The programs that a user wants to hear, oldest first, each version once: never none.

    Those at `paths`; without any, those in the tool's environment variable; without it, the one that `find` chooses.
    """
    if paths:
        return _each_once(probe(name, Path(path).absolute(), "the command line") for path in paths)
    return _in_environment(name, environ) or (find(name, folder, environ),)


def _in_environment(name: str, environ: Mapping[str, str]) -> tuple[Binary, ...]:
    variable = TOOLS[name].variable
    listed = [entry for entry in environ.get(variable, "").split(os.pathsep) if entry]
    return _each_once(_listed(name, Path(entry).absolute(), variable) for entry in listed)


def probe(name: str, path: Path, origin: str) -> Binary:
    """Asks the program at `path` for its version; AlertgenError when it does not answer like one, or is too old."""
    completed = process.run(
        process.Command((str(path), "--version"), process.clean_environment(), merged=True), timeout=_PROBE_SECONDS
    )
    match = _VERSION.search(completed.stdout)
    if completed.status != 0 or match is None or match[1] not in TOOLS[name].names:
        raise AlertgenError(f"{path} does not say that it is {name} when asked for its version")
    version = (int(match[2]), int(match[3]), int(match[4]))
    floor = TOOLS[name].floor
    if version < floor:
        raise AlertgenError(f"{path} is {dotted(version)}, older than {dotted(floor[:2])}")
    return Binary(name, path, version, origin)


def how_to_get(name: str) -> str:
    """What to do when a program is missing or too old."""
    if packages_available():
        return "run: alertgen doctor --install"
    project = TOOLS[name].project
    return f"install {project}: with Homebrew `brew install {project}`, else from https://prometheus.io/download/"


def packages_available() -> bool:
    """Whether this is a machine whose distribution's packages we know how to unpack."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def unpacked(name: str, folder: Path) -> tuple[list[Binary], list[str]]:
    """Those that `packages` unpacked, oldest first, and why others that are there will not do."""
    binaries: list[Binary] = []
    broken: list[str] = []
    for package in sorted(folder.absolute().glob("*/usr/bin")):
        for called in TOOLS[name].names:
            path = package / called
            if path.is_file() and not path.parts[-4].startswith("."):  # those are being unpacked
                try:
                    binaries.append(probe(name, path, str(folder)))
                except AlertgenError as error:
                    broken.append(error.message)
    return sorted(binaries, key=lambda binary: (binary.version, binary.path)), broken


def _listed(name: str, path: Path, variable: str) -> Binary:
    try:
        return probe(name, path, variable)
    except AlertgenError as error:
        raise AlertgenError(f"{variable}: {error.message}", hint=error.hint) from error


def _each_once(binaries: Iterable[Binary]) -> tuple[Binary, ...]:
    by_version: dict[Version, Binary] = {}
    for binary in binaries:
        by_version.setdefault(binary.version, binary)
    return tuple(by_version[version] for version in sorted(by_version))
