"""Reading other people's rule files and tests from the disk, as promtool finds them."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from alertgen import rulefile, unittests
from alertgen.diagnostics import AlertgenError, Diagnostic, Location
from alertgen.rulefile import RuleFile
from alertgen.suite import Source
from alertgen.yamlnode import UnreadableError

T = TypeVar("T")

MAGIC = re.compile(r"[*?\[\\]")
"""What makes a path a pattern for promtool."""


def expand(patterns: Sequence[str]) -> list[str]:
    """The files that somebody means: `**` is any number of folders. Raises AlertgenError for a pattern without any."""
    found: dict[str, None] = {}
    for pattern in patterns:
        files = [path for path in sorted(glob.glob(pattern, recursive=True)) if os.path.isfile(path)]  # noqa: PTH113, PTH207 - as the user wrote it
        if not files:
            raise AlertgenError(f"no file matches '{pattern}'", "quote the pattern, so that the shell leaves it alone")
        found.update(dict.fromkeys(files))
    return list(found)


class Reader:
    """Reads each rule file once."""

    def __init__(self) -> None:
        self._rules: dict[str, tuple[RuleFile, ...]] = {}
        self.problems: list[Diagnostic] = []
        """Rule files that cannot be read."""

    def rules(self, path: str) -> tuple[RuleFile, ...]:
        """What one file defines; nothing when it cannot be read, which `problems` then knows."""
        key = os.path.realpath(path)
        if key not in self._rules:
            found, problem = _parsed(path, rulefile.parse)
            self._rules[key] = found or ()
            self.problems += [problem] if problem else []
        return self._rules[key]

    def source(self, path: str) -> Source:
        """A test file and the rules that it loads."""
        tests, problem = _parsed(path, unittests.parse)
        if tests is None:
            return Source(path, None, problem=problem)
        matched = {pattern: _matches(path, pattern) for pattern, _ in tests.rule_files}
        paths = tuple(dict.fromkeys(path for pattern, _ in tests.rule_files for path in matched[pattern]))
        return Source(
            path,
            tests,
            rules=tuple(file for rule_path in paths for file in self.rules(rule_path)),
            rule_paths=paths,
            unmatched=tuple((pattern, at) for pattern, at in tests.rule_files if not matched[pattern]),
        )


def _parsed(path: str, parse: Callable[[str, str], T]) -> tuple[T | None, Diagnostic | None]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - a name as the user gave it
            return parse(path, file.read()), None
    except OSError as error:
        return None, Diagnostic(Location(path, 1, 1), "unreadable", f"this file cannot be read: {error.strerror}")
    except UnreadableError as error:
        at = Location(path, error.line, error.column)
        return None, Diagnostic(at, "syntax", f"this YAML cannot be read: {error.message}")


def _matches(test_file: str, pattern: str) -> list[str]:
    """The files that promtool loads for one entry of `rule_files`, relative to the test file's folder.

    As it does, `..` takes away what is written before it, whatever links are on the way.
    """
    if not pattern:
        return []
    folder = MAGIC.sub(r"\\\g<0>", os.path.dirname(test_file))  # noqa: PTH120 - as the user wrote it
    whole = os.path.normpath(os.path.join(folder, pattern))  # noqa: PTH118
    start = "/" if os.path.isabs(whole) else "."  # noqa: PTH117
    parts = [part for part in whole.split("/") if part not in ("", ".")]
    return sorted(os.path.normpath(path) for path in _below(start, parts)) if parts else [start]


def _below(folder: str, parts: Sequence[str]) -> Iterator[str]:
    """Go's filepath.Glob: `*` never crosses a `/` and takes hidden files too, and `**` is no more than `*`."""
    head, *rest = parts
    if not MAGIC.search(head):
        names: Iterable[str] = [head] if os.path.lexists(os.path.join(folder, head)) else []  # noqa: PTH118
    else:
        try:
            entries = os.listdir(folder)  # noqa: PTH208
        except OSError:
            return
        wanted = _regex(head)
        names = sorted(name for name in entries if wanted.fullmatch(name))
    for name in names:
        path = os.path.join(folder, name)  # noqa: PTH118
        if not rest:
            yield path
        elif os.path.isdir(path):  # noqa: PTH112
            yield from _below(path, rest)


_PIECE: Mapping[str, str] = {"*": "[^/]*", "?": "[^/]"}
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def _regex(pattern: str) -> re.Pattern[str]:
    def piece(token: str) -> str:
        if token in _PIECE:
            return _PIECE[token]
        if token[0] == "[" and len(token) > 1:
            return token
        return re.escape(token[-1])

    try:
        return re.compile("".join(map(piece, _TOKEN.findall(pattern))), re.DOTALL)
    except re.error:
        return re.compile(r"(?!)")
