from __future__ import annotations

from dataclasses import replace

import click

from alertgen.diagnostics import Diagnostic, Location
from alertgen.reports.text import diagnostics


def finding(line: int, code: str = "stale", hint: str = "run it") -> Diagnostic:
    return Diagnostic(Location("a", line, 1), code, "is old", hint)


def test_what_to_do_is_said_once_below_all_that_it_is_about() -> None:
    assert """\
a:1:1: error[stale]: is old
a:2:1: error[stale]: is old
    run it
a:3:1: error[stale]: is old
    walk
a:4:1: error[other]: is old
    walk
4 errors""" == click.unstyle(
        diagnostics([finding(1), finding(2), finding(3, hint="walk"), finding(4, "other", "walk")])
    )


def test_what_is_wrong_with_another_file_for_another_reason_has_its_own_hint() -> None:
    other = Diagnostic(Location("b", 1, 1), "stale", "is older", "run it")
    assert 2 == diagnostics([finding(1), other]).count("run it")
    assert 1 == diagnostics([finding(1), replace(other, message="is old")]).count("run it")


def test_without_findings_nothing_is_said() -> None:
    assert "" == diagnostics([])
