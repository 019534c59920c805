from __future__ import annotations

import datetime as dt

import pytest

from alertgen.compiler import Build, compile_spec
from benchmarks import estate


def built(services: int, edition: int = 0) -> Build:
    files = {**dict(estate.spec(services)), estate.CHANGED_FILE: estate.edited(edition)}
    return compile_spec([(path, text.encode()) for path, text in files.items()], dt.date(2026, 11, 23), "rules.d")


def test_the_same_size_is_the_same_spec() -> None:
    assert list(estate.spec(50)) == list(estate.spec(50))


@pytest.mark.parametrize("services", [1, 60])
def test_a_site_of_any_size_has_that_many_services_and_nothing_is_wrong_with_it(services: int) -> None:
    build = built(services)
    assert () == build.diagnostics
    assert services == build.counts.services
    assert build.counts.shapes <= len(estate.SORTS) * 2  # the team that retunes has shapes of its own


def test_an_edit_changes_the_files_of_one_service_and_of_no_other() -> None:
    before, after = ({a.path: a.text for a in built(3, edition).artifacts()} for edition in (1, 2))
    assert before.keys() == after.keys()
    assert {f"{folder}/benchmark/edited.{end}" for folder, end in (
        ("prometheus", "yaml"), ("kubernetes", "yaml"), ("tests", "yaml"), ("docs", "md"),
    )} == {path for path in before if before[path] != after[path]}  # fmt: skip
