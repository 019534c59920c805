from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.measure import Cost, ProgramFailedError, run


def test_what_a_program_costs_is_its_own_time_and_memory(tmp_path: Path) -> None:
    spend = "import time; held = bytearray(200 << 20); held[::4096] = b'x' * len(held[::4096]); time.sleep(0.2)"
    cost = run([sys.executable, "-c", spend], tmp_path, tmp_path / "out")
    assert cost.wall >= 0.2
    assert cost.cpu < cost.wall  # sleeping costs no processor
    assert cost.memory >= 200 << 20


def test_what_it_prints_is_kept(tmp_path: Path) -> None:
    run([sys.executable, "-c", "print('said')"], tmp_path, tmp_path / "out")
    assert "said\n" == (tmp_path / "out").read_text(encoding="utf-8")


def test_a_program_that_fails_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailedError, match=r"exited with 3:\nwhy"):
        run([sys.executable, "-c", "print('why'); raise SystemExit(3)"], tmp_path, tmp_path / "out")


def test_costs_in_a_row_add_up_but_for_memory() -> None:
    assert Cost(3, 5, 30) == Cost.sum([Cost(1, 2, 30), Cost(2, 3, 10)])


def test_of_several_runs_the_median_counts_and_the_most_memory() -> None:
    assert Cost(2, 5, 30) == Cost.median([Cost(1, 9, 30), Cost(2, 5, 10), Cost(9, 1, 20)])
