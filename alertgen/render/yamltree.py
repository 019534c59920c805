"""Mappings and lists as YAML that reads as if a person had written it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from alertgen.render.yamltext import plainest


def flow(texts: Iterable[str]) -> str:
    """A list of texts on one line."""
    return f"[{', '.join(plainest(t) for t in texts)}]"


def entries(mapping: Mapping[str, Any], margin: str) -> Iterator[str]:
    """A mapping, key by key in the order given."""
    for key, value in mapping.items():
        head = f"{margin}{plainest(key)}:"
        if isinstance(value, Mapping) and value:
            yield head
            yield from entries(value, f"{margin}  ")
        elif isinstance(value, list) and value:
            yield head
            yield from _items(value, margin)
        elif isinstance(value, str) and _reads_better_in_lines(value):
            yield f"{head} |-"
            yield from (f"{margin}  {line}" if line else "" for line in value.split("\n"))
        else:
            yield f"{head} {_scalar(value)}"


def _items(values: Sequence[Any], margin: str) -> Iterator[str]:
    """A list, item by item; its dashes stand at the margin."""
    for value in values:
        if isinstance(value, Mapping) and value:
            yield from item(entries(value, f"{margin}  "), margin)
        elif isinstance(value, list) and value:
            yield from item(_items(value, f"{margin}  "), margin)
        else:
            yield f"{margin}- {_scalar(value)}"


def item(lines: Iterable[str], margin: str) -> Iterator[str]:
    """The lines, indented by two more than the margin, as one item of a list."""
    rest = iter(lines)
    yield f"{margin}- {next(rest).removeprefix(f'{margin}  ')}"
    yield from rest


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return plainest(value)
        case float():
            plain = format(Decimal(repr(value)), "f")
            return plain if "." in plain else f"{plain}.0"
        case {} | []:
            return "{}" if isinstance(value, Mapping) else "[]"
        case _:
            return str(value)


def _reads_better_in_lines(value: str) -> bool:
    """Whether a literal block says the same: several lines, none of which relies on blanks that nobody sees."""
    lines = value.split("\n")
    return (
        len(lines) > 1
        and all(line.isprintable() and line == line.rstrip() for line in lines)
        and lines[0] == lines[0].lstrip() != ""
        and lines[-1] != ""
    )
