"""The arithmetic of error budgets, against the workbook's numbers and against a simulation."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertgen.quantity import Duration
from alertgen.slo import Objective, Tier, about, share, tiers


def objective(share: str = "0.999", period: str = "30d") -> Objective:
    return Objective(Decimal(share), Duration.parse(period))


@pytest.mark.parametrize(
    ("period", "factors"),
    [
        ("30d", ["14.4", "6", "3", "1"]),
        ("28d", ["13.44", "5.6", "2.8", "0.933"]),
        ("7d", ["3.36", "1.4"]),
    ],
)
def test_factors_follow_from_the_budget_and_the_period(period: str, factors: list[str]) -> None:
    found = [tier.factor.quantize(Decimal("0.001")).normalize() for tier in tiers(objective(period=period))]
    assert [Decimal(f) for f in factors] == found


def test_any_subset_of_tiers_with_any_share_of_the_budget() -> None:
    shares = {Duration.parse("6h"): Decimal("0.125")}
    (tier,) = tiers(objective(period="7d"), shares)
    assert ("6h", "30m", Decimal("3.5")) == (str(tier.long), str(tier.short), tier.factor)


def test_thresholds_are_exact() -> None:
    assert ["0.0144", "0.006", "0.003", "0.001"] == [f"{t.threshold.normalize():f}" for t in tiers(objective())]


def test_a_single_bad_request_is_not_more_than_the_threshold() -> None:
    (tier, *_) = tiers(objective())
    assert 70 == tier.min_requests
    for tier in tiers(objective("0.95", "28d")):
        assert 1 / Decimal(tier.min_requests) <= tier.threshold
        assert 1 / Decimal(tier.min_requests - 1) > tier.threshold if tier.min_requests > 1 else True


def simulated(tier: Tier, bad: Decimal, step: int) -> int | None:
    """Seconds of bad requests after a clean past until both windows are over the threshold, tried step by step."""
    for seconds in range(step, tier.long + step, step):
        over = [bad * min(seconds, window) / window > tier.threshold for window in (tier.long, tier.short)]
        if all(over):
            return seconds
    return None


objectives = st.builds(
    Objective,
    st.decimals(min_value="0.5", max_value="0.9999", places=4),
    st.integers(7, 90).map(lambda days: Duration(86_400 * days)),
)


@given(objectives, st.decimals(min_value="0.001", max_value=1, places=3))
def test_it_is_noticed_when_a_simulation_says(wanted: Objective, bad: Decimal) -> None:
    for tier in tiers(wanted):
        step = tier.long // 720
        after = tier.noticed_after(bad)
        tried = simulated(tier, bad, step)
        if after is None:
            assert tried is None
        else:
            assert tried is None or abs(after - tried) <= step


@given(objectives)
def test_the_tiers_share_of_the_budget_is_gone_when_it_is_noticed(wanted: Objective) -> None:
    for tier in tiers(wanted):
        after = tier.noticed_after(Decimal(1))
        if after is not None:
            assert abs(tier.spent_after(Decimal(1), after) - tier.budget) < Decimal("1e-9")


@given(objectives)
def test_a_burn_rate_of_one_spends_the_budget_in_the_period(wanted: Objective) -> None:
    for tier in tiers(wanted):
        assert abs(tier.spent_after(wanted.budget, wanted.period) - 1) < Decimal("1e-15")


def test_numbers_are_rounded_for_people() -> None:
    assert ("52s", "8m38s", "2h10m") == (about(Decimal("51.84")), about(Decimal("518.4")), about(Decimal(7776)))
    assert ("1.44%", "0.0933%") == (share(Decimal("0.0144")), share(Decimal("0.000933333")))
