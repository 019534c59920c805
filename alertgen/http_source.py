"""Who counts the requests to a service: an ingress controller, a mesh, the service itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from alertgen.metrics import Metric
from alertgen.promql import Matcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a source knows a service as."""

    namespace: str
    name: str
    honor_labels: bool = False
    """Whether the source's own labels keep their names where they meet those of its target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSource:
    """A source of request counts and latencies: one file in `http_sources/` each."""

    name: str
    key: str
    """The key of `http` that says what it knows the service as; by default by the service's name."""
    meaning: str
    """What that key is, for the schema."""
    honors_labels: bool | None = None
    """Whether it is mostly scraped with honorLabels; None where none of its labels meet those of a target."""
    requests: Metric
    failed: Mapping[str, str | Matcher]
    """Labels of the requests that the server failed to answer."""
    duration: Metric
    """The latency histogram: its buckets, or as a whole where it is a native one."""
    second: int = 1
    """How many of the histogram's units are a second: 1000 where it counts in milliseconds."""
    bounds: tuple[str, ...] = ()
    """The bounds of its buckets in seconds, where it has them by default; empty: nobody can know."""
    select: Callable[[Counted], Mapping[str, str | Matcher | None]]
    """The labels by which the service's series are found."""
    shown: Callable[[Counted], Mapping[str, str]]
    """The labels of the service's series in a test."""
    answered: tuple[Mapping[str, str], Mapping[str, str]]
    """What tells requests apart that went well, in a test: several series, as in the wild."""
    broken: tuple[Mapping[str, str], Mapping[str, str]]
    """The same for requests that failed: every way in which the source says so."""
    since: tuple[int, int] = (2, 42)
    """The oldest Prometheus that the site must state for it."""

    @property
    def native(self) -> bool:
        """Whether the latency histogram is a native one: a series has all of its buckets, with no bounds to choose."""
        return "le" not in self.duration.labels

    def bucket_bounds(self) -> tuple[Decimal, ...]:
        """The bounds of its buckets in seconds; empty when nobody can know."""
        return tuple(Decimal(bound) for bound in self.bounds)
