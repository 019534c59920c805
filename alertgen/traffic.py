"""The requests to a service, whoever counts them: as expressions ask for them, and as a test shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from alertgen.facets.http import HTTP
from alertgen.model import Part, Series
from alertgen.promql import Selector, regex
from alertgen.quantity import number
from alertgen.subject import Subject
from alertgen.world import World, above, hold

Flow = Callable[[Decimal], tuple[Part, ...]]
"""How a counter goes that grows by so much per second while there are requests."""


def latencies(s: Subject) -> Selector:
    """The buckets of the latency histogram of all requests."""
    return s.select(HTTP.of(s).source.duration)


def faster(s: Subject, below: Decimal | None) -> Selector:
    """The requests that took no longer than this, in seconds; None: all that the histogram has."""
    source = HTTP.of(s).source
    if below is None:
        return s.select(source.duration, le="+Inf")
    # Prometheus 3 writes a whole bound as 1.0, earlier ones as the source does.
    bound = number(below * source.second)
    return s.select(source.duration, le=bound if "." in bound else regex(rf"{bound}(\.0)?"))


def elsewhere(w: World) -> tuple[World, ...]:
    """Where requests are counted that are not the service's: its neighbour's, in another namespace, another cluster."""
    http = HTTP.of(w)
    known = http.counted
    others = (
        replace(known, name=f"{known.name}-worker"),
        replace(known, namespace=f"{known.namespace}-staging"),
    )
    clusters = (w.elsewhere(cluster=f"{w.cluster}-eu"),) if w.subject.cluster else ()
    near = (w.elsewhere(item=replace(http, counted=other), namespace=other.namespace) for other in others)
    return (*near, *clusters)


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


def durations(
    w: World,
    flow: Flow,
    per_second: Decimal | int,
    slow: Decimal | int,
    bounds: Sequence[Decimal],
    flow_of_slow: Flow | None = None,
) -> tuple[Series, ...]:
    """So many requests per second, of which a share takes longer than the middle one of the bounds, in seconds.

    The slow ones are done within the next bound, the others within the first. One of two replicas has the slow ones.
    """
    source = HTTP.of(w).source
    late = per_second * Decimal(slow)
    middle = len(bounds) // 2
    host, _, port = source.duration.exporter.instance.partition(":")
    les = [*(number(bound * source.second) for bound in bounds), "+Inf"]
    first, second = source.answered
    return tuple(
        w.show(
            source.duration, *(going(rate) if rate else (hold(0),)), **labels, le=le, instance=f"{host}{replica}:{port}"
        )
        for replica, labels, going, rates in (
            (0, first, flow, [per_second - late] * len(les)),
            (1, second, flow_of_slow or flow, [Decimal(0)] * (middle + 1) + [late] * (len(les) - middle - 1)),
        )
        for le, rate in zip(les, rates, strict=True)
    )
