"""How a proof went, in one line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alertgen.agreement import Proof
from alertgen.reports.text import count
from alertgen.verdict import CaseResult


def summary(
    results: Sequence[CaseResult], proofs: Sequence[Proof], *, unknown: int, routed: int, tools: Iterable[object]
) -> str:
    """How much holds, of how much: scenarios, assertions, rules, and alerts whose route was followed.

    `unknown` is how many scenarios could not be run; the assertions and the rules are those of the first promtool.
    """
    verb = "holds" if len(results) == 1 else "hold"
    good = sum(1 for result in results if not result.failed)
    left_out = f", {unknown:,} could not be run" if unknown else ""
    known = sum(proof.known for proof in proofs)
    before = f", {count(known, 'file')} known from before" if known else ""
    return (
        f"{good:,} of {count(len(results), 'scenario')} {verb} ({count(proofs[0].assertions, 'assertion')})"
        f"{left_out}{before}, {count(proofs[0].rules, 'rule')} checked, {count(routed, 'alert')} routed: "
        f"{', '.join(map(str, tools))}"
    )
