"""What should be in the output folder against what is there. Pure: the folder is given as a `Tree`.

`build` and `build --check` use the same comparison, so they cannot disagree about what is stale.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from alertgen.artifact import HEAD_BYTES, MARK, Artifact, is_generated

DIFF_LINES: Final = 5000
"""Two texts of which more lines than this lie between the first and the last difference are not compared line by line:
difflib is quadratic, and nobody reads the answer."""

_CONTEXT: Final = 3
_HUNK: Final = re.compile(r"^@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")


class Kind(StrEnum):
    """How a file of the output folder differs from what it should be.

    The first three are what `build` puts right; with one of the others it writes nothing.
    """

    CHANGED = "changed"
    MISSING = "missing"
    ORPHANED = "orphaned"
    FOREIGN = "foreign"
    CLASHING = "clashing"


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference. `path` is relative to the output folder; `reason` says why a file is refused."""

    path: str
    kind: Kind
    reason: str = ""
    committed: bytes = b""
    built: bytes = b""

    def diff(self, out: str, spec: str) -> str:
        """What building would change in this file, as a unified diff; empty for a refused one.

        `out` and `spec` are the two folders as the user knows them. Made on demand: of thousands of changed files
        a person looks at a few.
        """
        committed = f"{out}/{self.path} (committed)"
        built = f"{out}/{self.path} (built from {spec})"
        match self.kind:
            case Kind.CHANGED:
                return unified(self.committed, self.built, committed, built)
            case Kind.MISSING:
                return unified(b"", self.built, "/dev/null", built)
            case Kind.ORPHANED:
                return unified(self.committed, b"", committed, "/dev/null")
            case Kind.FOREIGN | Kind.CLASHING:
                return ""


class Tree(Protocol):
    """The output folder as it was found; all paths are relative to it and POSIX."""

    @property
    def files(self) -> AbstractSet[str]:
        """The regular files, whoever wrote them."""

    @property
    def folders(self) -> AbstractSet[str]:
        """The folders."""

    @property
    def foreign(self) -> tuple[Drift, ...]:
        """What is neither, such as a symbolic link, sorted by path."""

    def read(self, path: str, limit: int = -1) -> bytes:
        """The content of one of `files`: all of it, or at most `limit` first bytes."""


def compare(tree: Tree, artifacts: Iterable[Artifact]) -> Iterator[Drift]:
    """All differences: foreign things first, then file by file in the order of the artifacts, then what is left over.

    Takes the artifacts one at a time and keeps their paths only. Raises ValueError for what only a bug can do: two
    artifacts for one path, or one without the header.
    """
    yield from tree.foreign
    foreign = {drift.path for drift in tree.foreign}
    places = Places()
    left = set(tree.files)
    for artifact in artifacts:
        path = artifact.path
        if other := places.clash(path):
            left.discard(path)
            yield Drift(path, Kind.CLASHING, f"is the place of {other} where file names ignore upper and lower case")
            continue
        built = artifact.text.encode()
        if path in left:
            left.remove(path)
            committed = tree.read(path)
            if committed == built:
                continue
            if is_generated(path, committed):
                drift = Drift(path, Kind.CHANGED, committed=committed, built=built)
            else:
                drift = Drift(path, Kind.FOREIGN, _NOT_OURS)
        elif path in tree.folders:
            drift = Drift(path, Kind.FOREIGN, "is a folder where a generated file belongs")
        elif not foreign.isdisjoint((path, *_parents(path))):
            continue  # what stands in the way is reported already
        elif file := next((parent for parent in _parents(path) if parent in tree.files), ""):
            foreign.add(file)
            left.discard(file)
            drift = Drift(file, Kind.FOREIGN, "is a file where a folder of generated files belongs")
        else:
            drift = Drift(path, Kind.MISSING, built=built)
        if not is_generated(path, built) or not built:
            raise ValueError(f"the artifact {path} does not carry the header")
        yield drift
    for path in sorted(left):
        if is_generated(path, tree.read(path, HEAD_BYTES)):
            yield Drift(path, Kind.ORPHANED, committed=tree.read(path))
        else:
            yield Drift(path, Kind.FOREIGN, _NOT_OURS)


_NOT_OURS: Final = f"does not say '{MARK}' in its first line"


def _parents(path: str) -> Iterator[str]:
    """The folders above, the nearest first."""
    while path := path.rpartition("/")[0]:
        yield path


class Places:
    """The paths given out so far, as a file system that ignores case sees them (macOS and Windows checkouts)."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {"": ""}

    def clash(self, path: str) -> str:
        """Take a place; the earlier path it cannot stand beside, or nothing when it can.

        Raises ValueError for a path that was taken already or that is needed as a folder: a renderer's bug.
        """
        folder = path.rpartition("/")[0]
        if self._folders.get(folder.casefold()) != folder:
            for parent in (*reversed(list(_parents(folder))), folder):
                if other := self._taken(parent, self._files):
                    return other
                other = self._folders.setdefault(parent.casefold(), parent)
                if other != parent:
                    return other
        if other := self._taken(path, self._files) or self._taken(path, self._folders):
            return other
        folded = path.casefold()
        self._files[path if path == folded else folded] = path  # one string, not two equal ones: there are many
        return ""

    def _taken(self, path: str, by: dict[str, str]) -> str:
        other = by.get(path.casefold(), "")
        if other == path:
            raise ValueError(f"two artifacts need the path {path}")
        return other


def unified(before: bytes, after: bytes, before_label: str, after_label: str) -> str:
    """A unified diff of two files for a terminal or a log.

    The committed side may hold anything: bytes that are not UTF-8 and control characters are shown as escapes, and
    CRLF line endings (git's autocrlf) are said in one line instead of being shown on every one.
    """
    old, new = _lines(before), _lines(after)
    out = [f"--- {printable(before_label)}", f"+++ {printable(after_label)}"]
    if b"\r\n" in before:
        out.append("(the committed file has CRLF line endings, the built one LF)")
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    start = max(0, head - _CONTEXT)
    old = old[start : len(old) - max(0, tail - _CONTEXT)]
    new = new[start : len(new) - max(0, tail - _CONTEXT)]
    if min(len(old), len(new)) > DIFF_LINES:
        out.append(
            f"({len(old)} lines from line {start + 1} on become {len(new)}: too many to compare here; "
            "run alertgen build and look at git diff)"
        )
    else:
        diff = list(difflib.unified_diff(old, new, n=_CONTEXT, lineterm=""))[2:]
        out.extend(_moved(line, start) if line.startswith("@@") else line for line in diff)
    return "\n".join(out) + "\n"


def printable(text: str) -> str:
    """The text with every character that a terminal could act on, or that UTF-8 cannot hold, as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in text)


def _lines(content: bytes) -> list[str]:
    """The lines as a diff shows them."""
    lines = content.decode(errors="backslashreplace").replace("\r\n", "\n").split("\n")
    last = lines.pop()
    shown = [printable(line) for line in lines]
    return [*shown, f"{printable(last)}\n\\ No newline at end of file"] if last else shown


def _common(old: list[str], new: list[str]) -> int:
    """How many first lines are the same."""
    for number, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return number
    return min(len(old), len(new))


def _moved(hunk: str, lines: int) -> str:
    """A hunk's heading for texts of which so many first lines were left out."""
    return _HUNK.sub(lambda m: f"@@ -{int(m[1]) + lines}{m[2] or ''} +{int(m[3]) + lines}{m[4] or ''} @@", hunk)
