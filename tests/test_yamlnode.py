"""Other people's YAML: read with places, changed here and there, written back as it was."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alertgen import yamlnode
from alertgen.diagnostics import Location
from alertgen.yamlnode import UnreadableError, documents, written

_SCALARS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20) | st.integers()
_DATA = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_", min_size=1), inner, max_size=4),
)


@given(_DATA, st.booleans())
def test_what_is_written_again_says_the_same(data: object, flow: bool) -> None:
    text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=True)
    again = [yaml.safe_load(written(node)) for node in documents(text)]
    assert [data] == again


@pytest.mark.parametrize("scalar", ["17:00", "on", "0777", "1_000", "1e3", "2026-01-01", "0x10", ".5", "'on'", '"5"'])
def test_a_scalar_is_written_with_the_characters_it_had(scalar: str) -> None:
    (node,) = documents(f"a: {scalar}\nb: 1\n")
    assert f"a: {scalar}\n" in written(node)


def test_a_long_expression_stays_on_its_line() -> None:
    expr = " + ".join(["metric"] * 100)
    assert f"expr: {expr}\n" == written(documents(f"expr: {expr}\n")[0])


def test_keys_that_are_merged_in_count_unless_they_are_there() -> None:
    (node,) = documents("base: &b {x: 1, y: 2}\nuse: {<<: *b, y: 3}\n")
    assert {"x": "1", "y": "3"} == yamlnode.texts(yamlnode.child(node, "use"))


def test_an_alias_is_written_out_or_defined_before_it_is_used() -> None:
    (node,) = documents("a: &x [1, 2]\nb: *x\n")
    assert {"b": [1, 2]} == yaml.safe_load(written(yamlnode.changed(node, {"a": None})))


def test_empty_documents_are_none() -> None:
    assert ["a", "b"] == [yamlnode.text(node) for node in documents("---\na\n---\n---\nb\n")]


def test_a_value_that_is_null_is_not_there() -> None:
    (node,) = documents("a: null\nb:\nc: ~\nd: 'null'\n")
    assert [None, None, None] == [yamlnode.child(node, key) for key in "abc"]
    assert "null" == yamlnode.text(yamlnode.child(node, "d"))


def test_places_count_from_one() -> None:
    (node,) = documents("a:\n  b: c\n")
    assert Location("x.yaml", 2, 6) == yamlnode.place("x.yaml", yamlnode.child(node, "a", "b"))


@pytest.mark.parametrize(("text", "line"), [("a: [1\nb: 2\n", 2), ("a: 1\n b: 2\n", 2), ("\tx", 1), ("*nothing", 1)])
def test_what_is_no_yaml_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(UnreadableError) as raised:
        documents(text)
    assert line == raised.value.line


def test_an_anchor_may_be_given_again_and_the_last_one_counts() -> None:
    (node,) = yamlnode.documents("a: &x 1\nb: &x 2\nc: *x\n")
    assert {"a": "1", "b": "2", "c": "2"} == yamlnode.texts(node)


def test_the_first_document_is_read_whatever_follows() -> None:
    assert {"a": "1"} == yamlnode.texts(yamlnode.first("a: 1\n---\n[\n"))
    assert yamlnode.first("# nothing\n") is None
