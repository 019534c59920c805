"""Dealing files out to processes. Pure."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

_FILES_AT_MOST = 1000
"""Files on one command line: some 100 kB of paths, well below what a kernel takes."""


def shards(sizes: Sequence[int], jobs: int, enough: int) -> list[list[int]]:
    """Indexes of the files (given by their sizes) that each process gets, in order.

    There are as many shards as are worth starting a process for, about `enough` bytes each: more of them than jobs, so
    that progress shows, one that dies takes little with it, and a process that is done early gets more to do. As a
    multiple of `jobs`, so that they end together.
    """
    jobs = max(1, jobs)
    wanted = max(sum(sizes) / enough, len(sizes) / _FILES_AT_MOST)
    count = min(len(sizes), jobs * max(1, math.ceil(wanted / jobs)))
    dealt: list[list[int]] = [[] for _ in range(count)]
    # The largest first, each to the shard that has the least so far.
    lightest = [(0, shard) for shard in range(count)]
    for index in sorted(range(len(sizes)), key=lambda index: (-sizes[index], index)):
        load, shard = heapq.heappop(lightest)
        dealt[shard].append(index)
        heapq.heappush(lightest, (load + max(1, sizes[index]), shard))
    return [sorted(shard) for shard in dealt]
