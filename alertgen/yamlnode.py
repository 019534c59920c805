"""Other people's YAML: nodes with their places, changed here and there and written back as they were. Pure.

The spec is read by `source`, which refuses what surprises. Rule files and tests that somebody else wrote have to be
taken as Prometheus takes them: aliases, merge keys and several documents included. A scalar keeps the characters it was
written with, so that a copy means to promtool what the original does, whatever YAML 1.1 would make of `17:00` or `on`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from alertgen.diagnostics import Location

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NULL = "tag:yaml.org,2002:null"
_MERGE = "tag:yaml.org,2002:merge"
_WIDEST = 1 << 30

Node = yaml.Node


class UnreadableError(ValueError):
    """The text is no YAML; `line` and `column` (from 1) say where reading ended."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def documents(text: str) -> list[Node]:
    """The documents of a file, those that are empty left out. Raises UnreadableError."""
    return [node for node in _composed(text, None) if not is_null(node)]


def first(text: str) -> Node | None:
    """The first document, whatever follows; None when it is empty. Raises UnreadableError."""
    found = _composed(text, 1)
    return found[0] if found and not is_null(found[0]) else None


def _composed(text: str, most: int | None) -> list[Node]:
    try:
        try:
            return list(itertools.islice(yaml.compose_all(text, Loader=_LOADER), most))
        except yaml.composer.ComposerError:
            return list(itertools.islice(yaml.compose_all(text, Loader=_Lenient), most))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise UnreadableError(error.problem or error.context or "it cannot be read", line, column) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableError(str(error).splitlines()[0], 1, 1) from None


class _Lenient(yaml.SafeLoader):
    """An anchor may be given again, as YAML allows and Go's reader too."""

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if not isinstance(event, yaml.AliasEvent) and getattr(event, "anchor", None) in self.anchors:
            del self.anchors[event.anchor]
        return super().compose_node(parent, index)


def is_null(node: Node | None) -> bool:
    """Whether there is nothing."""
    return node is None or (isinstance(node, yaml.ScalarNode) and node.tag == _NULL)


def children(node: Node | None) -> Iterator[tuple[str, Node, Node]]:
    """The keys of a mapping with the nodes of key and value, those merged in last; nothing for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return
    merged: list[Node] = []
    seen: set[str] = set()
    for key, value in node.value:
        if key.tag == _MERGE:
            merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
        elif isinstance(key, yaml.ScalarNode) and key.value not in seen:
            seen.add(key.value)
            yield key.value, key, value
    for source in merged:
        if source is not node:
            for name, key, value in children(source):
                if name not in seen:
                    seen.add(name)
                    yield name, key, value


def child(node: Node | None, *keys: str) -> Node | None:
    """What stands at that path of keys; None where there is none."""
    for key in keys:
        node = next((value for name, _, value in children(node) if name == key), None)
    return None if is_null(node) else node


def items(node: Node | None) -> Sequence[Node]:
    """The items of a list; nothing for anything else."""
    return tuple(node.value) if isinstance(node, yaml.SequenceNode) else ()


def text(node: Node | None) -> str:
    """A scalar as it was written, without quotes; empty for anything else."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) and node.tag != _NULL else ""


def texts(node: Node | None) -> dict[str, str]:
    """A mapping of scalars."""
    return {name: text(value) for name, _, value in children(node)}


def place(path: str, node: Node | None) -> Location:
    """Where a node begins."""
    mark = node.start_mark if node is not None else None
    return Location(path, mark.line + 1, mark.column + 1) if mark else Location(path, 1, 1)


def scalar(value: str) -> Node:
    """A text that cannot be taken for anything else."""
    return yaml.ScalarNode("tag:yaml.org,2002:str", value, style='"')


def number(value: int) -> Node:
    """A number."""
    return yaml.ScalarNode("tag:yaml.org,2002:int", str(value))


def sequence(nodes: Iterable[Node]) -> Node:
    """A list."""
    return yaml.SequenceNode("tag:yaml.org,2002:seq", list(nodes), flow_style=False)


def mapping(entries: Mapping[str, Node]) -> Node:
    """A mapping."""
    return yaml.MappingNode(
        "tag:yaml.org,2002:map", [(scalar(key), value) for key, value in entries.items()], flow_style=False
    )


def changed(node: Node, changes: Mapping[str, Node | None]) -> Node:
    """The mapping with other values for these keys; None takes one away."""
    entries = {name: value for name, _, value in children(node)} | dict(changes)
    return mapping({name: value for name, value in entries.items() if value is not None})


def written(node: Node) -> str:
    """The node as YAML."""
    return str(yaml.serialize(node, Dumper=_DUMPER, width=_WIDEST, allow_unicode=True))
