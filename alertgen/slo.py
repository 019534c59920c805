"""The arithmetic of error budgets: burn rates, thresholds, and how soon a burn is noticed. Pure, in decimals.

Source: The Site Reliability Workbook, chapter 5 (multiwindow, multi-burn-rate alerts). A burn rate of 1 spends the
budget in exactly the period; a tier fires when a share of the budget is gone within its long window, as long as the
short window, a twelfth of it, shows that it still goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from types import MappingProxyType

from alertgen.quantity import Duration, number

_EXACT = Context(prec=24)
_SHORT = 12
"""The long window is so many times the short one."""


def budgets() -> Mapping[Duration, Decimal]:
    """Which share of the budget may be gone within which long window, by default."""
    return _BUDGETS


_BUDGETS = MappingProxyType(
    {
        Duration.parse("1h"): Decimal("0.02"),
        Duration.parse("6h"): Decimal("0.05"),
        Duration.parse("1d"): Decimal("0.1"),
        Duration.parse("3d"): Decimal("0.1"),
    }
)
PAGING = Duration.parse("6h")
"""Tiers up to this long window page; the longer ones can wait for office hours."""
LEAST_FACTOR = Decimal("0.9")
"""A tier that burns slower than this leaves a budget over: by default there is none for so short a period."""


@dataclass(frozen=True, slots=True)
class Objective:
    """What share of the requests must be good, over which period."""

    share: Decimal
    period: Duration

    @property
    def budget(self) -> Decimal:
        """The share of the requests that may be bad."""
        return 1 - self.share


@dataclass(frozen=True, slots=True)
class Tier:
    """One burn-rate alert of an objective: `budget` is the share of the error budget that is gone when it fires."""

    objective: Objective
    long: Duration
    budget: Decimal

    @property
    def short(self) -> Duration:
        """The window that shows whether it still goes on."""
        return Duration(self.long // _SHORT)

    @property
    def factor(self) -> Decimal:
        """How many times faster than allowed the budget is spent."""
        return _EXACT.divide(self.budget * self.objective.period, Decimal(self.long))

    @property
    def threshold(self) -> Decimal:
        """The share of bad requests above which it fires; twelve digits are more than a sample of it has."""
        return Context(prec=12).plus(_EXACT.multiply(self.factor, self.objective.budget))

    @property
    def pages(self) -> bool:
        """Whether it cannot wait."""
        return self.long <= PAGING

    @property
    def min_requests(self) -> int:
        """So many requests that a single bad one is no more than the threshold."""
        return int((1 / self.threshold).to_integral_value(ROUND_CEILING))

    def noticed_after(self, bad: Decimal) -> Decimal | None:
        """Seconds until both windows are over the threshold, when this share begins to be bad after none was.

        Even traffic is assumed. None: it never fires. `for` comes on top.
        """
        return _EXACT.divide(self.long * self.threshold, bad) if bad > self.threshold else None

    def spent_after(self, bad: Decimal, seconds: Decimal | int) -> Decimal:
        """The share of the error budget that is gone when so many requests were bad for so many seconds."""
        return _EXACT.divide(bad * seconds, self.objective.budget * self.objective.period)


def tiers(objective: Objective, shares: Mapping[Duration, Decimal] | None = None) -> Iterator[Tier]:
    """The tiers for these shares of the budget by long window; by default those that make sense for the period."""
    for long, share in (budgets() if shares is None else shares).items():
        tier = Tier(objective, long, share)
        if shares is not None or tier.factor >= LEAST_FACTOR:
            yield tier


def windows(found: Iterable[Tier]) -> tuple[Duration, ...]:
    """Every window of these tiers, shortest first."""
    return tuple(sorted({window for tier in found for window in (tier.short, tier.long)}))


def about(seconds: Decimal) -> str:
    """A duration rounded to what matters to people: whole seconds, from an hour on whole minutes."""
    unit = 60 if seconds >= 3600 else 1
    return str(Duration(int((seconds / unit).to_integral_value()) * unit))


def share(value: Decimal) -> str:
    """A share in percent with three significant digits."""
    return f"{number(Context(prec=3).plus(value * 100))}%"
