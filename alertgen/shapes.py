"""Services that differ only in names are proven and rendered once. Pure.

A name that nothing looks into (the service's, its namespace's, a link) is a hole: the service's document with holes in
place of its names is its shape. What is built from a shape holds for every service that has it, and the files of such a
service are the shape's files with the names put in. A test renders both ways and finds them equal.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from sys import intern
from typing import Any

from alertgen.facets import parts
from alertgen.promql import pretty
from alertgen.render.yamltext import block

_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_UNCUT = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,55}[a-z0-9])?")
"""57 characters: Kubernetes cuts longer ones in the names of EndpointSlices, and a hole has no length."""
_TEAM = re.compile(r"[A-Za-z0-9](?:[-_A-Za-z0-9]{0,61}[A-Za-z0-9])?")
_URL = re.compile(r"https?://[A-Za-z0-9.~/?#@!&*+,;:=%_-]{1,500}")

OPAQUE: Mapping[str, re.Pattern[str]] = {
    "service": _UNCUT,
    "namespace": _NAME,
    "team": _TEAM,
    "container": _NAME,
    "runbook": _URL,
    "dashboard": _URL,
}
"""The keys of a service that hold nothing but names, and which names need no care wherever they are put.

Every text that matches here also passes the schema, and reads the same in YAML, PromQL, regular expressions, Markdown
and test notation.
"""

APART = frozenset({"tests"})
"""The keys that say nothing about what is built."""

_LONGEST = 512
"""No name is longer, in characters."""

# Control characters: the spec cannot contain them, so they mean nothing else in any text.
HOLES: Mapping[str, str] = {key: chr(index) for index, key in enumerate(OPAQUE, start=1)}

_HOLE = re.compile(f"([{''.join(HOLES.values())}])")
_EXPR = re.compile("\x1c(\\d+)\x1d([^\x1e]*)\x1e")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a service's document says besides names. Services with equal keys have the same rules but for names."""

    key: str
    data: Mapping[str, Any]
    """The document with holes in place of the names."""


def shape_of(data: Mapping[str, Any]) -> tuple[Shape, Mapping[str, str]]:
    """The shape of a service's document, and the names that fill its holes."""
    names: dict[str, str] = {}
    holed: dict[str, Any] = {}
    for key, value in sorted(data.items()):
        if key in APART:
            continue
        pattern = OPAQUE.get(key)
        if pattern is not None and isinstance(value, str) and pattern.fullmatch(value):
            names[key] = value
            holed[key] = HOLES[key]
        else:
            holed[key] = value
    for key in parts("service").keys() & holed.keys():
        holed[key] = _with_holes(holed[key], names, parts("service")[key].names)
    return Shape(repr(holed), holed), names


def _with_holes(value: Any, names: Mapping[str, str], opaque: frozenset[str], key: str = "") -> Any:
    """What a facet says, with holes where it names the service itself: its autoscaler, its address in the cluster."""
    if isinstance(value, dict):
        return {key: _with_holes(part, names, opaque, key) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_holes(part, names, opaque) for part in value]
    service, namespace = names.get("service"), names.get("namespace")
    if key not in opaque or service is None or not isinstance(value, str):
        return value
    if value == service:
        return HOLES["service"]
    if namespace is not None:
        return value.replace(f"//{service}.{namespace}.svc", f"//{HOLES['service']}.{HOLES['namespace']}.svc")
    return value


@dataclass(frozen=True, slots=True)
class Template:
    """A rendered file with holes: its text cut at each of them.

    The few expressions whose lines depend on how long the names are stay apart, each with its indentation.
    """

    pieces: tuple[str | tuple[str, int], ...]

    @classmethod
    def of(cls, text: str) -> Template:
        """A template from text whose expressions went through `marked_block`."""
        text = _EXPR.sub(_settled, text)
        pieces: list[str | tuple[str, int]] = []
        end = 0
        for match in _EXPR.finditer(text):
            pieces += [*_cut(text[end : match.start()]), (match[2], int(match[1]))]
            end = match.end()
        return cls((*pieces, *_cut(text[end:])))

    def fill(self, names: Mapping[str, str]) -> str:
        """The file of one service."""
        put = {HOLES[key]: value for key, value in names.items()}
        return "".join([put.get(p, p) if isinstance(p, str) else _fitted(*p, put) for p in self.pieces])


def marked_block(expr: str, indent: int) -> str:
    """Stands for a block scalar while a template is rendered (see render.prometheus.Block)."""
    return f"\x1c{indent}\x1d{expr}\x1e"


def _cut(text: str) -> list[str]:
    """The text between the holes, and the holes. Equal pieces are one object: test files are full of them."""
    return [intern(piece) for piece in _HOLE.split(text)]


def _settled(match: re.Match[str]) -> str:
    """The expression formatted, where it has the same lines whatever the names; where not, as it was.

    The formatter splits what is too long for a line. What it splits with names of one character it splits with all,
    and what it leaves whole with the longest it always leaves whole: where those two agree, so does all between.
    """
    expr, indent = match[2], int(match[1])
    holes = [hole for hole in HOLES.values() if hole in expr]
    shortest, longest = (_laid_out(expr, indent, tuple([(hole, width) for hole in holes])) for width in (1, _LONGEST))
    return shortest if shortest == longest else match[0]


def _fitted(expr: str, indent: int, put: Mapping[str, str]) -> str:
    """The expression formatted for names of this length, with the names."""
    text = _laid_out(expr, indent, tuple([(hole, len(name)) for hole, name in put.items() if hole in expr]))
    for hole, name in put.items():
        text = text.replace(hole, name)
    return text


@functools.lru_cache(maxsize=16_384)
def _laid_out(expr: str, indent: int, widths: tuple[tuple[str, int], ...]) -> str:
    for hole, width in widths:
        expr = expr.replace(hole, hole * width)
    text = block(pretty(expr), indent)
    for hole, width in widths:
        text = text.replace(hole * width, hole)
    return text
