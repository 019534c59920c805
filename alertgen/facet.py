"""What a service can say it has, beside its name: replicas with an autoscaler, volumes, probes, an SLO.

A part is a key of the spec with what may stand there; a facet is something a part can hold that switches patterns on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from alertgen.diagnostics import Diagnostic, Location
    from alertgen.model import Service, Site
    from alertgen.promql import Matcher
    from alertgen.schema_words import Schema
    from alertgen.subject import Subject
    from alertgen.world import World

Item = TypeVar("Item")

At = Callable[..., "Location"]
"""The place of a key below the part's own, e.g. `at("hpa")` or `at(0, "objective")`."""


def _nothing_wrong(_value: Any, _context: Any, _at: At) -> Iterator[Diagnostic]:
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A key of a document of the spec: what may be written there, and how it is read."""

    key: str
    schema: Schema
    document: str = "service"
    """The kind of document that has the key: `service` or `site`."""
    names: frozenset[str] = frozenset()
    """The keys in it, at any depth, whose values are names or addresses of things and nothing looks into.

    Services that write their own name there have one shape (see shapes).
    """
    read: Callable[[Any, Mapping[str, Any]], Any]
    """The value there (valid by the schema) and the whole document → a frozen value."""
    check: Callable[[Any, Site, At], Iterator[Diagnostic]] = _nothing_wrong
    """What is wrong with a value as written that the schema cannot say; `at` finds the places below the key.

    What passes can be read: `read` does not raise for it.
    """
    fits: Callable[[Any, Mapping[str, Any], At], Iterator[Diagnostic]] = _nothing_wrong
    """The same for what depends on other keys of the document, e.g. its name or kind."""


def _no_labels(_item: Any) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet(Generic[Item]):
    """Something that services may have, and that patterns need to be for them. Each item gets its own alerts."""

    text: str
    """What to write for it, as people read it: `replicas.hpa`, `expose: internal`."""
    key: str
    """The key of the spec's document that holds it."""
    items: Callable[[Site, Service | None], Sequence[Item]]
    """Those that a service has; with None for the service, those that the installation has."""
    labels: Callable[[Item], Mapping[str, str]] = _no_labels
    """Static labels on its alerts. Where a service can have several items, they must tell them apart."""
    select: Callable[[Item], Mapping[str, str | Matcher | None]] = _no_labels
    """Labels by which its series are found, besides those of the service. A metric is asked for those that it has.

    None drops a label of the service: an exporter's own namespace is not the service's.
    """
    example: Callable[[Item], Mapping[str, str]] | None = None
    """Labels that its series have in a test, when `select` says more than equality."""
    sample: Mapping[str, Any]
    """Keys of a document that has the facet, as somebody would write them: for the pages about patterns, and tests."""
    neighbour: Callable[[Item], Item] | None = None
    """An item of somebody else that looks much alike; its troubles must not count."""
    moved: Callable[[Item, str], Item] | None = None
    """The same item in another namespace, where its own labels tell the namespace."""
    severity: Callable[[Item], str] | None = None
    """How urgent its alerts are, where that is not the same for every item and nobody says otherwise."""
    words: Callable[[Item], Mapping[str, str]] = _no_labels
    """What `${word}` stands for in the texts of its patterns, besides the words of every alert."""

    def of(self, here: Subject | World) -> Item:
        """The item that a pattern's expression or scenarios are about."""
        return cast("Item", here.item)

    def shown(self, item: Item) -> Mapping[str, str]:
        """The labels that its series have in a test."""
        if self.example is not None:
            return self.example(item)
        return {label: value for label, value in self.select(item).items() if isinstance(value, str)}
