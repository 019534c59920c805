"""The file system: the folder of the spec is read, the output folder is compared and written. I/O.

The output folder is owned whole. Files are first staged in a folder of its own inside it and renamed into place when
everything is known to be fine: a finding, a full disk or an exception of the generator leaves the tree as it was, and
a kill at any moment leaves every file old or new, never half. The next run removes what was left and repairs the rest.
"""

# ruff: noqa: PTH103, PTH105, PTH106, PTH108, PTH110, PTH112, PTH118, PTH206, PTH208 -- a Path for each of thousands of small files costs more than the system calls
from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from alertgen import golden
from alertgen.artifact import Artifact
from alertgen.diagnostics import AlertgenError
from alertgen.golden import Drift, Kind, printable

SPEC_SUFFIXES: Final = (".yaml", ".yml")

STAGING: Final = ".alertgen-build.tmp"
"""The folder inside the output folder where a running build keeps its lock and the files that are not in place yet."""

LOCK_WAIT: Final = 3.0
"""Seconds to wait for another build of the same folder before giving up."""

_LOCK: Final = "lock"
_LOCK_POLL: Final = 0.05
_READ_SIZE: Final = 1 << 16
# Never through a symbolic link, never waiting for the other end of a pipe.
_READ_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_NEW_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


@dataclass(frozen=True, slots=True)
class Written:
    """What a build did: how many files the tree has, how many of them it wrote, how many others it removed.

    With anything in `refused` it changed nothing: there are files that are not alertgen's to touch.
    """

    files: int
    changed: int = 0
    removed: int = 0
    refused: tuple[Drift, ...] = ()


def read_specs(folder: str) -> Iterator[tuple[str, bytes]]:
    """The files of the spec, `**/*.yaml` and `**/*.yml`, as (path to show, content), sorted by path.

    Hidden files and folders are not looked at. A symbolic link may stand for something hidden below the same folder,
    as in a mounted ConfigMap; one that leads out of it, to nothing, or to what is read by its own name is an error.
    Nothing is yielded for a folder without such files: that is the caller's to report.

    Raises AlertgenError before the first file when the folder is missing or the walk met a problem (naming each), and
    at a file that cannot be read.
    """
    shown = _shown(folder)
    if not os.path.lexists(shown):
        raise AlertgenError(f"{shown}: there is no such folder", "alertgen init writes one to start from")
    if not os.path.isdir(shown):
        raise AlertgenError(f"{shown}: is not a folder", "--spec takes the folder that holds the YAML files")
    walk = _SpecWalk(os.path.realpath(shown))
    walk.visit(shown)
    if walk.problems:
        raise AlertgenError("\n".join(sorted(walk.problems)), "the spec is plain files in plain folders")
    for path in sorted(walk.files):
        # Links were judged above; O_NOFOLLOW would refuse those that are allowed.
        yield path, _read(path, flags=_READ_FLAGS & ~os.O_NOFOLLOW)


@dataclass(slots=True)
class _SpecWalk:
    """A walk of the spec's folder; `root` is its real path."""

    root: str
    files: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    linked: set[str] = field(default_factory=set)  # the real paths of the folders that links led to

    def visit(self, folder: str) -> None:
        """Collect the files below a folder, and what is wrong with its entries."""
        pending = [folder]
        while pending:
            here = pending.pop()
            for entry in _entries(here):
                if entry.name.startswith("."):
                    continue
                path = os.path.normpath(os.path.join(here, entry.name))
                if entry.is_symlink() and (problem := self._link_problem(path)):
                    self._report(path, problem)
                elif entry.is_dir():
                    pending.append(path)
                elif entry.name.endswith(SPEC_SUFFIXES):
                    if not path.isprintable():
                        self._report(path, "has a name with control characters or bytes that are not UTF-8")
                    elif not entry.is_file():
                        self._report(path, "is a device, a pipe or a socket")
                    self.files.append(path)

    def _report(self, path: str, problem: str) -> None:
        self.problems.append(printable(f"{path}: {problem}"))

    def _link_problem(self, path: str) -> str:
        """Why this symbolic link is not followed; empty when it is."""
        target = os.path.realpath(path)
        inside = os.path.relpath(target, self.root)
        parts = inside.split(os.sep)
        if not os.path.exists(target):
            return "is a symbolic link that leads nowhere"
        if parts[0] in {os.curdir, os.pardir}:
            return f"is a symbolic link to {target}, which is not inside the folder of the spec"
        if not any(part.startswith(".") for part in parts):
            return f"is a symbolic link to {inside} of the same folder, which is read by its own name"
        if os.path.isdir(target):
            if target in self.linked:
                return f"is a second symbolic link to {inside} of the same folder"
            self.linked.add(target)
        return ""


@dataclass(frozen=True, slots=True)
class Folder:
    """An output folder as a walk found it: a `golden.Tree`."""

    root: str
    files: frozenset[str]
    folders: frozenset[str]
    foreign: tuple[Drift, ...]

    def read(self, path: str, limit: int = -1) -> bytes:
        """The content of a file, or its first bytes. Raises AlertgenError with its path."""
        return _read(f"{self.root}/{path}", limit)


def scan(root: str) -> Folder:
    """Walk an output folder once, following no link; one that does not exist is empty.

    Raises AlertgenError for a folder that cannot be read, or a root that is no folder of its own.
    """
    root = _shown(root)
    files: list[str] = []
    folders: list[str] = []
    foreign: list[Drift] = []
    pending = [""] if _is_folder(root) else []
    while pending:
        prefix = pending.pop()
        for entry in _entries(f"{root}/{prefix}"):
            path = prefix + entry.name
            if entry.is_symlink():
                reason = "is a symbolic link; alertgen neither follows nor replaces one"
            elif entry.name.startswith("."):
                if path == STAGING and entry.is_dir(follow_symlinks=False):
                    continue
                reason = "is hidden; alertgen writes nothing hidden"
            elif not path.isprintable():
                reason = "has a name with control characters or bytes that are not UTF-8"
            elif entry.is_dir(follow_symlinks=False):
                folders.append(path)
                pending.append(f"{path}/")
                continue
            elif entry.is_file(follow_symlinks=False):
                files.append(path)
                continue
            else:
                reason = "is a device, a pipe or a socket"
            foreign.append(Drift(printable(path), Kind.FOREIGN, reason))
    foreign.sort(key=lambda drift: drift.path)
    return Folder(root, frozenset(files), frozenset(folders), tuple(foreign))


def compare(root: str, artifacts: Iterable[Artifact]) -> Iterator[Drift]:
    """How the output folder differs from what it should be, changing nothing; see `golden.compare` for the order.

    Streaming: one artifact and one file are held at a time, and the paths. Raises AlertgenError as `scan` does.
    """
    return golden.compare(scan(root), artifacts)


def write(root: str, artifacts: Iterable[Artifact]) -> Written:
    """Make the output folder hold exactly these artifacts.

    Only what differs is written; generated files that are no longer produced are removed, and so are empty folders.
    Findings (`Written.refused`) are complete before the first change, and with any there is no change.

    Raises AlertgenError, naming the path, when the file system does not let us or another build has the folder; what an
    artifact generator raises goes through. The tree is then as it was, or, if renaming itself failed half-way, made of
    whole files, old and new.
    """
    root = _shown(root)
    files = 0
    needed = {""}  # the folders of the new tree, all levels

    def counted() -> Iterator[Artifact]:
        nonlocal files
        for artifact in artifacts:
            files += 1
            folder = artifact.path.rpartition("/")[0]
            while folder not in needed:
                needed.add(folder)
                folder = folder.rpartition("/")[0]
            yield artifact

    with _staging(root) as staging:
        found = scan(root)
        refused: list[Drift] = []
        staged: list[str] = []  # the paths, in the order of the staged files' names
        orphans: list[str] = []
        for drift in golden.compare(found, counted()):
            match drift.kind:
                case Kind.CHANGED | Kind.MISSING:
                    if not refused:
                        _write_new(f"{staging}/{len(staged)}", drift.built, f"{root}/{drift.path}")
                        staged.append(drift.path)
                case Kind.ORPHANED:
                    orphans.append(drift.path)
                case Kind.FOREIGN | Kind.CLASHING:
                    refused.append(drift)
        if refused:
            return Written(files, refused=tuple(refused))
        _Change(root, staging, set(found.folders), needed).make(staged, orphans)
    return Written(files, len(staged), len(orphans))


@dataclass(slots=True)
class _Change:
    """The only part that touches what others see: rename, remove, nothing that can leave half a file."""

    root: str
    staging: str
    folders: set[str]
    """Those there are, kept up to date."""
    needed: set[str]
    """Those of the new tree, all levels."""

    def make(self, staged: list[str], orphans: list[str]) -> None:
        # The new files come first, so that at no moment a renamed service has no rules at all. Only where a file system
        # that ignores case would take the old name for the new one, the old one has to go before.
        folded = {path.casefold() for path in staged}
        respelt = {path for path in orphans if path.casefold() in folded}
        if respelt:
            self._remove(respelt)
            self._prune()
        for number, path in enumerate(staged):
            self._place(f"{self.staging}/{number}", path)
        self._remove(path for path in orphans if path not in respelt)
        self._prune()

    def _place(self, new: str, path: str) -> None:
        target = f"{self.root}/{path}"
        folder = path.rpartition("/")[0]
        try:
            if folder and folder not in self.folders:
                os.makedirs(f"{self.root}/{folder}", exist_ok=True)
                self.folders.add(folder)
            # Atomic, but not synced to the disk: an fsync for each of thousands of files costs minutes, and there is
            # nothing to lose. After a power cut the next build finds what is not as it should be and writes it again.
            os.replace(new, target)
        except OSError as error:
            raise _failed(target, "write", error, "the files are whole, old or new; build again to finish") from error

    def _remove(self, orphans: Iterable[str]) -> None:
        for path in orphans:
            try:
                os.unlink(f"{self.root}/{path}")
            except FileNotFoundError:
                pass  # gone is what we want
            except OSError as error:
                raise _failed(f"{self.root}/{path}", "remove", error, "build again to finish") from error

    def _prune(self) -> None:
        """Remove the folders that hold nothing of the new tree and are empty."""
        for folder in sorted(self.folders - self.needed, reverse=True):  # what is inside a folder comes before it
            try:
                os.rmdir(f"{self.root}/{folder}")
            except OSError as error:
                # Not empty: orphans that are still to go, or what somebody has just put there. The next build says so.
                if error.errno not in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT}:
                    raise _failed(f"{self.root}/{folder}", "remove", error, "build again to finish") from error
            else:
                self.folders.remove(folder)


@contextmanager
def _staging(root: str) -> Iterator[str]:
    """The staging folder, empty and ours alone, for as long as the block runs; nothing is left of it afterwards."""
    staging = f"{root}/{STAGING}"
    _is_folder(root)
    try:
        lock = _locked(root, staging)
    except OSError as error:
        raise _failed(root, "write", error) from error
    try:
        try:
            _clear(staging)  # what a killed run left
        except OSError as error:
            raise _failed(staging, "remove", error) from error
        yield staging
    finally:
        # The lock file goes while it is still locked, so that nobody can lock it and then lose it.
        with suppress(OSError):  # what cannot be removed now is removed by the next run
            _clear(staging)
            os.unlink(f"{staging}/{_LOCK}")
            os.rmdir(staging)
        with suppress(OSError):
            os.rmdir(root)  # if the build came to nothing, a folder that it made is empty
        os.close(lock)


def _clear(staging: str) -> None:
    for name in os.listdir(staging):
        if name != _LOCK:
            os.unlink(f"{staging}/{name}")


def _locked(root: str, staging: str) -> int:
    """The lock file, opened and locked.

    A POSIX lock, because it works on NFS and belongs to the process: a worker that outlives a killed build does not
    inherit it. The file is removed after each run, so what was locked has to be what is there now.
    """
    path = f"{staging}/{_LOCK}"
    deadline = time.monotonic() + LOCK_WAIT
    while time.monotonic() < deadline:
        # FileNotFoundError: another build has just ended and taken the folder away, the output folder too if empty.
        with suppress(FileExistsError, FileNotFoundError):
            os.makedirs(staging)
        with suppress(FileNotFoundError):
            if not stat.S_ISDIR(os.lstat(staging).st_mode):
                raise AlertgenError(f"{staging}: is not a folder", "a build keeps its files there; remove this")
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
            if _is_locked(lock, path):
                return lock
            os.close(lock)
        time.sleep(_LOCK_POLL)
    raise AlertgenError(f"{root}: another alertgen build is writing here", "wait until it ends, then build again")


def _is_locked(lock: int, path: str) -> bool:
    """Whether we have the lock now, on the file that is at that path now."""
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.fstat(lock).st_ino == os.lstat(path).st_ino
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EAGAIN}:  # POSIX leaves it open which of them means "taken"
            return False
        os.close(lock)
        raise


def _shown(folder: str) -> str:
    """A folder as it is shown to the user and used as a prefix: `rules.d`, not `./rules.d/`."""
    return os.path.normpath(folder)


def _is_folder(root: str) -> bool:
    """Whether the output folder is there. Raises AlertgenError when something else is."""
    try:
        mode = os.lstat(root).st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _failed(root, "read", error) from error
    if stat.S_ISLNK(mode):
        raise AlertgenError(f"{root}: is a symbolic link", "--out takes the folder itself")
    if not stat.S_ISDIR(mode):
        raise AlertgenError(f"{root}: is not a folder", "--out takes the folder for the generated files")
    return True


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise _failed(_shown(folder), "read", error) from error


def _read(path: str, limit: int = -1, flags: int = _READ_FLAGS) -> bytes:
    """A file's content, or at most `limit` first bytes."""
    try:
        fd = os.open(path, flags)
        try:
            size = _READ_SIZE if limit < 0 else limit
            content = os.read(fd, size)
            # A regular file gives less than was asked for only at its end.
            chunk = content if limit < 0 else b""
            while len(chunk) == size:
                chunk = os.read(fd, size)
                content += chunk
        finally:
            os.close(fd)
    except OSError as error:
        raise _failed(path, "read", error) from error
    return content


def _write_new(path: str, content: bytes, meant_for: str) -> None:
    """A new file with the permissions that the user's umask gives."""
    try:
        fd = os.open(path, _NEW_FLAGS, 0o666)
        try:
            while content:  # a disk that fills up takes part of it first
                content = content[os.write(fd, content) :]
        finally:
            os.close(fd)  # some network file systems report a full disk only here
    except OSError as error:
        raise _failed(meant_for, "write", error, "nothing was changed") from error


def _failed(path: str, verb: str, error: OSError, hint: str = "") -> AlertgenError:
    return AlertgenError(f"{printable(path)}: cannot {verb}: {error.strerror or error}", hint)
