"""The requests to a service, whoever counts them: as expressions ask for them, and as a test shows them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from alertgen.facets.http import HTTP
from alertgen.model import Part, Series
from alertgen.promql import Selector
from alertgen.subject import Subject
from alertgen.world import World, above

Flow = Callable[[Decimal], tuple[Part, ...]]
"""How a counter goes that grows by so much per second while there are requests."""


def elsewhere(w: World) -> tuple[World, ...]:
    """Where the source counts requests that are not the service's: to its neighbour, and in another namespace."""
    http = HTTP.of(w)
    assert HTTP.neighbour is not None
    assert HTTP.moved is not None
    others = (HTTP.neighbour(http), HTTP.moved(http, f"{http.counted.namespace}-staging"))
    return tuple(w.elsewhere(item=other, namespace=other.counted.namespace) for other in others)


def more(share: Decimal) -> Decimal:
    """Clearly more than this share of the requests, and not more than all of them."""
    return min(above(share), (share + 1) / 2)


def all_requests(s: Subject) -> Selector:
    """Every request to the service."""
    return s.select(HTTP.of(s).source.requests)


def failed_requests(s: Subject) -> Selector:
    """Those that the server failed to answer."""
    source = HTTP.of(s).source
    return s.select(source.requests, **source.failed)


def requests(w: World, flow: Flow, per_second: Decimal | int, share: Decimal | int) -> tuple[Series, ...]:
    """So many requests per second, of which a share fails, as two replicas of the source count them."""
    failing = per_second * Decimal(share)
    source = HTTP.of(w).source
    rates = [*((labels, per_second - failing) for labels in source.answered)]
    rates += ((labels, failing) for labels in source.broken)
    host, _, port = source.requests.exporter.instance.partition(":")
    return tuple(
        # Two replicas count: of a pair that looks the same, each has one.
        w.show(source.requests, *flow(rate / 2), **labels, instance=f"{host}{number % 2}:{port}")
        for number, (labels, rate) in enumerate(rates)
        if rate
    )
