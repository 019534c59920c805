from __future__ import annotations

import json
import math
import pickle
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from alertgen import source
from alertgen.diagnostics import Diagnostic
from alertgen.source import Document, parse


@pytest.fixture(scope="module", autouse=True, params=["CSafeLoader", "SafeLoader"])
def loader(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every claim holds with PyYAML's C parser and with the one in Python."""
    if not hasattr(yaml, request.param):
        pytest.skip("this PyYAML was built without its C parser")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_LOADER", getattr(yaml, request.param))
        source._tree.cache_clear()
        yield
    source._tree.cache_clear()


def findings(text: str | bytes) -> list[str]:
    raw = text if isinstance(text, bytes) else text.encode()
    return [str(finding) for finding in parse("x.yaml", raw)[1]]


def only(text: str | bytes) -> Document:
    raw = text if isinstance(text, bytes) else text.encode()
    documents, problems = parse("x.yaml", raw)
    assert [] == [str(problem) for problem in problems]
    (document,) = documents
    return document


def value(text: str) -> Any:
    return only(f"service: a\nv: {text}\n").data["v"]


# --- what a value is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        *((None, text) for text in ("", "~", "null", "Null", "NULL", "# only a comment")),
        *((True, text) for text in ("true", "True", "TRUE")),
        *((False, text) for text in ("false", "False", "FALSE")),
        *((text, text) for text in ("on", "off", "yes", "no", "y", "n", "On", "NO", "tRUE", "nULL", "None")),
        *((text, text) for text in ("09:00", "17:00", "1:30", "22:22:22", "2027-01-31", "2027-01-31T10:00:00Z")),
        *((text, text) for text in ("=", "1_000", "0b11", "1,5", "5%", "30m", "1e", "e3", ".", "+", "..", "1.2.3")),
        *((text, text) for text in ("0o8", "-0o7", "0xg", "-0x1", "0X1", "0O7", "inf", "nan", "+.nan", "-.nan", "٣")),
        (0, "0"),
        (0, "-0"),
        (3, "+3"),
        (-3, "-3"),
        (777, "0777"),
        (9, "09"),
        (511, "0o777"),
        (255, "0xFf"),
        (0.5, ".5"),
        (-0.5, "-.5"),
        (5.0, "5."),
        (1000.0, "1e3"),
        (1000.0, "+1E+3"),
        (0.001, "1.e-3"),
        (99.9, "99.9"),
        (math.inf, ".inf"),
        (math.inf, "+.INF"),
        (-math.inf, "-.Inf"),
        ("3", '"3"'),
        ("true", "'true'"),
        ("", "''"),
        ("~", '"~"'),
        ("3\n", "|\n  3\n"),
        ("3", ">-\n  3\n"),
        ("a b", "a\n  b"),
        ("tab\there", '"tab\there"'),
        ("tab\there\n", "|\n  tab\there\n"),
        ("http://a:80/#b", "http://a:80/#b"),
        ({}, "{}"),
        ([], "[]"),
        ({"a": [1, None, {"b": "c"}], "d": None}, "{a: [1, ~, {b: c}], d: }"),
    ],
)
def test_a_value_is_what_the_core_rules_of_yaml_1_2_say(expected: object, text: str) -> None:
    read = value(text)

    assert (type(expected), expected) == (type(read), read)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number_is_read_as_such(text: str) -> None:
    assert math.isnan(value(text))


def test_words_of_yaml_1_1_are_keys_like_any_other() -> None:
    assert {"service": "a", "on": 1, "no": 2, "y": 3, "09:00": 4, "=": 5} == only(
        "service: a\non: 1\nno: 2\ny: 3\n09:00: 4\n=: 5\n"
    ).data


def test_keys_keep_the_order_of_the_file() -> None:
    assert ["service", "b", "a", "c"] == list(only("service: x\nb: 1\na: 1\nc: 1\n").data)


# --- what a document is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", source.KINDS)
def test_a_document_is_what_its_top_level_key_says(kind: str) -> None:
    assert kind == only(f"namespace: shop\n{kind}: a\n").kind


def test_other_kinds_can_be_asked_for() -> None:
    documents, problems = parse("x.yaml", b"case: a\nservice: b\n", ("case",))

    assert ((), ["case"]) == (problems, [document.kind for document in documents])


def test_a_document_without_a_kind_is_returned_and_reported_where_it_begins() -> None:
    documents, problems = parse("x.yaml", b"# who?\n\nnamespace: shop\n")

    assert [("", {"namespace": "shop"})] == [(document.kind, document.data) for document in documents]
    message = "this document does not say what it is: it has none of the keys service, site, routing, pattern"
    assert [f"x.yaml:3:1: error[no-kind]: {message}"] == [str(problem) for problem in problems]
    assert "known: pattern, routing, service, site" == problems[0].hint


def test_a_misspelt_kind_is_named_at_its_key() -> None:
    _, problems = parse("x.yaml", b"namespace: shop\nservce: a\n")

    assert [("x.yaml:2:1", "no-kind", "did you mean 'service'?")] == [
        (str(problem.location), problem.code, problem.hint) for problem in problems
    ]


def test_a_document_of_two_kinds_names_both() -> None:
    documents, problems = parse("x.yaml", b"service: a\nteam: b\nsite: c\n")

    assert [""] == [document.kind for document in documents]
    assert ["x.yaml:3:1: error[two-kinds]: a document is one thing, but this one has 'service' and 'site'"] == [
        str(problem) for problem in problems
    ]
    assert [("x.yaml:1:1", "'service' is here")] == [(str(place), what) for place, what in problems[0].related]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "---\n", "---\n# x\n", "\ufeff", "%YAML 1.2\n---\n"])
def test_a_file_with_nothing_in_it_is_reported_once(text: str) -> None:
    assert ["x.yaml:1:1: error[empty-file]: there is nothing in this file"] == findings(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (["2:1"], "service: a\n---\n"),
        (["2:1"], "service: a\n---\n# later\n"),
        (["1:1"], "---\n---\nservice: a\n"),
        (["2:1", "3:1"], "service: a\n---\n---\n---\nservice: b\n"),
    ],
)
def test_an_empty_document_is_reported_at_its_marker(expected: list[str], text: str) -> None:
    assert [f"x.yaml:{place}: error[empty-document]: there is nothing in this document" for place in expected] == (
        findings(text)
    )


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a list", "- service: a\n"),
        ("a list", "[]"),
        ("a single value", "service"),
        ("a single value", "service:a"),
        ("a single value", "~"),
        ("a single value", "''"),
        ("a single value", "|\n  text\n"),
    ],
)
def test_a_document_is_a_mapping(what: str, text: str) -> None:
    assert [f"x.yaml:1:1: error[not-a-mapping]: this document is {what}"] == findings(text)


def test_documents_of_one_file_are_returned_in_order() -> None:
    documents, _ = parse("x.yaml", b"# first\n---\nservice: a\n---\nsite: b\n...\n---  # third\nrouting: c\n")

    assert ["service", "site", "routing"] == [document.kind for document in documents]


def test_a_line_of_dashes_in_a_block_of_text_is_text() -> None:
    assert {"service": "a", "v": "---\n--- x\n----\n"} == only("service: a\nv: |\n  ---\n  --- x\n  ----\n").data


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (["1:10: [anchor] an anchor, '&a', has no use: aliases are not read"], "service: &a b\n"),
        (["1:10: [anchor] an anchor, '&a', has no use: aliases are not read"], "service: &a [b]\n"),
        (
            [
                "1:10: [anchor] an anchor, '&x', has no use: aliases are not read",
                "1:14: [alias] an alias, '*x', stands for text somewhere else",
            ],
            "service: &x [*x]\n",
        ),
        (
            [
                "2:4: [anchor] an anchor, '&a', has no use: aliases are not read",
                "3:4: [alias] an alias, '*a', stands for text somewhere else",
            ],
            "service: x\nb: &a 1\nc: *a\n",
        ),
        (["2:1: [alias] an alias, '*a', stands for text somewhere else"], "service: x\n*a : 1\n"),
        (["2:4: [alias] an alias, '*nobody', stands for text somewhere else"], "service: x\na: *nobody\n"),
        (["2:4: [tag] a tag, '!!int', would change what the value is"], 'service: x\na: !!int "3"\n'),
        (["2:4: [tag] a tag, '!secret', would change what the value is"], "service: x\na: !secret b\n"),
        (["2:4: [tag] a tag, '!!map', would change what the value is"], "service: x\na: !!map {}\n"),
        (["2:4: [tag] a tag, '!', would change what the value is"], "service: x\na: ! 3\n"),
        (["2:1: [tag] a tag, '!!str', would change what the value is"], "service: x\n!!str a: 3\n"),
        (["2:1: [merge-key] '<<' would merge other keys in"], "service: x\n<<: {a: b}\n"),
        (["2:5: [merge-key] '<<' would merge other keys in"], "service: x\nb: {<<: {a: b}}\n"),
        (["2:1: [non-string-key] the key '1' is a number, not text"], "service: x\n1: y\n"),
        (["2:1: [non-string-key] the key '1e3' is a number, not text"], "service: x\n1e3: y\n"),
        (["2:1: [non-string-key] the key 'true' is a boolean, not text"], "service: x\ntrue: y\n"),
        (["2:1: [non-string-key] the key '~' is null, not text"], "service: x\n~: y\n"),
        (["2:2: [non-string-key] a key is missing"], "service: x\n?\n: y\n"),
        (["2:3: [complex-key] a list is used as a key"], "service: x\n? [a]\n: b\n"),
        (["2:1: [complex-key] a list is used as a key"], "service: x\n[a]: b\n"),
        (["2:5: [complex-key] a mapping is used as a key"], "service: x\na: {{ $labels.pod }}\n"),
        (["2:4: [number-too-long] a number of 65 characters; at most 64 are read"], f"service: x\na: {'9' * 65}\n"),
        (["1:1: [yaml-version] the document asks for YAML 1.1, but it is read as 1.2"], "%YAML 1.1\n---\nservice: x\n"),
    ],
)
def test_what_would_surprise_the_next_reader_is_refused(expected: list[str], text: str) -> None:
    _, problems = parse("x.yaml", text.encode())

    assert expected == [f"{p.location.line}:{p.location.column}: [{p.code}] {p.message}" for p in problems]
    assert all(problem.hint for problem in problems)


def test_a_duplicate_key_names_both_lines() -> None:
    _, problems = parse("x.yaml", b"service: a\nteam: b\n\nteam: c\n")

    assert ["x.yaml:4:1: error[duplicate-key]: key 'team' was already given at line 2"] == [str(p) for p in problems]
    assert [("x.yaml:2:1", "first given here")] == [(str(place), what) for place, what in problems[0].related]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("x.yaml:2:11: error[duplicate-key]: key 'a' was already given at line 2", "service: x\nb: {a: 1, a: 2}\n"),
        ("x.yaml:3:1: error[duplicate-key]: key 'b' was already given at line 2", "service: x\nb: 1\n'b': 1\n"),
        (
            "x.yaml:5:1: error[duplicate-key]: key 'b' was already given at line 4",
            "service: x\n---\nsite: x\nb: 1\nb: 1\n",
        ),
    ],
)
def test_a_duplicate_key_is_found_wherever_it_is(expected: str, text: str) -> None:
    assert [expected] == findings(text)


def test_of_duplicate_keys_the_first_stays() -> None:
    (document,), _ = parse("x.yaml", b"service: a\nteam: {b: 1}\nteam: {c: 2}\n")

    assert {"service": "a", "team": {"b": 1}} == document.data
    assert "x.yaml:2:8" == str(document.key("team", "b"))
    assert "x.yaml:2:7" == str(document.at("team", "c"))


@pytest.mark.parametrize(
    ("returned", "text"),
    [
        (True, "service: a\nservice: b\n"),
        (True, "service: &a b\n"),
        (True, "namespace: b\n"),
        (False, "service: a\nb: *c\n"),
        (False, "service: a\n<<: {}\n"),
        (False, "service: a\nb: !!int 3\n"),
        (False, "service: a\n1: b\n"),
        (False, "service: a\n? [b]\n: c\n"),
        (False, "service: a\nb: [\n"),
        (False, "service: a\nb: \x07\n"),
        (False, "service: a\nb: '" + "x" * (source.MAX_SCALAR + 1) + "'\n"),
    ],
)
def test_a_document_is_returned_when_its_data_are_all_there(returned: bool, text: str) -> None:
    documents, problems = parse("x.yaml", text.encode())

    assert (returned, True) == (bool(documents), bool(problems))


def test_one_run_finds_what_is_wrong_in_all_documents() -> None:
    text = "service: a\nb: *c\nd: &e f\nd: 1\n---\nsite: [\n---\nsite: b\nc: d: e\n---\nrouting: ok\n"
    documents, problems = parse("x.yaml", text.encode())

    assert [(2, "alias"), (3, "anchor"), (4, "duplicate-key"), (6, "syntax"), (9, "syntax")] == [
        (problem.location.line, problem.code) for problem in problems
    ]
    assert ["routing"] == [document.kind for document in documents]


def test_findings_come_in_order_of_place() -> None:
    _, problems = parse("x.yaml", b"a: *b\nc: *d\n---\nservice: \x07\n---\nservice: a\nb: 1\nb: 1\n")

    assert [(1, 1), (1, 4), (2, 4), (4, 10), (8, 1)] == [(p.location.line, p.location.column) for p in problems]


def test_a_file_with_very_many_findings_is_not_read_to_its_end() -> None:
    _, problems = parse("x.yaml", b"service: [" + b"*a, " * 10_000 + b"]\n")

    assert source.MAX_FINDINGS + 1 == len(problems)
    assert "too-many-findings" in {problem.code for problem in problems}


# --- text that is not YAML, in a person's words ------------------------------------------------------------------


_SYNTAX = [
    ("1:5", "there is a second ': ' on this line", "a: b: c"),
    ("1:11", "there is a second ': ' on this line", '"a": 1 "b": 2'),
    ("2:3", "this key does not fit under the line above", "a: 1\n  b: 2\nc: 3"),
    ("2:1", "this line has no ': '", "a: 1\nb\nc: 2"),
    ("2:1", "this line has no ': '", "a: 1\nb"),
    ("2:3", "this line has no ': '", "a:\n  b 1\n  c: 2"),
    ("1:1", "this line has no ': '", "a:b\nc: 1"),
    ("2:1", "this line has no ': '", "# x: y\na\nb: 1"),
    ("3:3", "this line is indented like no line above it", "a:\n   b: 1\n  c: 2"),
    ("3:2", "this line is indented like no line above it", "a:\n  b: 1\n c: 2"),
    ("3:3", "this line is indented like no line above it", "a: |\n   b\n  c"),
    ("3:4", "this line is no item of the list above it", "a:\n  - b: 1\n   c: 2"),
    ("2:1", "this line is no item of the list above it", "- a\nb: 1"),
    ("2:1", "a list item stands among keys", "a: 1\n- b"),
    ("3:2", "a list item stands among keys", "a:\n  - b\n - c"),
    ("1:4", "a list cannot begin here", "a: - b"),
    ("1:4", "this quote is never closed", 'a: "b\nc: d'),
    ("1:4", "this quote is never closed", "a: 'b\nc: d"),
    ("2:4", "this quote is never closed", "a: 1\nb: 'c\n---\nsite: d"),
    ("1:8", "this comes after the end of the value", "a: 'it's'"),
    ("1:8", "this comes after the end of the value", 'a: "x" y'),
    ("1:11", "this comes after the end of the value", "a: [b, c] d"),
    ("1:4", "this '[' is never closed", "a: [1, 2\nb: 1"),
    ("1:4", "this '{' is never closed", "a: {b: 1\nc: 2"),
    ("1:4", "this '{' is never closed", "a: {b: 1\n"),
    ("2:3", "a bracket is open where the document ends", "a: {\n  [\n\n"),
    ("1:9", "a ',' or ']' is missing before this", "a: [1, 2}"),
    ("1:11", "a ',' or '}' is missing before this", "a: {b: 1 c: 2}"),
    ("3:3", "a ',' or ']' is missing before this", "a: [\n  {b: 1}\n  {b: 2}\n]"),
    ("1:7", "a value is missing before ','", "a: [b,,c]"),
    ("1:4", "a value is missing before ']'", "a: ]"),
    ("2:1", "this ']' closes nothing", "a: 1\n]"),
    ("1:1", "a key is missing before this ':'", ": a"),
    ("1:5", "a key is missing before this ':'", "a: {: b}"),
    *(("1:4", f"a value cannot begin with '{sign}'", f"a: {sign}b") for sign in "@`%"),
    ("1:8", "a value cannot begin with '>'", "a: {b: > 5}"),
    ("1:4", "a value cannot begin with '?'", "a: ? b"),
    *(("1:4", f"'{sign}' has a special meaning at the start of a value", f"a: {sign}.example.com") for sign in "*&"),
    ("1:4", "'!' has a special meaning at the start of a value", "a: !e!x y"),
    ("1:4", "after '>' the text begins on the next line", "a: > 5"),
    ("1:4", "after '>' the text begins on the next line", "a: >= 5"),
    ("1:4", "after '|' the text begins on the next line", "a: |b"),
    ("1:7", "this '\\' begins no escape that YAML knows", 'a: "C:\\path"'),
    ("1:5", "this '\\' begins no escape that YAML knows", 'a: "\\x4"'),
    ("1:5", "this '\\' begins no escape that YAML knows", 'a: "\\UFFFFFFFF"'),
    ("2:1", "this comes after the end of the document", "{a: 1}\nb: 2"),
    ("3:1", "this comes after the end of the document", "a: 1\n...\nb: 2"),
    ("1:1", "a line that begins with '%' is not read", "%a: 1"),
    ("1:1", "a line that begins with '%' is not read", "%YAML 3.1\n---\na: 1"),
    ("1:1", "a line that begins with '%' is not read", "%YAML 1.2\na: 1"),
    ("1:1", "a line that begins with '%' is not read", "%YAML 1.2\n#"),
]


@pytest.mark.parametrize(("place", "message", "text"), _SYNTAX)
def test_text_that_is_not_yaml_is_explained_at_the_place_to_repair(place: str, message: str, text: str) -> None:
    _, problems = parse("x.yaml", text.encode())

    assert f"x.yaml:{place}: error[syntax]: {message}" == str(problems[0])
    assert problems[0].hint


def test_a_comma_right_after_a_colon_leaves_no_value() -> None:
    documents, problems = parse("x.yaml", b"service: {b:, c: d}")

    # The C parser refuses it, the one in Python reads null: neither makes a value up.
    if documents:
        assert ({"service": {"b": None, "c": "d"}}, ()) == (documents[0].data, problems)
    else:
        assert ["x.yaml:1:12: error[syntax]: a value is missing after this ':'"] == [str(p) for p in problems]


def test_a_problem_nobody_has_met_yet_is_told_as_the_parser_tells_it() -> None:
    error = yaml.MarkedYAMLError(problem="found something new")

    assert "YAML cannot be read here: found something new" == source._in_words(error, "a: b")[2]


def test_half_a_character_is_no_escape() -> None:
    documents, (problem,) = parse("x.yaml", b'service: "\\ud83d"\n')

    assert ("syntax", 1) == (problem.code, problem.location.line)
    assert () == documents


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("1:1", "\tservice: a\n"),
        ("2:1", "service: a\n\tb: c\n"),
        ("3:1", "service: a\nb:\n\tc: d\n"),
        ("3:3", "service: a\nb:\n  \tc: d\n"),
        ("4:1", "service: a\nb:\n  - c\n\t- d\n"),
        ("3:1", "service: a\nb: [\n\t1]\n"),
        ("3:1", "service: a\nb: |\n\tc\n"),
        ("1:9", "service:\ta\n"),
        ("1:11", "service: a\t\n"),
        ("2:1", "service: a\n\t\nb: c\n"),
    ],
)
def test_a_tab_between_tokens_is_called_a_tab(place: str, text: str) -> None:
    assert [f"x.yaml:{place}: error[tab]: a tab stands where YAML takes only spaces"] == findings(text)


def test_tabs_in_text_and_comments_are_nobody_s_business() -> None:
    assert {"service": "a\tb", "c": "\td\n"} == only("service: 'a\tb' # e\tf\nc: |\n  \td\n#\tg\n").data


# --- bytes -------------------------------------------------------------------------------------------------------


def test_bytes_that_are_not_utf8_are_reported_once_a_line_at_the_first() -> None:
    raw = "service: ä".encode() + b"\xe9\xe8\nteam: \xff\nc: [\n"

    assert [
        "x.yaml:1:11: error[not-utf8]: the byte 0xe9 is not UTF-8",
        "x.yaml:2:7: error[not-utf8]: the byte 0xff is not UTF-8",
        "x.yaml:3:4: error[syntax]: a bracket is open where the document ends",
    ] == findings(raw)


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le"])
def test_utf16_is_called_utf16(encoding: str) -> None:
    raw = "\ufeffservice: a\n".encode(encoding)

    assert ["x.yaml:1:1: error[not-utf8]: the file is UTF-16, not UTF-8"] == findings(raw)


@pytest.mark.parametrize("number", [0x00, 0x07, 0x1B, 0x7F, 0x85, 0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE])
def test_control_characters_are_refused_where_they_are(number: int) -> None:
    text = f"service: a\nb: c{chr(number)}d\n"

    assert [f"x.yaml:2:5: error[control-character]: there is an invisible control character, U+{number:04X}"] == (
        findings(text)
    )


@pytest.mark.parametrize(
    "text", ["\ufeffservice: a\nb: 1\nb: 1\n", "service: a\r\nb: 1\r\nb: 1\r\n", "service: a\rb: 1\rb: 1"]
)
def test_a_byte_order_mark_and_foreign_line_breaks_move_no_place(text: str) -> None:
    assert ["x.yaml:3:1: error[duplicate-key]: key 'b' was already given at line 2"] == findings(text)


def test_line_breaks_in_text_are_read_as_one_kind() -> None:
    assert {"service": "a", "b": "c\nd\n"} == only("service: a\r\nb: |\r\n  c\r\n  d\r\n").data


# --- what would take for ever ------------------------------------------------------------------------------------


def _bomb() -> str:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 8)]
    return "\n".join(["service: a", "l0: &l0 [lol]", *levels])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("file-too-large", "service: " + "x" * 10_000_000),
        ("scalar-too-long", "service: a\nb: " + "x" * (source.MAX_SCALAR + 1)),
        ("scalar-too-long", "service: a\nb: |\n" + "  x\n" * source.MAX_SCALAR),
        ("scalar-too-long", "service: a\n? " + "x" * (source.MAX_SCALAR + 1) + "\n: b"),
        ("too-deep", "[" * 100_000),
        ("too-deep", "service: " + "[" * 100_000 + "]" * 100_000),
        ("too-deep", "service: " + "{a: " * 100_000),
        ("too-deep", "service:\n" + "- " * 100_000),
        ("too-deep", "? " * 100_000),
        ("too-deep", "\n".join(" " * depth + "a:" for depth in range(500))),
        ("alias", _bomb()),
        ("alias", "service: &a {b: *a}"),
        ("syntax", 'service: "' + "x " * 400_000),
        ("syntax", "service: " + "&a " * 300_000),
        ("number-too-long", "service: " + "9" * 60_000),
        ("no-kind", "\n".join(f"k{number}: {number}" for number in range(20_000))),
        ("control-character", "\0" * 1_000_000),
        ("empty-document", "---\n" * 200_000),
    ],
)
def test_hostile_text_is_refused_at_once(code: str, text: str) -> None:
    ordinary = _cost("service: a\nlabels:\n" + "".join(f"  key{number}: text\n" for number in range(5_000)))
    _, problems = parse("x.yaml", text.encode())

    assert code in {problem.code for problem in problems}
    # An ordinary file of 5,000 lines is the measure. Without the limits: minutes, or the stack overflows.
    assert _cost(text) < 40 * ordinary


def _cost(text: str) -> float:
    begin = time.process_time()
    parse("x.yaml", text.encode())
    return time.process_time() - begin


def test_lists_and_mappings_may_be_nested_as_deep_as_the_limit() -> None:
    inner = source.MAX_DEPTH - 1

    assert [] == findings(f"service: {'[' * inner}{']' * inner}")
    assert [f"x.yaml:1:{10 + inner}: error[too-deep]: lists and mappings are nested more than 32 deep"] == findings(
        f"service: {'[' * (inner + 1)}{']' * (inner + 1)}"
    )


# --- places ------------------------------------------------------------------------------------------------------

_PLACED = """\
# a comment
service: my-app   # another
labels: {app: shop, "größe 🙂": 'ü', z: [1, {y: x}]}
slo:
- name: a
  objective: 99.9
-   name: b
expr: |
  up == 0
text: "two
  lines"
empty:
alerts:
  ? Foo
  : {threshold: 3}
---
# second
site: main
tiers:
  critical:
    - a
"""


@pytest.mark.parametrize(
    ("value_at", "key_at", "number", "steps"),
    [
        ("2:1", "2:1", 0, ()),
        ("2:10", "2:1", 0, ("service",)),
        ("3:9", "3:1", 0, ("labels",)),
        ("3:15", "3:10", 0, ("labels", "app")),
        ("3:32", "3:21", 0, ("labels", "größe 🙂")),
        ("3:40", "3:37", 0, ("labels", "z")),
        ("3:41", "3:41", 0, ("labels", "z", 0)),
        ("3:44", "3:44", 0, ("labels", "z", 1)),
        ("3:48", "3:45", 0, ("labels", "z", 1, "y")),
        ("5:1", "4:1", 0, ("slo",)),
        ("5:3", "5:3", 0, ("slo", 0)),
        ("5:9", "5:3", 0, ("slo", 0, "name")),
        ("6:14", "6:3", 0, ("slo", 0, "objective")),
        ("7:5", "7:5", 0, ("slo", 1)),
        ("7:11", "7:5", 0, ("slo", 1, "name")),
        ("8:7", "8:1", 0, ("expr",)),
        ("10:7", "10:1", 0, ("text",)),
        ("12:7", "12:1", 0, ("empty",)),
        ("14:3", "13:1", 0, ("alerts",)),
        ("15:5", "14:5", 0, ("alerts", "Foo")),
        ("15:17", "15:6", 0, ("alerts", "Foo", "threshold")),
        ("18:1", "18:1", 1, ()),
        ("18:7", "18:1", 1, ("site",)),
        ("20:3", "19:1", 1, ("tiers",)),
        ("21:7", "21:7", 1, ("tiers", "critical", 0)),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_value_and_key_has_its_place(
    value_at: str, key_at: str, number: int, steps: tuple[str | int, ...], mark: str
) -> None:
    document = parse("x.yaml", (mark + _PLACED).encode())[0][number]

    assert (f"x.yaml:{value_at}", f"x.yaml:{key_at}") == (str(document.at(*steps)), str(document.key(*steps)))


@pytest.mark.parametrize(
    ("value_at", "key_at", "steps"),
    [
        ("2:10", "2:1", ("service", "nothing")),
        ("3:9", "3:1", ("labels", "nothing", 0, "at all")),
        ("5:1", "4:1", ("slo", 7)),
        ("5:3", "5:3", ("slo", 0, "window")),
        ("2:1", "2:1", ("nothing",)),
    ],
)
def test_what_is_not_there_has_the_place_of_its_nearest_ancestor(
    value_at: str, key_at: str, steps: tuple[str | int, ...]
) -> None:
    document = parse("x.yaml", _PLACED.encode())[0][0]

    assert (f"x.yaml:{value_at}", f"x.yaml:{key_at}") == (str(document.at(*steps)), str(document.key(*steps)))


def test_the_value_of_a_key_without_a_colon_is_on_the_line_of_the_key() -> None:
    document = only("service: a\n? b")

    assert (2, "x.yaml:2:3") == (document.at("b").line, str(document.key("b")))


def test_documents_travel_between_processes_with_their_places() -> None:
    document = parse("x.yaml", _PLACED.encode())[0][1]
    arrived = pickle.loads(pickle.dumps(document))  # noqa: S301 - our own bytes

    assert document == arrived
    assert document.at("tiers", "critical", 0) == arrived.at("tiers", "critical", 0)


# --- properties --------------------------------------------------------------------------------------------------


class _CoreDumper(yaml.SafeDumper):
    """Quotes what only the 1.2 rules take for a number, and writes repeated values out."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


_CoreDumper.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9.][0-9a-fA-Fox.eE+-]*"), list("-+.0123456789")
)

# Half characters are no text, and three line breaks of YAML 1.1 are refused when they stand in the open.
_text = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"))
_scalar = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _text
_key = _text.filter(lambda key: key not in source.KINDS)
_data = st.dictionaries(
    _key,
    st.recursive(
        _scalar, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_key, inner, max_size=3), max_leaves=12
    ),
    max_size=5,
).map(lambda data: {"service": "a", **data})


def _paths(data: Any, *steps: str | int) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield steps, data
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inside:
        yield from _paths(value, *steps, step)


def _rest(text: str, place: str) -> str:
    """What stands at a place written `x.yaml:line:column`, to the end of the text."""
    line, column = map(int, place.split(":")[1:])
    return "\n".join(text.split("\n")[line - 1 :])[column - 1 :]


@given(_data, st.booleans(), st.booleans())
def test_what_yaml_writes_is_read_back(data: dict[str, Any], flow: bool, unicode: bool) -> None:
    text = yaml.dump(data, Dumper=_CoreDumper, default_flow_style=flow, allow_unicode=unicode, sort_keys=False)

    assert repr(data) == repr(only(text).data)


@given(_data, st.sampled_from([None, 1, 3]))
def test_what_json_writes_is_read_back(data: dict[str, Any], indent: int | None) -> None:
    finite = json.loads(re.sub(r"-?Infinity", "1e99", json.dumps(data)))

    assert repr(finite) == repr(only(json.dumps(finite, indent=indent, ensure_ascii=False)).data)


@given(_data, st.sampled_from(["", "# é\n---\n", "site: 🙂\n---\n", "\ufeff"]))
def test_the_place_of_every_value_points_at_it(data: dict[str, Any], before: str) -> None:
    finite = json.loads(re.sub(r"-?Infinity", "1e99", json.dumps(data)))
    text = before + json.dumps(finite, ensure_ascii=False)
    document = parse("x.yaml", text.encode())[0][-1]

    for steps, value in _paths(finite):
        written = json.dumps(value, ensure_ascii=False)
        if steps:  # the place of the document is its first line
            assert _rest(text.removeprefix("\ufeff"), str(document.at(*steps))).startswith(written)
        if steps and isinstance(steps[-1], str):
            key = json.dumps(steps[-1], ensure_ascii=False)
            assert _rest(text.removeprefix("\ufeff"), str(document.key(*steps))).startswith(key)


@given(_data)
def test_the_place_of_every_value_in_block_style_points_at_it(data: dict[str, Any]) -> None:
    text = yaml.dump(data, Dumper=_CoreDumper, default_flow_style=False, allow_unicode=True, width=math.inf)
    document = only(text)

    for steps, value in _paths(data):
        for place, wanted in ((document.at(*steps), value), (document.key(*steps), steps[-1] if steps else data)):
            if isinstance(wanted, str):
                line = _rest(text, str(place)).split("\n")[0]
                tokens = yaml.scan(line, Loader=yaml.SafeLoader)
                assert wanted == next(token.value for token in tokens if isinstance(token, yaml.ScalarToken))


_pieces = st.lists(
    st.sampled_from([*"{}[],:-?&*!|>'\"%@`#~\\", "\t", "\n", "\r", " ", "a", "b: ", "1", "\0", "\ufeff", "é", "---\n"])
    | st.sampled_from(
        ["...\n", "<<: ", "*a", "&a ", "!!int ", "? ", "- ", "%YAML 1.2\n", "\\ud800", "\\U00110000", "|2\n"]
    ),
    max_size=30,
).map("".join)


def _is_well_made(problem: Diagnostic, text: str) -> bool:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    place = problem.location
    inside = 1 <= place.line <= len(lines) and 1 <= place.column <= len(lines[place.line - 1]) + 1
    return inside and bool(problem.hint) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", problem.code) is not None


@given(st.binary() | st.binary().map(lambda raw: b"service: " + raw))
@example(b"\xed\xa0\x80")
@example(b"service: \xf0\x9f\x99")
def test_no_bytes_raise(raw: bytes) -> None:
    documents, problems = parse("x.yaml", raw)

    assert documents or problems
    assert all(_is_well_made(problem, raw.decode("utf-8", "surrogateescape")) for problem in problems)


@given(_pieces, st.integers(0, len(_PLACED)), st.integers(0, 6))
def test_no_broken_spec_raises(piece: str, at: int, cut: int) -> None:
    for text in (piece, _PLACED[:at] + piece + _PLACED[at + cut :]):
        documents, problems = parse("x.yaml", text.encode())

        assert documents or problems
        assert all(_is_well_made(problem, text) for problem in problems)
        for document in documents:
            for steps, _ in _paths(document.data):
                assert document.at(*steps).line <= text.count("\n") + text.count("\r") + 1


@given(_pieces, st.integers(0, len(_PLACED)), st.integers(0, 6))
def test_both_parsers_read_the_same(piece: str, at: int, cut: int) -> None:
    text = _PLACED[:at] + piece + _PLACED[at + cut :]
    documents, problems = parse("x.yaml", text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_LOADER", yaml.SafeLoader)
        others, more = parse("x.yaml", text.encode())

    # Each refuses a few things that the other takes; what both take has to be the same.
    if not problems and not more:
        assert [repr(document) for document in documents] == [repr(other) for other in others]


def test_a_number_with_a_comma_is_told_about_the_point() -> None:
    _, problems = source.parse("a.yaml", b"service: x\nslo: [{objective: 99,95}]\n")
    assert ["numbers have a point: did you mean 99.95?"] == [problem.hint for problem in problems]
    _, problems = source.parse("a.yaml", b"service: x\nslo: [{objective: 99, 95: x}]\n")
    assert ['put quotes around it: "95"'] == [problem.hint for problem in problems]
