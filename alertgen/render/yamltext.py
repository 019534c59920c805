"""YAML scalars, written directly: in which style, what is escaped, and how a block of PromQL is indented.

The styles depend on nothing but fixed lists, so they are the same with every version of Python and of Unicode.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*(?::[A-Za-z_][A-Za-z0-9_./-]*)*")
# YAML 1.1, which Prometheus, Alertmanager, kubectl and PyYAML read, takes these for something else than words.
_NOT_WORDS = frozenset(("y", "yes", "n", "no", "on", "off", "true", "false", "null"))

# Not to be seen, or taken for a line break, or turning the text around: control characters, the formats of Unicode,
# what is no character. Those below U+0020 but tab and line breaks are in no spec; shapes put their holes there.
_CONTROLS = "\t\r\x7f-\x9f"
_FORMATS = "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
_HIDDEN = f"{_CONTROLS}{_FORMATS}\ud800-\udfff\ufffe\uffff"
_UNFIT_FOR_QUOTES = re.compile(f'[\\\\"\n{_HIDDEN}]')
_UNFIT_FOR_LINES = re.compile(f"[\n{_HIDDEN}]")
_UNFIT_FOR_BLOCKS = re.compile(f"\\A\n|\n\\Z|[{_HIDDEN}]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def quoted(text: str) -> str:
    """A double-quoted scalar: the one style in which no text means anything but itself."""
    return f'"{_UNFIT_FOR_QUOTES.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"


def plainest(text: str) -> str:
    """A scalar on one line, in the plainest style in which it means itself."""
    if _WORD.fullmatch(text) and text.lower() not in _NOT_WORDS:
        return text
    if _UNFIT_FOR_LINES.search(text):
        return quoted(text)
    # PromQL, labels and templates are full of double quotes: single ones keep them readable.
    return "'" + text.replace("'", "''") + "'"


def block(text: str, indent: int) -> str:
    """The text in a literal block, its content at `indent` spaces: two more than its key's.

    It reads back with a line break at its end. A text that a block cannot hold is quoted instead, without one.
    """
    if not text or _UNFIT_FOR_BLOCKS.search(text):
        return f"{quoted(text)}\n"
    margin = " " * indent
    lines = "\n".join(margin + line if line else line for line in text.split("\n"))
    # The header says how far the block is indented when the text is indented itself.
    return f"|{2 if text.startswith(' ') else ''}\n{lines}\n"
