"""YAML text → documents that know the place of every key and value. Pure.

YAML is read with the 1.2 core rules: `on`, `no`, `09:00` and `1_000` are text, `1e3` is a number, `0777` is 777. What
would surprise the next reader (aliases, merge keys, tags, keys that are not text, duplicate keys) is a diagnostic.
The parser's events are walked once, so nothing is ever expanded, and places are looked up only when somebody asks.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

import yaml

from alertgen.diagnostics import Diagnostic, Location, did_you_mean, in_order, nearest

KINDS = ("service", "site", "routing", "pattern")
"""The top-level keys that say what a document is."""

MAX_BYTES = 1 << 20
"""The largest file that is read: some 2,500 services of a dozen lines."""
MAX_SCALAR = 1 << 16
"""The longest text a value or key may have, in characters; an annotation of 64 KiB is a mistake."""
MAX_NUMBER = 64
"""The longest number, in digits and signs; Python refuses to convert more than a few thousand."""
MAX_DEPTH = 32
"""How deep lists and mappings may be nested: a good deal deeper than any spec goes."""
MAX_FINDINGS = 100
"""How many findings one file may have before reading stops."""

# The C parser when PyYAML was built with it: ten times as fast, with the same events, places and problems.
_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What is neither printable nor a tab or line break. U+0085, U+2028 and U+2029 are here because YAML 1.1 parsers
# count them as line breaks and editors do not; U+FEFF is a byte order mark; surrogates are bytes that were not UTF-8.
_UNREADABLE = re.compile(r"[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_UNREADABLE_LINE = re.compile(rf"({_UNREADABLE.pattern})[^\n]*")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_MARKER = re.compile(r"^---(?=[ \t\n]|\Z)", re.MULTILINE)
_PREAMBLE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n|%[^\n]*\n)*")

_WORDS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")

_Place = tuple[int, int]
"""Line and column, both from 0, within the text of one document."""


class _Node(NamedTuple):
    """Where a value and its key (or, in a list, the item) begin, and the same for what is inside it."""

    value: _Place
    key: _Place
    inside: Mapping[str | int, _Node]


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document of the spec: its data, and the place of every key and value."""

    path: str
    """The file as diagnostics show it, e.g. `rules.d/my-app.yaml`."""
    kind: str
    """The top-level key that says what the document is; empty when none or more than one does (a diagnostic)."""
    data: dict[str, Any]
    """Plain data: dict, list, str, int, float, bool, None."""
    _text: str = field(repr=False, compare=False)
    _line: int = field(repr=False, compare=False)

    def at(self, *steps: str | int) -> Location:
        """The place of the value at that path of keys and indexes, or of its nearest ancestor that exists."""
        return self._location(self._find(steps).value)

    def key(self, *steps: str | int) -> Location:
        """The place of the key (or list item) at that path, or of its nearest ancestor that exists."""
        return self._location(self._find(steps).key)

    def within(self, start: Location, text: str, index: int) -> Location:
        """The place of `text[index]`, for the key or value that begins at `start`: plain, quoted, or a block.

        Exact but for escapes in double quotes, where it may be a few characters off.
        """
        lines = self._text.split("\n")
        line = start.line - self._line - 1
        at = sum(len(before) + 1 for before in lines[:line]) + start.column - 1
        opening = self._text[at : at + 1]
        if opening in ("|", ">"):
            at += len(lines[line]) - start.column + 2
        elif opening in ("'", '"'):
            at += 1
        place = at
        # However a text is folded, indented and escaped, what is not a space stands there in the same order.
        for character in text[: index + 1]:
            if not character.isspace():
                place = self._text.find(character, at)
                if place < 0:
                    return start
                at = place + 1
        found = place if text[index : index + 1].strip() else at
        return self._location(_place_of(self._text, found))

    def _find(self, steps: tuple[str | int, ...]) -> _Node:
        node = _tree(self._text)
        for step in steps:
            found = node.inside.get(step)
            if found is None:
                break
            node = found
        return node

    def _location(self, place: _Place) -> Location:
        return Location(self.path, self._line + place[0] + 1, place[1] + 1)


def parse(path: str, raw: bytes, kinds: Collection[str] = KINDS) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """The documents of a file and everything that is wrong with it, in order of place; never raises.

    A document is returned when its data are all there, also after a duplicate key (the first stays), an anchor that is
    only defined, or without a kind, so that the later stages find more in the same run. One of which a part could not
    be read is left out.
    """
    findings = _Findings(path)
    documents = []
    try:
        text = _readable(raw, findings)
        whole = not findings.found
        chunks = list(_split(text))
        for line, chunk in chunks:
            findings.line = line
            reader = _Reader(chunk, findings)
            data = reader.read(alone=len(chunks) == 1)
            if data is not None:
                kind = _kind(data, reader.keys, kinds, findings)
                if whole and reader.whole:
                    documents.append(Document(path, kind, data, chunk, line))
    except _EnoughError:
        pass
    return tuple(documents), in_order(findings.found)


class _EnoughError(Exception):
    """Reading the file any further serves nobody."""


class _UnreadableError(Exception):
    """Reading this document any further is not possible; the finding is made."""


class _Findings:
    """What is wrong with one file so far; `line` is where the document in hand begins, from 0."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.line = 0
        self.found: list[Diagnostic] = []

    def location(self, place: _Place) -> Location:
        return Location(self.path, self.line + place[0] + 1, place[1] + 1)

    def add(self, place: _Place, code: str, message: str, hint: str, *related: tuple[_Place, str]) -> None:
        elsewhere = tuple((self.location(other), what) for other, what in related)
        self.found.append(Diagnostic(self.location(place), code, message, hint, related=elsewhere))
        if len(self.found) == MAX_FINDINGS:
            more = f"reading stopped after {MAX_FINDINGS} findings in this file"
            self.found.append(Diagnostic(self.location(place), "too-many-findings", more, "repair these first"))
            raise _EnoughError


def _readable(raw: bytes, findings: _Findings) -> str:
    """The text without a byte order mark and with one kind of line break; what cannot be read is replaced."""
    if len(raw) > MAX_BYTES:
        size = f"the file has {len(raw):,} bytes; at most {MAX_BYTES:,} are read"
        findings.add((0, 0), "file-too-large", size, "split it: one service in one file is enough")
        raise _EnoughError
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        findings.add((0, 0), "not-utf8", "the file is UTF-16, not UTF-8", "save it as UTF-8")
        raise _EnoughError
    text = raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for match in _UNREADABLE_LINE.finditer(text):
        number = ord(match[1])
        place = _place_of(text, match.start())
        if 0xDC80 <= number <= 0xDCFF:
            message = f"the byte 0x{number - 0xDC00:02x} is not UTF-8"
            findings.add(place, "not-utf8", message, "save the file as UTF-8")
        else:
            message = f"there is an invisible control character, U+{number:04X}"
            hint = "delete it; where it is meant, write it as an escape in double quotes"
            findings.add(place, "control-character", message, hint)
    return _UNREADABLE.sub("\ufffd", text)


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Each document's text with the number of lines before it: one that is broken does not hide the others."""
    starts = [match.start() for match in _MARKER.finditer(text)]
    preamble = _PREAMBLE.match(text)
    if starts and preamble is not None and preamble.end() >= starts[0]:
        starts[0] = 0
    else:
        starts.insert(0, 0)
    line = 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        chunk = text[start:end]
        yield line, chunk
        line += chunk.count("\n")


def _kind(data: dict[str, Any], keys: Mapping[str, _Place], kinds: Collection[str], findings: _Findings) -> str:
    found = [key for key in data if key in kinds]
    if len(found) == 1:
        return found[0]
    if found:
        first, second = found[:2]
        message = f"a document is one thing, but this one has '{first}' and '{second}'"
        hint = "write two documents, with a line of '---' between them"
        findings.add(keys[second], "two-kinds", message, hint, (keys[first], f"'{first}' is here"))
        return ""
    # The key that names the kind comes early; comparing every key of a huge document would take seconds.
    likely = next((key for key in islice(data, 20) if nearest(key, kinds)), "")
    place = keys.get(likely) or min(keys.values(), default=(0, 0))
    message = f"this document does not say what it is: it has none of the keys {', '.join(kinds)}"
    others = (hint for key, hint in _NO_DOCUMENTS.items() if key in data and "service" in kinds)
    findings.add(place, "no-kind", message, next(others, did_you_mean(likely, kinds)))
    return ""


_NO_DOCUMENTS = {
    "apiVersion": "this is an object of Kubernetes; alertgen writes those itself, and reads none",
    "groups": "this is a rule file; alertgen writes those itself: move it out of the spec, or write a `pattern`",
    "route": "this is a configuration of Alertmanager, which alertgen writes itself: say who is told under `routing:`",
    "name": "a service's name stands after `service:`",
}
"""What people put beside the spec's documents: a key of it, and what to do."""


def _parser(text: str) -> yaml.SafeLoader | yaml.CSafeLoader:
    # The two parsers disagree about tabs between tokens. The one in Python takes none, so with it a file that has
    # tabs means the same on every machine, and the problem is always at the tab.
    return yaml.SafeLoader(text) if "\t" in text else _LOADER(text)


def _place(mark: Any) -> _Place:
    return mark.line, mark.column


def _place_of(text: str, index: int) -> _Place:
    return text.count("\n", 0, index), index - text.rfind("\n", 0, index) - 1


class _Reader:
    """Walks the events of one document to plain data.

    `whole` turns false when something had to be left out. `keys` are the places of the keys of the mapping that was
    finished last: after `read`, the top one.
    """

    def __init__(self, text: str, findings: _Findings) -> None:
        self._text = text
        self._findings = findings
        self._parser = _parser(text)
        self._next: Callable[[], Any] = self._parser.get_event
        self.whole = True
        self.keys: dict[str, _Place] = {}

    def read(self, *, alone: bool) -> dict[str, Any] | None:
        """The document's mapping, or None when it is something else or cannot be read; `alone`: the file's only one."""
        try:
            return self._document(alone=alone)
        except _UnreadableError:
            return None
        except yaml.MarkedYAMLError as error:
            problem = _in_words(error, self._text)
        except (ValueError, OverflowError):
            # The parser in Python hands the number of an escape like "\UFFFFFFFF" to chr().
            assert isinstance(self._parser, yaml.SafeLoader)
            problem = _escape(_place(self._parser.get_mark()), self._text)
        self._findings.add(*problem)
        return None

    def _document(self, *, alone: bool) -> dict[str, Any] | None:
        self._next()  # the start of the stream
        start = self._next()
        if isinstance(start, yaml.StreamEndEvent):
            self._empty((0, 0), alone=alone)
            return None
        if start.version not in (None, (1, 2)):
            message = f"the document asks for YAML {start.version[0]}.{start.version[1]}, but it is read as 1.2"
            self._findings.add(_place(start.start_mark), "yaml-version", message, "delete the line with %YAML")
        root = self._next()
        if isinstance(root, yaml.ScalarEvent) and not (root.value or root.style or root.tag or root.anchor):
            self._empty(_place(start.start_mark), alone=alone)
            return None
        data = self._value(root, 1)
        self._next()  # the end of the document
        self._next()  # and of the stream; an error when anything follows, for the text was split at every '---'
        if isinstance(data, dict):
            return data
        if not isinstance(root, yaml.AliasEvent):
            what = "a list" if isinstance(root, yaml.SequenceStartEvent) else "a single value"
            hint = "begin it with 'key: value', with a space after the colon"
            self._findings.add(_place(root.start_mark), "not-a-mapping", f"this document is {what}", hint)
        return None

    def _empty(self, place: _Place, *, alone: bool) -> None:
        if alone:
            hint = "write a document or delete the file"
            self._findings.add((0, 0), "empty-file", "there is nothing in this file", hint)
        else:
            hint = "delete the '---' above it or write the document"
            self._findings.add(place, "empty-document", "there is nothing in this document", hint)

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.AliasEvent):
            message = f"an alias, '*{event.anchor}', stands for text somewhere else"
            self._refuse(event, "alias", message, "write the value out; for text that begins with '*' use quotes")
            return None
        if depth > MAX_DEPTH:
            message = f"lists and mappings are nested more than {MAX_DEPTH} deep"
            self._refuse(event, "too-deep", message, "is a bracket too many, or a quote missing?")
            raise _UnreadableError
        if event.anchor is not None or event.tag is not None:
            self._decorated(event)
        return self._mapping(depth) if isinstance(event, yaml.MappingStartEvent) else self._list(depth)

    def _list(self, depth: int) -> list[Any]:
        items = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(event, depth + 1))
        return items

    def _mapping(self, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        keys: dict[str, _Place] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, depth + 1)
            value = self._value(self._next(), depth + 1)
            if key is None:
                continue
            place = _place(event.start_mark)
            if key not in keys:
                data[key] = value
                keys[key] = place
                continue
            message = f"key '{_short(key)}' was already given at line {self._findings.location(keys[key]).line}"
            hint = "keep one of the two"
            if depth == 1 and key in KINDS:
                hint += "; another document begins after a line of '---'"
            self._findings.add(place, "duplicate-key", message, hint, (keys[key], "first given here"))
        self.keys = keys
        return data

    def _key(self, event: Any, depth: int) -> str | None:
        key = self._value(event, depth)
        if not isinstance(event, yaml.ScalarEvent):
            if not isinstance(event, yaml.AliasEvent):
                what = "a mapping" if isinstance(event, yaml.MappingStartEvent) else "a list"
                hint = "a key is plain text; put quotes around a value that begins with '{' or '['"
                self._refuse(event, "complex-key", f"{what} is used as a key", hint)
            return None
        if key == "<<" and not event.style:
            hint = "write the keys out; what services share belongs to the tier, the team or the site"
            self._refuse(event, "merge-key", "'<<' would merge other keys in", hint)
            return None
        if not isinstance(key, str):
            message = f"the key '{event.value}' is {_type(key)}, not text" if event.value else "a key is missing"
            hint = f'put quotes around it: "{event.value}"' if event.value else "write the key before the ':'"
            line, end = _place(event.end_mark)
            if number := re.search(r"(\d+),(\d+)$", self._text.split("\n")[line][:end]):
                hint = f"numbers have a point: did you mean {number[1]}.{number[2]}?"
            self._refuse(event, "non-string-key", message, hint)
            return None
        return key

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.anchor is not None or event.tag is not None:
            self._decorated(event)
        if len(text) > MAX_SCALAR:
            message = f"a text of {len(text):,} characters; at most {MAX_SCALAR:,} are read"
            self._refuse(event, "scalar-too-long", message, "is a closing quote missing?")
            return text
        if not text.isascii() and _SURROGATE.search(text):
            # Only the parser in Python lets the escapes of half a character through.
            self._findings.add(*_escape(_place(event.start_mark), self._text))
            self.whole = False
        if event.style:  # quoted, or a block
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in "+-.0123456789":
            return text
        return self._number(event, text)

    def _number(self, event: Any, text: str) -> int | float | str:
        convert = next((convert for pattern, convert in _NUMBERS if pattern.fullmatch(text)), None)
        if convert is None:
            return text
        if len(text) > MAX_NUMBER:
            message = f"a number of {len(text):,} characters; at most {MAX_NUMBER} are read"
            self._refuse(event, "number-too-long", message, "shorten it, or put quotes around it if it is text")
            return 0
        return convert(text)

    def _decorated(self, event: Any) -> None:
        if event.anchor is not None:
            hint = "delete it; for text that begins with '&' use quotes"
            message = f"an anchor, '&{event.anchor}', has no use: aliases are not read"
            self._findings.add(_place(event.start_mark), "anchor", message, hint)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            hint = "delete it; quotes make text of a value, and text that begins with '!' needs them"
            self._refuse(event, "tag", f"a tag, '{_short(tag)}', would change what the value is", hint)

    def _refuse(self, event: Any, code: str, message: str, hint: str) -> None:
        self.whole = False
        self._findings.add(_place(event.start_mark), code, message, hint)


def _octal(text: str) -> int:
    return int(text, 8)


def _hexadecimal(text: str) -> int:
    return int(text, 16)


_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], int | float]], ...] = (
    (_DECIMAL, int),
    (_FLOAT, float),
    (_OCTAL, _octal),
    (_HEXADECIMAL, _hexadecimal),
)


def _type(value: Any) -> str:
    if value is None:
        return "null"
    return "a boolean" if isinstance(value, bool) else "a number"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


@functools.lru_cache(maxsize=256)
def _tree(text: str) -> _Node:
    """The places in the text of one document that was read without a complaint.

    Cached by text, not kept in the document: documents stay small and go to other processes as they are, and memory
    does not grow with the number of services that were asked for a place.
    """
    parser = _parser(text)
    advance: Callable[[], Any] = parser.get_event
    advance()  # the start of the stream
    advance()  # and of the document
    root = advance()
    return _node(advance, root, _place(root.start_mark))


def _node(advance: Callable[[], Any], event: Any, key: _Place) -> _Node:
    inside: dict[str | int, _Node] = {}
    if isinstance(event, yaml.MappingStartEvent):
        while not isinstance(name := advance(), yaml.MappingEndEvent):
            place, value = _place(name.start_mark), advance()
            node = _node(advance, value, place)
            if isinstance(value, yaml.ScalarEvent) and not (value.value or value.style) and node.value[0] > place[0]:
                # After '? key' without a value the parser names the place where it noticed, maybe past the end.
                node = node._replace(value=place)
            inside.setdefault(name.value, node)  # of two equal keys the first was read
    elif isinstance(event, yaml.SequenceStartEvent):
        while not isinstance(item := advance(), yaml.SequenceEndEvent):
            inside[len(inside)] = _node(advance, item, _place(item.start_mark))
    return _Node(_place(event.start_mark), key, inside)


_Problem = tuple[_Place, str, str, str]
"""Where it is, its code, the message, the hint."""

_COLON = re.compile(r":(?:\s|\Z)")
_DIRECTIVE = ("a line that begins with '%' is not read", "delete the line")
_NO_COLON = ("this line has no ': '", "write 'key: value', with a space after the colon")


def _escape(place: _Place, text: str) -> _Problem:
    line = text.split("\n")[place[0]]
    backslash = line.rfind("\\", 0, place[1] + 1)
    hint = "double it ('\\\\') for a backslash, or use single quotes; write a character as itself"
    message = "this '\\' begins no escape that YAML knows"
    return (place[0], backslash if backslash >= 0 else place[1]), "syntax", message, hint


_SWALLOWED = re.compile(r"[{\[][^#]*:\s+(?=#)")
"""Inside brackets, a value that begins with `#`."""


def _swallowed(lines: Sequence[str], first: int, last: int) -> _Place | None:
    """Where a comment took what was meant as a value, between two lines."""
    for number in range(first, min(last, len(lines) - 1) + 1):
        if found := _SWALLOWED.search(lines[number]):
            return number, found.end()
    return None


def _in_words(error: yaml.MarkedYAMLError, text: str) -> _Problem:
    """What the parser could not read, in a person's words and at the place to repair.

    PyYAML's two parsers name the same problems a little differently; the tests hold both to the same words.
    """
    lines = text.split("\n")
    context, problem = error.context or "", error.problem or ""
    place = _place(error.problem_mark) if error.problem_mark is not None else (0, 0)
    begin = _place(error.context_mark) if error.context_mark is not None else place
    line, opening = _line(lines, place), _line(lines, begin)
    before, here = line[: place[1]], line[place[1] : place[1] + 1]
    sign = opening[begin[1] : begin[1] + 1]
    quote = "put quotes around the value"

    def syntax(at: _Place, message: str, hint: str) -> _Problem:
        return at, "syntax", message, hint

    if here == "\t":
        hint = "use spaces only: two for each level of indentation"
        return place, "tab", "a tab stands where YAML takes only spaces", hint
    if "directive" in context or "YAML" in problem or line.startswith("%"):
        return syntax((place[0], 0), *_DIRECTIVE)
    if "alias" in context or "anchor" in context or "tag" in context or "tag handle" in problem:
        return syntax(begin, f"'{sign}' has a special meaning at the start of a value", quote)
    if "escape" in problem or "hexdecimal" in problem:
        return _escape(place, text)
    if "quoted scalar" in context:
        return syntax(begin, "this quote is never closed", "close it; in single quotes, write '' for a '")
    if "block scalar" in context:
        message = f"after '{sign}' the text begins on the next line"
        return syntax(begin, message, f"{quote} if it begins with this character")
    if "plain scalar" in context:
        return syntax(place, "a value is missing after this ':'", f"write it after a space, or {quote}")
    if "simple key" in context:
        return syntax(begin, *_NO_COLON)
    if "mapping values" in problem:
        if _COLON.search(before):
            return syntax(place, "there is a second ': ' on this line", f"{quote} if the ': ' belongs to it")
        above = next((n for n in range(place[0] - 1, -1, -1) if lines[n].strip()), None)
        if above is not None and not _COLON.search(lines[above]):
            return syntax((above, _indent(lines[above])), *_NO_COLON)
        hint = "indent it as the keys around it; a key has either a value or keys under it"
        return syntax((place[0], _indent(line)), "this key does not fit under the line above", hint)
    unclosed = "node content" in problem and not here
    if (unclosed or "flow" in context) and (comment := _swallowed(lines, 0 if unclosed else begin[0], place[0])):
        return syntax(comment, "a '#' after a space begins a comment, so no value is here", quote)
    if "flow sequence" in context or "flow mapping" in context:
        bracket, closing = ("[", "]") if "sequence" in context else ("{", "}")
        # A key on a line that is not indented deeper than the bracket's is the next entry of the document.
        outside = place[0] > begin[0] and _indent(line) <= _indent(opening)
        if not line[place[1] :].strip() or (outside and here != closing):
            return syntax(begin, f"this '{bracket}' is never closed", f"add the '{closing}'")
        return syntax(place, f"a ',' or '{closing}' is missing before this", f"add it, or {quote}")
    if "entries are not allowed" in problem:
        return syntax(place, "a list cannot begin here", f"begin it on the next line, or {quote}")
    if "keys are not allowed" in problem or "start any token" in problem:
        return syntax(place, f"a value cannot begin with '{here}'", quote)
    if here == ":":
        return syntax(place, "a key is missing before this ':'", "write the key")
    if unclosed:
        number, last = max((number, line.rstrip()) for number, line in enumerate(lines) if line.strip())
        hint = "close it with ']' or '}'"
        return syntax((number, len(last) - 1), "a bracket is open where the document ends", hint)
    if "node content" in problem:
        hint = f"write the value, delete the '{here}', or put quotes around it"
        return syntax(place, f"a value is missing before '{here}'", hint)
    if "<document start>" in problem:
        directive = next((number for number, text in enumerate(lines[: place[0]]) if text.startswith("%")), None)
        if directive is not None:
            return syntax((directive, 0), *_DIRECTIVE)
        hint = "indent it, or begin another document with a line of '---'"
        return syntax(place, "this comes after the end of the document", hint)
    if before.strip():
        hint = "in single quotes, write '' for a '" if before.endswith("'") else "put quotes around the whole value"
        return syntax(place, "this comes after the end of the value", hint)
    if here in ("]", "}"):
        return syntax(place, f"this '{here}' closes nothing", "delete it")
    if here == "-":
        return syntax(place, "a list item stands among keys", "indent it under the key it belongs to")
    if "block mapping" in context:
        return syntax(place, "this line is indented like no line above it", "indent it as the keys around it")
    if "block collection" in context:
        return syntax(place, "this line is no item of the list above it", "begin it with '- ' or indent it")
    return syntax(place, f"YAML cannot be read here: {problem}", quote)


def _line(lines: list[str], place: _Place) -> str:
    return lines[place[0]] if place[0] < len(lines) else ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
