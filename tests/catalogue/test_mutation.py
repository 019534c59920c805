"""Breaking any part of any rule turns a generated test red: slips are tried with the real promtool."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from mutation_table import ENOUGH, Row, idle, page, read, stale
from slips import Slip, excuse, rules, slips_in, slips_of, targets_of, unnoticed

from alertgen.mutants import Operator
from alertgen.patterns import catalogue
from alertgen.tools.binaries import Binary

PAGE = Path(__file__).parents[2] / "docs" / "mutation.md"

QUICK = (
    "ContainerCannotStart",
    "KubeStateMetricsMissing",
    "PodNotReady",
    "WorkloadDegraded",
)
"""Rules that `make test` breaks; with each kind of slip among them. `make mutants` breaks them all."""


def _sample(rule: str) -> list[Slip]:
    """One slip of each kind in the rules of this name, where that is cheapest: in the setting of the shortest tests."""
    by_operator: dict[Operator, list[Slip]] = {}
    for target in sorted(targets_of(rule), key=lambda target: sum(map(len, target.tests))):
        slips = [slip for slip in slips_in(target) if not excuse(slip) and slip.mutant.operator not in by_operator]
        for slip in slips:
            by_operator.setdefault(slip.mutant.operator, []).append(slip)
    return [min(slips, key=lambda s: zlib.crc32(str(s).encode())) for slips in by_operator.values()]


@pytest.mark.parametrize(
    "rule", [rule if rule in QUICK else pytest.param(rule, marks=pytest.mark.mutants) for rule in rules()]
)
def test_a_slip_of_any_kind_in_a_rule_turns_a_test_red(rule: str, promtool: Binary, tmp_path: Path) -> None:
    assert "" == "\n".join(map(str, unnoticed(_sample(rule), promtool, tmp_path)))


def test_the_sample_has_every_pattern_and_the_quick_one_every_kind_of_slip() -> None:
    assert set(catalogue()) <= set(rules())
    assert set(Operator) == {slip.mutant.operator for rule in QUICK for slip in _sample(rule)}


def test_every_rule_was_broken_in_every_way_as_it_is_now_and_enough_is_noticed() -> None:
    slips = {rule: slips_of(rule) for rule in rules()}
    text = PAGE.read_text(encoding="utf-8")
    rows = read(text)
    assert [] == stale(rows, slips), "`make mutants-all` tries these again"
    assert page(rows) == text
    assert Row.sum(rows.values()).share >= ENOUGH
    assert [] == idle(slip for own in slips.values() for slip in own)


def test_the_page_is_read_as_it_was_written() -> None:
    rows = {"WorkloadDown": Row(1_234, 5, 6), "alertgen:x:rate5m": Row(7, 0, 0)}
    assert rows == read(page(rows))
    assert f"{1_223 / 1_229:.1%}" in page(rows)
