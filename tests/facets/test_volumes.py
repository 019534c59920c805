"""The claims of a service: which expressions may be said, and what names they match."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from alertgen.diagnostics import Diagnostic, Location
from alertgen.facets.volumes import PART, VOLUMES, Volumes
from alertgen.model import Site


def _wrong(*expressions: str) -> list[Diagnostic]:
    return list(PART.check(list(expressions), Site(), lambda *steps: Location("x.yaml", int(steps[0]) + 1, 1)))


def _refused(value: object) -> bool:
    return not Draft202012Validator(PART.schema).is_valid(value)


@pytest.mark.parametrize("value", [[], "data", [""], [1], ["data", "data"], ["data"] * 21])
def test_the_schema_wants_a_list_of_different_texts(value: object) -> None:
    assert _refused(value)


@pytest.mark.parametrize(
    "expression", ["data", "data-.*", r"data-\d+", "data-my-app-[0-9]+", "wal-.{1,3}", r"a\.b", "d?b"]
)
def test_what_names_a_statefulset_makes_can_be_said(expression: str) -> None:
    assert not _refused([expression])
    assert [] == _wrong(expression)


@pytest.mark.parametrize(
    "expression",
    ["Data", "(a|b)", "a|b", "^data", "data$", "data-*?", "a**", "[z-a]", "a{3,1}", "[^a]", "data-[", "a b"],
)
def test_what_is_no_such_expression_is_told_at_its_entry(expression: str) -> None:
    (problem,) = _wrong("data", expression)
    assert (2, "bad-value") == (problem.location.line, problem.code)
    assert "is no expression for names of claims" in problem.message


@pytest.mark.parametrize("expression", [".*", ".+", "[a-z0-9-]+", r"\d*", "a*.*", "a{0,3}.+"])
def test_an_expression_that_could_match_anything_is_refused(expression: str) -> None:
    (problem,) = _wrong(expression)
    assert f"'{expression}' matches other services' claims, too" == problem.message


def test_one_matcher_finds_the_claims_of_all_expressions() -> None:
    matcher = VOLUMES.select(Volumes(("data-.*", "wal")))["persistentvolumeclaim"]
    assert 'Matcher(operator="=~", value="data-.*|wal")'.replace('"', "'") == str(matcher)


def test_each_expression_has_a_name_that_it_matches_and_no_name_is_there_twice() -> None:
    expressions = ("data-.*", "wal-my-app-[0-9]+", r"a\.b", r"a\.b?", "o{2}")
    assert ("data-x", "wal-my-app-0", "a.b", "oo") == Volumes(expressions).names


_ONE = st.sampled_from(["a", "data", "-", r"\.", ".", r"\d", "[a-c]", "[x0-9]"])
_OFTEN = st.sampled_from(["", "", "*", "+", "?", "{2}", "{0,2}", "{1,}"])
_EXPRESSIONS = st.lists(
    st.lists(st.builds(str.__add__, _ONE, _OFTEN), min_size=1, max_size=5).map("".join), min_size=1, max_size=4
)


@given(_EXPRESSIONS)
def test_the_example_is_matched_and_the_neighbour_is_not(expressions: Sequence[str]) -> None:
    assume(not _wrong(*expressions))
    mine = Volumes(tuple(expressions))
    assert VOLUMES.neighbour is not None
    (theirs,) = VOLUMES.neighbour(mine).names
    assert all(any(re.fullmatch(e, name) for name in mine.names) for e in expressions)
    assert not any(re.fullmatch(e, theirs) for e in expressions)
