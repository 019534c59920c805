"""The share of a target's probes that failed: the expression, and the situations that prove it. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.metrics.blackbox import PROBE_SUCCESS
from alertgen.model import Scenario, Series
from alertgen.promql import Expr, operand, over
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, hold, silent


def failed(s: Subject, window: Duration) -> Expr:
    """The share of the probes within the window that failed, over all probers: one that is broken is one voice."""
    return operand(1) - s.per_cluster.avg(over("avg_over_time", s.select(PROBE_SUCCESS), window))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many probes of a window make a difference, when one comes with each evaluation.

    Prometheus 2.x counts the sample at the far edge of a window and 3.x does not, and a share that is equal to the
    threshold may be a rounding more.
    """

    surely: int
    """So many failures are more than the threshold."""
    perhaps: int
    """So few failures may be."""
    still: int
    """After so many successes, the failures before them are still more than the threshold."""
    perhaps_still: int
    """After so many, they may be."""

    @classmethod
    def of(cls, samples: set[int], threshold: Decimal) -> Counts:
        """For a window of one of these numbers of samples."""
        return cls(
            surely=max(math.floor(n * threshold) + 1 for n in samples),
            perhaps=min(max(1, math.ceil(n * threshold)) for n in samples),
            still=min(math.ceil(n * (1 - threshold)) - 1 for n in samples),
            perhaps_still=max(math.floor(n * (1 - threshold)) for n in samples),
        )


def situations(w: World, window: Duration, threshold: Decimal, *shown: Series) -> Iterator[Scenario]:
    """When more than the threshold of the probes fail, and when not; `shown` is there besides."""
    about, start = w.about(), w.grid(window)
    lasts = start + w.enough
    counts = Counts.of({window // w.step + 1, -(-window // w.step)}, threshold)

    def failing(seconds: int) -> Series:
        return w.show(PROBE_SUCCESS, hold(1, start), hold(0, seconds), hold(1))

    yield fires(
        "while too many probes fail",
        failing(lasts),
        *shown,
        about=about,
        since=start + (counts.surely - 1) * w.step,
        early=(counts.surely - counts.perhaps) * w.step,
        until=start + lasts + (counts.still - 1) * w.step,
        slack=(counts.perhaps_still - counts.still) * w.step,
    )
    if counts.perhaps > 1:
        yield silent("for a few failures", failing((counts.perhaps - 1) * w.step), *shown, about=about)
    probers = 4  # quarters are exact in binary
    if threshold * probers == int(threshold * probers):
        ill = int(threshold * probers)
        yield silent(
            "while no more of the probers fail than the threshold",
            *(w.show(PROBE_SUCCESS, hold(int(n >= ill)), prober=f"prober-{n}") for n in range(probers)),
            *shown,
            about=about,
        )
    yield silent(
        "for what another job asks of the same target",
        w.show(PROBE_SUCCESS, hold(0), job="blackbox-another"),
        *shown,
        about=about,
    )
    if w.for_ > window + 4 * w.step:
        yield brief("for a breakdown shorter than `for`", failing(counts.surely * w.step), *shown, about=about)
