"""`volumes`: the claims of the service (PersistentVolumeClaims), by expressions that match their names.

An expression is a small part of RE2: enough for the names that a StatefulSet makes (`data-my-app-0`), and little enough
to say beforehand what it matches and what it does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from alertgen.diagnostics import Diagnostic
from alertgen.facet import At, Facet, Part
from alertgen.model import Service, Site
from alertgen.promql import escape_regex, regex
from alertgen.schema_words import several, text

_MOST: Final = 20
_LETTERS: Final = "xyzwvutsrqponmlkjihgfedcba"
"""More than there may be expressions, so that one is left which none of them asks for."""

_PIECE: Final = re.compile(
    r"(?P<literal>[a-z0-9-]|\\\.)(?P<often>[*+?]|\{\d{1,2}(?:,\d{0,2})?\})?"
    r"|(?P<open>\.|\\d|\[(?:[a-z0-9]-[a-z0-9]|[a-z0-9])+-?\])(?P<open_often>[*+?]|\{\d{1,2}(?:,\d{0,2})?\})?"
)
"""One character, or one of several, and how often."""


@dataclass(frozen=True, slots=True)
class Volumes:
    """Expressions, each of which matches whole names of claims; at least one."""

    expressions: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """A name that is matched, for each expression; no name twice."""
        return tuple(dict.fromkeys(_example(expression) for expression in self.expressions))

    def __contains__(self, name: str) -> bool:
        return any(re.fullmatch(expression, name) for expression in self.expressions)


def _pieces(expression: str) -> tuple[tuple[str, bool, int], ...]:
    """Each piece: a character that it matches, whether it matches no other, and how often it must be there at least.

    Raises ValueError for what is no expression.
    """
    found, index = [], 0
    while index < len(expression):
        piece = _PIECE.match(expression, index)
        if piece is None:
            raise ValueError(f"'{expression[index]}' cannot stand here")
        index = piece.end()
        often = piece["often"] or piece["open_often"] or ""
        least = {"": 1, "+": 1, "*": 0, "?": 0}.get(often)
        if least is None:
            least = int(often.strip("{}").partition(",")[0])
        if piece["literal"]:
            found.append((piece["literal"][-1], True, least))
        else:
            found.append(({".": "x", "\\d": "0"}.get(piece["open"]) or piece["open"][1], False, least))
    try:
        re.compile(expression)
    except re.error as error:
        raise ValueError(error.msg) from None
    return tuple(found)


def _example(expression: str) -> str:
    """The shortest name that is matched, but that what may be there any number of times is there once if need be."""
    shortest = "".join(character * least for character, _, least in _pieces(expression))
    longer = "".join(character * max(least, 1) for character, _, least in _pieces(expression))
    return longer if re.fullmatch(expression, longer) else shortest


def _required(expression: str) -> str:
    """The first character that every name it matches has; empty when there is none."""
    return next((character for character, only, least in _pieces(expression) if only and least), "")


def _neighbour(item: Volumes) -> Volumes:
    """A claim whose name is as like as can be, and is not matched."""
    letter = next(c for c in _LETTERS if c not in {_required(e) for e in item.expressions})
    name = item.names[0]
    likely = (f"{name}-{letter}", f"{letter}-{name}", letter)
    return Volumes((escape_regex(next(other for other in likely if other not in item)),))


def _read(data: Sequence[str], _document: Mapping[str, Any]) -> Volumes:
    return Volumes(tuple(data))


def _check(data: Sequence[str], _site: Site, at: At) -> Iterator[Diagnostic]:
    for index, expression in enumerate(data):
        try:
            required = _required(expression)
        except ValueError as error:
            yield Diagnostic(
                at(index),
                "bad-value",
                f"'{expression}' is no expression for names of claims: {error}",
                hint="names with . [0-9] \\d * + ? {2}, such as data-my-app-[0-9]+; each alternative is an entry",
            )
            continue
        if not required:
            yield Diagnostic(
                at(index),
                "bad-value",
                f"'{expression}' matches other services' claims, too",
                hint="begin with the name of the volume, such as data-.*",
            )


PART = Part(
    key="volumes",
    schema={
        **several(
            "The PersistentVolumeClaims of the service.",
            text("A claim's name, or an expression that matches whole names: data-.*", maxLength=253),
        ),
        "maxItems": _MOST,
    },
    read=_read,
    check=_check,
)


def _items(_site: Site, service: Service | None) -> tuple[Volumes, ...]:
    found = service.facets.get(PART.key) if service else None
    return (found,) if isinstance(found, Volumes) else ()


VOLUMES = Facet(
    text="volumes",
    key=PART.key,
    items=_items,
    sample={"volumes": ["data-.*", "wal-my-app-[0-9]+"]},
    select=lambda item: {"persistentvolumeclaim": regex("|".join(item.expressions))},
    example=lambda item: {"persistentvolumeclaim": item.names[0]},
    neighbour=_neighbour,
)
"""The service stores something in volumes."""
