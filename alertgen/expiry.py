"""How long a certificate lasts: the expression, and the situations that prove it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.metrics.blackbox import PROBE_EARLIEST_EXPIRY
from alertgen.model import Scenario
from alertgen.promql import Expr, over, time
from alertgen.quantity import Duration, humanized_duration
from alertgen.subject import Subject
from alertgen.world import STALE, World, fires, hold, silent


def left(s: Subject, window: Duration) -> Expr:
    """The seconds until the first certificate expires that a prober got; the last look counts for the window."""
    # A probe that fails shows no certificate, and one that has expired makes probes fail.
    return s.per_cluster.min(over("last_over_time", s.select(PROBE_EARLIEST_EXPIRY), window)) - time()


def situations(w: World, threshold: Duration, window: Duration) -> Iterator[Scenario]:
    """When less than the threshold is left, and when not."""
    about, start, lasts = w.about(), 4 * w.step, w.enough
    # The test begins in 1970: what is left is the moment of expiry less the time that has passed.
    soon, late = hold(threshold + start), hold(10 * threshold + 10**9)
    fire = start + w.step + w.grid(w.for_)
    yield fires(
        "until it is renewed",
        w.show(PROBE_EARLIEST_EXPIRY, hold(threshold + start, start + w.step + lasts), late),
        about=about,
        since=start + w.step,
        until=start + lasts,
        value=humanized_duration(threshold + start - fire),
    )
    yield silent("while enough is left", w.show(PROBE_EARLIEST_EXPIRY, late), about=about)
    yield fires(
        "when one of two probers gets an older certificate",
        w.show(PROBE_EARLIEST_EXPIRY, late, prober="prober-0"),
        w.show(PROBE_EARLIEST_EXPIRY, soon, prober="prober-1"),
        about=about,
        since=start + w.step,
    )
    yield fires(
        "for a while after the probes begin to fail",
        w.show(PROBE_EARLIEST_EXPIRY, hold(threshold + start, start + lasts), STALE),
        about=about,
        since=start + w.step,
        until=w.within(start + lasts - w.step, window),
        slack=w.step,
    )
    yield silent(
        "for what another job asks of the same target",
        w.show(PROBE_EARLIEST_EXPIRY, hold(0), job="blackbox-another"),
        about=about,
    )
