"""The spec that `alertgen init` writes: what is commented out in it is right as well."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import alertgen
from alertgen.compiler import compile_spec
from alertgen.diagnostics import Diagnostic

FOLDER = Path(alertgen.__file__).parent / "scaffold" / "rules.d"
FILES = {file.name: file.read_text(encoding="utf-8") for file in sorted(FOLDER.iterdir())}

NEEDS = {"slo": "http", "hours": "mute", "mute": "hours"}
"""Keys that mean nothing without another one."""


_KEY = re.compile(r"^( *)# ([a-z_]+):(?: |$)")
_MORE = re.compile(r"^( *)# (?=  |- )")


def blocks() -> list[tuple[str, str]]:
    """Each commented key with the file it is in."""
    return [(name, key[2]) for name, text in FILES.items() for line in text.splitlines() if (key := _KEY.match(line))]


def uncommented(text: str, *keys: str) -> str:
    """The text with these keys, and what is below them, no comments any more."""
    lines, inside = [], False
    for line in text.splitlines(keepends=True):
        if key := _KEY.match(line):
            inside = key[2] in keys
        elif not _MORE.match(line):
            inside = False
        lines.append(line.replace("# ", "", 1) if inside else line)
    return "".join(lines)


def problems(files: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    raw = [(name, text.encode()) for name, text in files.items()]
    return compile_spec(raw, dt.date(2026, 11, 24), "rules.d").diagnostics


def test_as_it_is_nothing_is_wrong_with_it() -> None:
    assert () == problems(FILES)


@pytest.mark.parametrize(("file", "key"), blocks(), ids=str)
def test_each_commented_key_is_right(file: str, key: str) -> None:
    changed = uncommented(FILES[file], key, NEEDS.get(key, key))
    assert changed != FILES[file]
    assert () == problems({**FILES, file: changed})


def test_all_commented_keys_together_are_right() -> None:
    assert () == problems({name: uncommented(text, *(k for _, k in blocks())) for name, text in FILES.items()})


def test_what_a_service_can_say_in_a_line_is_shown() -> None:
    shown = {key for file, key in blocks() if file == "my-app.yaml"}
    assert {"replicas", "probes", "http", "slo", "probe", "expose", "schedules", "volumes", "certificates"} <= shown
