"""What is shown below a case that failed: what happened in it, and how to run it again. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from alertgen.drawing import Drawing
from alertgen.reports import chart
from alertgen.verdict import CaseId, CaseResult


def with_pictures(
    results: Iterable[CaseResult], drawings: Mapping[CaseId, Drawing], folders: Sequence[str] = ()
) -> list[CaseResult]:
    """The results, those with a drawing with its chart and the command that runs the case again.

    `folders` are the options that say where the spec is, if that takes any.
    """
    return [replace(r, picture=_shown(r.case, drawings[r.case], folders)) if r.case in drawings else r for r in results]


def _shown(case: CaseId, drawing: Drawing, folders: Sequence[str]) -> str:
    command = shlex.join(["alertgen", "test", *folders, "-k", str(case)])
    return f"{chart.with_legend(drawing)}\nrun it again: {command}"
