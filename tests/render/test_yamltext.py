from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from alertgen.render.yamltext import block, plainest, quoted

LOADERS = [getattr(yaml, name) for name in ("SafeLoader", "CSafeLoader") if hasattr(yaml, name)]

_TRICKY = [
    "",
    " ",
    "yes",
    "No",
    "null",
    "~",
    "1e3",
    "09:00",
    "a: b",
    "- a",
    "a #b",
    "'",
    '"',
    "\\",
    "\\n",
    "{{ .x }}",
    "\n",
]
_characters = st.sampled_from("\n\t\r\"'\\#:{}[]&*!|>%@` -~,\x85\u2028\ufeff\ufffe\u200b\u202e") | st.characters(
    exclude_categories=["Cs"], exclude_characters=[chr(n) for n in range(32)]
)
# What is below U+0020 but tab and line breaks never gets past the validation of the spec.
texts = st.sampled_from(_TRICKY) | st.text(_characters)


def read(text: str) -> list[Any]:
    return [yaml.load(text, Loader=loader) for loader in LOADERS]  # noqa: S506 - all of them are safe loaders


@given(texts)
def test_a_quoted_text_reads_back_as_itself(text: str) -> None:
    assert {text} == set(read(quoted(text)))


@given(texts)
@example("a:b")
@example("alertgen:workload_pod:info")
def test_a_text_on_one_line_reads_back_as_itself_wherever_it_stands(text: str) -> None:
    written = plainest(text)
    assert "\n" not in written
    for found in read(f"{{{written}: [{written}, x]}}\n"):
        assert {text: [text, "x"]} == found
    for found in read(f"a:\n- {written}\n- b:\n    {written}: {written}\n"):
        assert {"a": [text, {"b": {text: text}}]} == found


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("severity", "severity"),
        ("app.kubernetes.io/managed-by", "app.kubernetes.io/managed-by"),
        ("alertgen:workload_pod:info", "alertgen:workload_pod:info"),
        ("'on'", "on"),
        ("'No'", "No"),
        ("'12'", "12"),
        ("'time: now'", "time: now"),
        ("'https://x'", "https://x"),
        ("'it''s'", "it's"),
        ("""'up{job="a"}'""", 'up{job="a"}'),
        (r'"a\nb"', "a\nb"),
        (r'"a\u202eb"', "a\u202eb"),
        (r'"\u200b"', "\u200b"),
    ],
)
def test_a_text_is_as_plain_as_it_may_be(expected: str, text: str) -> None:
    assert expected == plainest(text)


@given(texts)
def test_nothing_hidden_is_written_as_it_is(text: str) -> None:
    hidden = re.compile("[\t\r\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]")
    for written in (quoted(text), plainest(text), block(text, 4)):
        assert not hidden.search(written)


@given(texts, st.sampled_from([2, 6, 10]))
@example("  a\nand\n  b", 2)
@example("a\n\n  b", 2)
@example(" ", 2)
@example("a\n ", 2)
@example("\n a", 2)
def test_a_block_reads_back_as_itself(text: str, indent: int) -> None:
    written = block(text, indent)
    margin = " " * (indent - 2)
    document = (
        "".join(f"{' ' * level}k:\n" for level in range(0, indent - 2, 2)) + f"{margin}expr: {written}{margin}z: 1\n"
    )
    for found in read(document):
        while "expr" not in found:
            found = found["k"]  # noqa: PLW2901 - down to where it stands
        assert {"expr": text + ("\n" if written.startswith("|") else ""), "z": 1} == found


def test_an_expression_stands_in_a_literal_block() -> None:
    assert "|\n    up == 0\n" == block("up == 0", 4)


def test_the_header_of_a_block_tells_its_indentation_when_the_text_is_indented_itself() -> None:
    assert "|2\n      a\n    and\n      b\n" == block("  a\nand\n  b", 4)
