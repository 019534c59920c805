from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alertgen.tools.sharding import shards

sizes = st.lists(st.integers(0, 10_000), max_size=200)
jobs = st.integers(1, 9)


@given(sizes, jobs, st.integers(1, 5_000))
def test_every_file_is_dealt_out_once_and_no_process_gets_none(sizes: list[int], jobs: int, enough: int) -> None:
    dealt = shards(sizes, jobs, enough)
    assert list(range(len(sizes))) == sorted(index for shard in dealt for index in shard)
    assert all(shard and shard == sorted(shard) for shard in dealt)


@given(sizes, jobs)
def test_the_load_is_even_up_to_one_file(sizes: list[int], jobs: int) -> None:
    loads = [sum(max(1, sizes[index]) for index in shard) for shard in shards(sizes, jobs, enough=1 << 30)]
    assert max(loads, default=0) - min(loads, default=0) <= max([1, *sizes])


def test_few_files_make_one_shard_for_each_job() -> None:
    assert [[0, 3], [1, 2]] == shards([4, 3, 2, 1], 2, enough=1000)


def test_many_files_make_more_shards_than_jobs_and_all_jobs_have_as_many() -> None:
    assert len(shards([10] * 100, 4, enough=90)) == 12


def test_no_command_line_gets_too_long() -> None:
    assert max(map(len, shards([1] * 25_000, 2, enough=1 << 30))) <= 1000
