"""What a service's volume claims have left, and the situations in which that runs out: bytes and inodes alike."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from alertgen.diagnostics import Severity
from alertgen.facets.volumes import VOLUMES
from alertgen.metrics import Metric
from alertgen.metrics.storage import CLAIM_ACCESS_MODE
from alertgen.model import Scenario, Series
from alertgen.pattern import Refusal
from alertgen.promql import Expr, regex
from alertgen.quantity import humanized_percentage, percent
from alertgen.subject import ByLabels, Subject
from alertgen.world import World, above, below, brief, fires, hold, silent


def per_claim(s: Subject) -> ByLabels:
    """One series for each claim, however many nodes mount it."""
    return s.per("namespace", "persistentvolumeclaim")


def share_left(s: Subject, free: Metric, total: Metric) -> Expr:
    """The share of each claim that is free, as the node sees it that sees the least."""
    # Both come from one kubelet in one scrape, so they have the same labels.
    return per_claim(s).min(s.select(free) / s.select(total))


def used_for_left(threshold: Decimal) -> Iterator[Refusal]:
    """That a threshold looks like the share that may be used, where it is the share that must be left."""
    if threshold > _MOSTLY:
        used = percent(1 - threshold)
        yield Refusal(
            "threshold",
            f"this fires when {used} is used: the threshold is the share that is left",
            f"did you mean {used}?",
            severity=Severity.WARNING,
        )


_MOSTLY = Decimal("0.5")


def read_only(s: Subject) -> Expr:
    """The namespace's claims that nobody can write to: they may be as full as they like."""
    modes = s.select(CLAIM_ACCESS_MODE, persistentvolumeclaim=None)
    writable = s.select(CLAIM_ACCESS_MODE, persistentvolumeclaim=None, access_mode=regex("ReadWrite.*"))
    return per_claim(s).max(modes).unless(per_claim(s).max(writable))


def mode(w: World, access_mode: str) -> Series:
    """A way in which the claim may be mounted."""
    return w.show(CLAIM_ACCESS_MODE, hold(1), access_mode=access_mode)


def running_out(w: World, free: Metric, total: Metric, size: int, threshold: Decimal) -> Iterator[Scenario]:
    """For an alert about a claim that has less than the threshold left; `size` is its total."""
    enough, little = int(size * above(threshold)), int(size * below(threshold))
    about, start, lasts = w.about(), 4 * w.step, w.enough
    yield fires(
        "with less than the threshold left",
        w.show(free, hold(enough, start), hold(little, lasts), hold(enough)),
        w.show(total, hold(size)),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value=humanized_percentage(Decimal(little) / size),
    )
    for name in VOLUMES.of(w).names[1:]:
        yield fires(
            f"for {name}",
            w.show(free, hold(little), persistentvolumeclaim=name),
            w.show(total, hold(size), persistentvolumeclaim=name),
            about=w.about(persistentvolumeclaim=name),
            since=0,
        )
    yield fires(
        "when one of two nodes that mount it shows it already",
        w.show(free, hold(little)),
        w.show(total, hold(size)),
        w.show(free, hold(enough), instance="10.0.1.5:10250", node="node-2"),
        w.show(total, hold(size), instance="10.0.1.5:10250", node="node-2"),
        about=about,
        since=0,
    )
    yield silent("with more left", w.show(free, hold(enough)), w.show(total, hold(size)), about=about)
    yield silent("at the threshold", w.show(free, hold(threshold * 1000)), w.show(total, hold(1000)), about=about)
    yield from never_for_read_only(w, w.show(free, hold(little)), w.show(total, hold(size)))
    if w.for_:
        yield brief(
            "when somebody makes room within `for`",
            w.show(free, hold(enough, start), hold(little, w.too_short), hold(enough)),
            w.show(total, hold(size)),
            about=about,
        )


def never_for_read_only(w: World, *low: Series, since: int = 0) -> Iterator[Scenario]:
    """`low` is a claim with little left, `since` then."""
    yield silent("for a claim that can only be read", *low, mode(w, "ReadOnlyMany"), about=w.about())
    yield fires(
        "for a claim that can be mounted to be read or to be written",
        *low,
        mode(w, "ReadOnlyMany"),
        mode(w, "ReadWriteOnce"),
        about=w.about(),
        since=since,
    )
