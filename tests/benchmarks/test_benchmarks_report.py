from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from benchmarks import report
from benchmarks.measure import Cost
from benchmarks.report import TARGET_SIZE, Result, Step, comparison, table, targets

MIB = 1 << 20


def result(walls: Mapping[str, float] = MappingProxyType({}), services: int = TARGET_SIZE) -> Result:
    """Each step takes a second of promtool's ten, unless said otherwise, and 100 MiB."""
    seconds = {Step.PROMTOOL: 10.0, **{Step[name]: wall for name, wall in walls.items()}}
    return Result(services, 60_000, 3, {s: Cost(seconds.get(s, 1.0), seconds.get(s, 1.0), 100 * MIB) for s in Step})


def test_every_promise_is_kept_at_its_limit() -> None:
    assert [True, True, True] == [target.kept for target in targets(result({"COLD": 5, "CHECK": 5}))]


@pytest.mark.parametrize(
    ("slow", "kept"),
    [({"COLD": 5.1, "CHECK": 5}, [False, True, True]), ({"COLD": 1, "CHECK": 1.1}, [True, True, False])],
)
def test_what_takes_longer_than_promised_is_missed(slow: dict[str, float], kept: list[bool]) -> None:
    assert kept == [target.kept for target in targets(result(slow))]


def test_what_holds_more_memory_than_promised_is_missed() -> None:
    heavy = result()
    costs = {**heavy.costs, Step.COLD: Cost(1, 1, 500 * MIB)}
    assert [True, False, True] == [t.kept for t in targets(Result(TARGET_SIZE, 1, 1, costs))]


def test_small_sites_are_held_to_nothing() -> None:
    assert [] == list(targets(result({"COLD": 99}, TARGET_SIZE - 1)))


def test_the_table_shows_each_step_as_a_share_of_promtools_check_and_of_a_cold_build() -> None:
    assert table(result({"COLD": 4, "CHECK": 2})) == (
        """\
5,000 services, 60,000 rules (median of 3 runs)
                               wall      CPU   memory  / promtool  / cold build
  build, nothing there       4.00 s   4.00 s  100 MiB        0.40          1.00
  build, nothing changed     1.00 s   1.00 s  100 MiB        0.10          0.25
  build --check              2.00 s   2.00 s  100 MiB        0.20          0.50
  build, one line changed    1.00 s   1.00 s  100 MiB        0.10          0.25
  promtool check rules      10.00 s  10.00 s  100 MiB        1.00          2.50
  kept: a cold build takes at most 0.5 of the time of promtool's check (0.40)
  kept: a cold build stays under 500 MiB (100 MiB)
  kept: build --check costs no more than a build (0.50)
"""
    )


def test_each_program_is_compared_with_the_first() -> None:
    costs = {"alertgen build": Cost(4, 4, 100 * MIB), "alertgen routes": Cost(1, 1, 50 * MIB)}
    assert comparison("routing of 2,000 services", costs, "build") == (
        """\
routing of 2,000 services
                               wall      CPU   memory     / build
  alertgen build             4.00 s   4.00 s  100 MiB        1.00
  alertgen routes            1.00 s   1.00 s   50 MiB        0.25
"""
    )


def test_a_suite_of_tests_is_held_to_a_share_of_promtools_time_once_it_is_large_enough() -> None:
    alone = Cost(10, 10, MIB)
    assert [True] == [target.kept for target in report.test_targets(100, alone, Cost(6, 12, MIB))]
    assert [False] == [target.kept for target in report.test_targets(100, alone, Cost(6.1, 12, MIB))]
    assert [] == list(report.test_targets(99, alone, Cost(99, 99, MIB)))
    costs = {"promtool": alone, "alertgen": Cost(7, 12, MIB)}
    shown = comparison("100 test files", costs, "promtool", report.test_targets(100, *costs.values()))
    assert "  MISSED: tests take at most 0.6 of the time" in shown
