"""YAML scalars, written directly: what is quoted, how, and how a block of PromQL is indented."""

from __future__ import annotations

import re

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SPECIAL = re.compile('[\\\\"\n\t\r\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]')


def quoted(text: str) -> str:
    """A double-quoted scalar: the one style in which no text means anything but itself."""
    return f'"{_SPECIAL.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"


def block(text: str, indent: int) -> str:
    """A literal block scalar with its content at `indent` spaces; the header says so when the text is indented itself."""
    margin = " " * indent
    lines = "\n".join(margin + line if line else line for line in text.split("\n"))
    return f"|{2 if text.startswith(' ') else ''}\n{lines}\n"
