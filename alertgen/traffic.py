"""The requests to a service, whoever counts them: as expressions ask for them, and as a test shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from alertgen.facets.http import HTTP
from alertgen.model import Part, Series, Shares
from alertgen.promql import Expr, Selector, function, increase, regex
from alertgen.quantity import Duration, number
from alertgen.subject import Subject
from alertgen.world import World, above, hold

Flow = Callable[[Decimal], tuple[Part, ...]]
"""How a counter goes that grows by so much per second while there are requests."""
Growth = Callable[[Selector, Duration], Expr]
"""How much a counter grew within a window: `rate` or `increase`."""


def slowest(s: Subject, quantile: Decimal, window: Duration) -> Expr:
    """In how many seconds this share of the requests is answered."""
    source = HTTP.of(s).source
    each = s.per_cluster if source.native else s.per("le")
    found = function("histogram_quantile", quantile, each.sum(increase(s.select(source.duration), window)))
    return found / source.second if source.second > 1 else found


def answered(s: Subject, growth: Growth, window: Duration, within: Decimal | None = None) -> Expr:
    """The requests that were answered within so many seconds; None: all that the histogram has.

    Of no requests that is NaN in a native histogram: no share of them is fast.
    """
    source = HTTP.of(s).source
    if not source.native:
        return s.per_cluster.sum(growth(_bucket(s, within), window))
    histogram = s.per_cluster.sum(growth(s.select(source.duration), window))
    count = function("histogram_count", histogram)
    return count if within is None else count * function("histogram_fraction", 0, within, histogram)


def _bucket(s: Subject, within: Decimal | None) -> Selector:
    source = HTTP.of(s).source
    if within is None:
        return s.select(source.duration, le="+Inf")
    # Prometheus 3 writes a whole bound as 1.0, earlier ones as the source does.
    bound = number(within * source.second)
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
    beyond: Decimal | int = 0,
) -> tuple[Series, ...]:
    """So many requests per second, of which a share takes longer than the middle one of the bounds, in seconds.

    The slow ones are done within the next bound but for a share of them that is `beyond` it, the others within the
    first. One of two replicas has the slow ones.
    """
    source = HTTP.of(w).source
    late = per_second * Decimal(slow)
    host, _, port = source.duration.exporter.instance.partition(":")
    replicas = (
        (source.answered[0], flow, per_second - late, f"{host}0:{port}"),
        (source.answered[1], flow_of_slow or flow, late, f"{host}1:{port}"),
    )
    if source.native:
        limit = bounds[len(bounds) // 2]
        fast, slower = Shares(_doublings_within(limit), (Decimal(1),)), _slow(limit, Decimal(beyond))
        return tuple(
            replace(w.show(source.duration, *_going(going, rate), **labels, instance=instance), native=shares)
            for (labels, going, rate, instance), shares in zip(replicas, (fast, slower), strict=True)
        )

    def counted() -> Iterator[Series]:
        middle, last = len(bounds) // 2, len(bounds) - 1
        for number_, (labels, going, rate, instance) in enumerate(replicas):
            for position, bound in enumerate((*bounds, None)):
                share = 1 if number_ == 0 or position > last else (position > middle) * (1 - Decimal(beyond))
                le = "+Inf" if bound is None else number(bound * source.second)
                yield w.show(source.duration, *_going(going, rate * share), **labels, le=le, instance=instance)

    return tuple(counted())


def _going(flow: Flow, rate: Decimal) -> tuple[Part, ...]:
    return flow(rate) if rate else (hold(0),)


def just_beyond(w: World, limit: Decimal) -> Decimal:
    """The quantile in seconds, when a few more than may be slower than it are `beyond` what `durations` has as slow.

    Buckets with bounds say no more than the last one; within a native one, versions of Prometheus differ.
    """
    if HTTP.of(w).source.native:
        return Decimal(2) ** _slow(limit, Decimal(0)).exponent * Decimal("1.00001")
    return 2 * limit


def _slow(limit: Decimal, beyond: Decimal) -> Shares:
    """Requests in the first bucket that is above the limit as a whole, a share in the next."""
    return Shares(-_doublings_within(1 / limit) + 1, (1 - beyond, beyond) if beyond else (Decimal(1),))


def _doublings_within(limit: Decimal) -> int:
    """The largest exponent of a power of two that is no more than the limit."""
    exponent = 0
    while Decimal(2) ** exponent > limit:
        exponent -= 1
    while Decimal(2) ** (exponent + 1) <= limit:
        exponent += 1
    return exponent
