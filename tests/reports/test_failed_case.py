"""Below a case that failed: its chart, and a command that a shell takes as it is."""

from __future__ import annotations

import shlex

import pytest
from test_chart import DRAWING

from alertgen.diagnostics import Location
from alertgen.reports import chart
from alertgen.reports.failed_case import with_pictures
from alertgen.verdict import CaseId, CaseResult

CASE = CaseId("shop/cold", "Cold", "silent in somebody's summer")
OTHER = CaseId("shop/hot", "Hot", "fires above the threshold")


@pytest.mark.parametrize("folders", [(), ("--spec", "my specs", "--out", "tree")])
def test_a_case_with_a_drawing_is_shown_and_can_be_run_again(folders: tuple[str, ...]) -> None:
    shown, plain = with_pictures(
        [CaseResult(case, Location("a.yaml", 1, 1)) for case in (CASE, OTHER)], {CASE: DRAWING}, folders
    )
    picture, _, command = shown.picture.partition("\nrun it again: ")
    assert chart.with_legend(DRAWING) == picture
    assert ["alertgen", "test", *folders, "-k", str(CASE)] == shlex.split(command)
    assert "" == plain.picture
