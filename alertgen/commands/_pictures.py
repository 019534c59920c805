"""Drawing the scenarios of a plan that somebody wants to see."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from alertgen.commands._output import progress
from alertgen.drawing import Drawing
from alertgen.plan import Plan
from alertgen.reports import failed_case
from alertgen.tools import drawing_runner
from alertgen.tools.binaries import Binary
from alertgen.verdict import CaseId, CaseResult

_MOST_CHARTS = 10
"""So many failures are drawn below what is said of them: more of them have one cause."""


def drawings(
    promtool: Binary,
    plan: Plan,
    wanted: Callable[[CaseId], bool],
    *,
    jobs: int,
    timeout: float,
    most: int | None = None,
) -> dict[CaseId, Drawing]:
    """A picture of the scenarios that are wanted. What cannot be drawn was reported as it could not be proven."""
    chosen = dict(itertools.islice(((case, sitter) for case, sitter in plan.scenes() if wanted(case)), most))
    with progress("drawing", len(chosen)) as on_done:
        found, _ = drawing_runner.draw(promtool, list(chosen.values()), jobs=jobs, timeout=timeout, on_done=on_done)
    return {case: drawing for case, drawing in zip(chosen, found, strict=True) if drawing}


def with_pictures(
    promtool: Binary, plan: Plan, results: Sequence[CaseResult], folders: Sequence[str], *, jobs: int, timeout: float
) -> list[CaseResult]:
    """The results, the first of those that failed with what happened in them; `folders` as in `failed_case`."""
    failed = {result.case for result in results if result.failed}
    if not failed:
        return list(results)
    drawn = drawings(promtool, plan, failed.__contains__, jobs=jobs, timeout=timeout, most=_MOST_CHARTS)
    return failed_case.with_pictures(results, drawn, folders)
