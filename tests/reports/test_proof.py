"""The line that says how a proof went."""

from __future__ import annotations

import pytest

from alertgen.agreement import Proof
from alertgen.diagnostics import Location
from alertgen.reports.proof import summary
from alertgen.verdict import CaseId, CaseResult, Failed

GOOD = CaseResult(CaseId("shop/a", "Down", "silent"), Location("rules.d/a.yaml", 1, 1))
BAD = CaseResult(GOOD.case, GOOD.location, (Failed(None, "1m", "1", "nothing"),))


def proof(known: int = 0) -> Proof:
    return Proof(failed=(), answers={}, errors=(), rules=9, ran=frozenset(), assertions=4, known=known)


@pytest.mark.parametrize(
    ("expected", "results"),
    [("1 of 1 scenario holds (", [GOOD]), ("1 of 2 scenarios hold (", [GOOD, BAD]), ("0 of 0 scenarios hold (", [])],
)
def test_it_counts_what_holds(expected: str, results: list[CaseResult]) -> None:
    assert summary(results, [proof()], unknown=0, routed=1, tools=["promtool"]).startswith(expected)


def test_it_says_what_was_not_run_and_what_was_known_to_any_promtool() -> None:
    line = summary([GOOD], [proof(known=2), proof(known=1)], unknown=1_000, routed=3, tools=["promtool", "amtool"])
    assert (
        "1 of 1 scenario holds (4 assertions), 1,000 could not be run, 3 files known from before, 9 rules checked, "
        "3 alerts routed: promtool, amtool"
    ) == line
