from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertgen.expand import expand_with_defaults
from alertgen.model import Kind, Select, Service, Site
from alertgen.patterns import catalogue
from alertgen.promql import PromQLError, pretty
from alertgen.promql_tree import (
    Aggregation,
    Binary,
    Call,
    Condition,
    Labels,
    Minus,
    Node,
    Number,
    Range,
    Selector,
    brief,
    parse,
    selectors,
    walk,
)
from alertgen.tools.binaries import Binary as Program

# --- reading ------------------------------------------------------------------------------------------------------


def test_a_selector_has_its_metric_and_conditions() -> None:
    node = parse('up{job="a",pod!~"b.*"}')
    assert isinstance(node, Selector)
    assert "up" == node.metric
    assert (Condition("job", "=", "a"), Condition("pod", "!~", "b.*")) == node.conditions


def test_a_name_in_a_matcher_is_the_metric() -> None:
    node = parse('{__name__="up",job="a"}')
    assert isinstance(node, Selector)
    assert ("up", (Condition("job", "=", "a"),)) == (node.metric, node.conditions)


def test_a_selector_of_many_names_has_no_metric() -> None:
    node = parse('{__name__=~"up|down"}')
    assert isinstance(node, Selector)
    assert ("", ()) == (node.metric, node.conditions)


@pytest.mark.parametrize(
    ("text", "seconds", "moved"),
    [
        ("x[5m]", 300, ""),
        ("x[1h30m] offset 5m", 5400, " offset 5m"),
        ("x[100ms] offset -5m", 0.1, " offset -5m"),
        ("x[5m] @ end()", 300, " @ end()"),
        ("(x > 1)[1h:1m] offset 1d", 3600, " offset 1d"),
    ],
)
def test_a_range_has_its_length_and_its_offset(text: str, seconds: float, moved: str) -> None:
    node = parse(f"count_over_time({text})")
    assert isinstance(node, Call)
    (argument,) = node.arguments
    assert isinstance(argument, Range)
    assert (seconds, moved) == (argument.seconds, argument.moved)


@pytest.mark.parametrize(
    ("text", "grouping", "grouped"),
    [
        ("sum(x)", "", ()),
        ("sum by (a, b) (x)", "by", ("a", "b")),
        ("sum(x) by (a)", "by", ("a",)),
        ("sum without (a) (x)", "without", ("a",)),
        ("sum by () (x)", "by", ()),
    ],
)
def test_an_aggregation_has_its_labels(text: str, grouping: str, grouped: tuple[str, ...]) -> None:
    node = parse(text)
    assert isinstance(node, Aggregation)
    assert ("sum", grouping, grouped) == (node.operator, node.grouping, node.grouped)


@pytest.mark.parametrize(
    ("text", "matching", "matched", "group", "carried"),
    [
        ("x / y", "", (), "", ()),
        ("x / on (a) y", "on", ("a",), "", ()),
        ("x / on () y", "on", (), "", ()),
        ("x / ignoring (a, b) y", "ignoring", ("a", "b"), "", ()),
        ("x / on (a) group_left y", "on", ("a",), "group_left", ()),
        ("x / on (a) group_right (c) y", "on", ("a",), "group_right", ("c",)),
        ("x and on (a) y", "on", ("a",), "", ()),
    ],
)
def test_an_operator_has_its_matching(
    text: str, matching: str, matched: tuple[str, ...], group: str, carried: tuple[str, ...]
) -> None:
    node = parse(text)
    assert isinstance(node, Binary)
    assert (matching, matched, group, carried) == (node.matching, node.matched, node.group, node.carried)


def test_fill_is_seen() -> None:
    node = parse("x + fill (0) y")
    assert isinstance(node, Binary)
    assert node.fills


@pytest.mark.parametrize(
    ("text", "filters"), [("x > 1", True), ("x > bool 1", False), ("x + 1", False), ("x or y", False)]
)
def test_only_a_comparison_without_bool_filters(text: str, filters: bool) -> None:
    node = parse(text)
    assert isinstance(node, Binary)
    assert filters is node.filters


def test_brackets_leave_no_trace() -> None:
    assert parse("sum(x) / (y)") == parse("(sum((x)) / y)")


def test_what_is_moved_is_another_series() -> None:
    assert parse("x") != parse("x offset 5m")
    assert parse("x @ start()") != parse("x @ end()")


def test_what_does_not_parse_is_an_error() -> None:
    with pytest.raises(PromQLError):
        parse("sum(")


def test_the_walk_follows_the_text() -> None:
    assert ["x", "y", "z"] == [s.metric for s in selectors(parse("sum(rate(x[5m])) / (y and -z)"))]
    assert [Binary, Minus, Selector, Number] == [type(node) for node in walk(parse("-x > 5"))]


@pytest.mark.parametrize(
    "text",
    [
        "max by (a, b) (x) > 0.25",
        "x[5m]",
        "rate(x[5m] offset 1h)",
        "max_over_time((x > 1)[1h:])",
        "(x + 1) / on (a) group_left (b) y",
        "-sum(x) > bool 3",
        "topk(3, x)",
        'count_values("v", x)',
        "1000000 * Inf",
    ],
)
def test_brief_says_the_expression_again(text: str) -> None:
    assert text == brief(parse(text))


def test_brief_leaves_matchers_out() -> None:
    assert "sum(x) / {…}" == brief(parse('sum(x{a="b"}) / {c="d"}'))


@pytest.mark.parametrize(
    ("condition", "value", "takes"),
    [
        (Condition("a", "=", "b"), "b", True),
        (Condition("a", "!=", "b"), "b", False),
        (Condition("a", "=~", "b.*|c"), "bc", True),
        (Condition("a", "=~", "b"), "abc", False),
        (Condition("a", "!~", "b.*"), "bc", False),
        (Condition("a", "=~", r"(?P<broken"), "b", True),
    ],
)
def test_a_condition_takes_what_its_operator_says(condition: Condition, value: str, takes: bool) -> None:
    assert takes is condition.takes(value)


# --- labels -------------------------------------------------------------------------------------------------------


def labels(text: str) -> Labels:
    found = parse(text).labels
    assert found is not None
    return found


@pytest.mark.parametrize("text", ["1", "time()", "scalar(x)", "1 > bool 2", "scalar(x) + 1"])
def test_numbers_have_no_labels(text: str) -> None:
    assert parse(text).labels is None


def test_a_scraped_series_has_its_target_and_more() -> None:
    found = labels('x{pod="a",empty="",b!="c"}')
    assert {"job", "instance", "pod"} == found.always
    assert {"pod"} == found.pinned
    assert (True, False) == (found.has("anything"), found.has("empty"))


@pytest.mark.parametrize("text", ["a:recorded", "ALERTS", '{__name__=~"x|y"}'])
def test_a_recorded_series_may_have_no_target(text: str) -> None:
    assert frozenset() == labels(text).always


def test_what_without_takes_is_gone_for_good() -> None:
    found = labels("sum without (pod) (x)")
    assert (False, True) == (found.has("pod"), found.has("node"))


def test_a_label_is_back_when_it_is_set_again() -> None:
    assert labels('label_replace(sum without (pod) (x), "pod", "$1", "node", "(.*)")').has("pod")


def test_or_may_have_what_either_side_has() -> None:
    found = labels("sum by (a, b) (x) or sum by (a, c) (y)")
    assert {"a"} == found.always
    assert {"b", "c"} == found.maybe
    assert not found.has("d")


def test_what_is_not_known_of_one_side_of_or_is_open() -> None:
    found = labels("sum without (a) (x) or sum without (a, b) (y)")
    assert (False, True) == (found.has("a"), found.has("b"))


def test_pinned_labels_stay_pinned_through_aggregation_and_not_through_replacement() -> None:
    assert {"a"} == labels('sum by (a, b) (x{a="1"})').pinned
    assert frozenset() == labels('label_replace(x{a="1"}, "a", "$1", "b", "(.*)")').pinned


SERIES = {
    "x": {"a": "1", "b": "2", "c": "3", "le": "1", "job": "j", "instance": "i"},
    "y": {"a": "1", "b": "2", "d": "4", "job": "j", "instance": "i"},
}
NAMES = sorted({name for series in SERIES.values() for name in series} | {"v", "new"})
CLOSED = (
    "sum(x)",
    "sum by (a, b) (x)",
    "sum without (b) (sum by (a, b) (x))",
    "topk(1, sum by (a) (x))",
    'count_values by (a) ("v", x)',
    'absent(nothing{a="1",b=~"2",c!="3"})',
    'absent_over_time(nothing{a="1"}[5m])',
    'absent(sum by (a) (nothing{a="1"}))',
    "vector(1)",
    "hour()",
    "vector(scalar(x))",
    "-sum by (a) (x)",
    "rate(x[5m]) * on (a, b) y",
    "sum by (a, b) (x) >= on (a) sum by (a, d) (y)",
    "sum by (a, b) (x) * ignoring (b) sum by (a) (y)",
    "sum by (a, b) (x) * ignoring (b, d) sum by (a, d) (y)",
    "sum by (a, b) (x) * on (a) group_left (d) sum by (a, d) (y)",
    "sum by (a, b) (x) * on (a) group_left (b) sum by (a) (y)",
    "sum by (a) (x) * on (a) group_right sum by (a, d) (y)",
    "sum by (a, b) (x) and on (a) y",
    "sum by (a, b) (x) unless on (a) nothing",
    "sum by (a) (x) or sum by (a) (y)",
    "sum by (a) (x) == bool 1",
    "sum by (a) (x) + 1",
    "1 + sum by (a) (x)",
    "max_over_time(sum by (a) (x)[5m:])",
    'label_replace(sum by (a) (x), "new", "$1", "a", "(.*)")',
    'label_replace(sum by (a, b) (x), "b", "", "a", ".*")',
    'label_join(sum by (a, b) (x), "new", "-", "a")',
    "histogram_quantile(0.9, sum by (a, le) (x))",
    "histogram_quantile(0.9, sum by (le) (x))",
)


def test_prometheus_gives_each_result_the_labels_that_the_tree_says(
    promtools: tuple[Program, ...], tmp_path: Path
) -> None:
    cases: list[dict[str, object]] = [
        # The group has a 1 for each set of labels, whatever the value was; what a result lacks, it lacks as well.
        {
            "expr": f"group by ({', '.join(NAMES)}) ({text})",
            "eval_time": "10m",
            "exp_samples": [{"labels": _as_series({n: _value(n) for n in labels(text).always}), "value": 1}],
        }
        for text in CLOSED
    ]
    assert [] == [text for text in CLOSED if labels(text).more]
    for promtool in promtools:
        assert "SUCCESS" in _tested(promtool, tmp_path, cases)


def _value(name: str) -> str:
    known = {"v": "5", "new": "1"} | SERIES["y"] | SERIES["x"]
    return known[name]


def _as_series(of: Mapping[str, str], metric: str = "") -> str:
    inner = ",".join(f'{name}="{value}"' for name, value in sorted(of.items()))
    return f"{metric}{{{inner}}}"


def _tested(promtool: Program, folder: Path, cases: list[dict[str, object]]) -> str:
    (folder / "rules.yaml").write_text("groups: []\n", encoding="utf-8")
    document = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": _as_series(s, m), "values": "5x20"} for m, s in SERIES.items()],
                "promql_expr_test": cases,
            }
        ],
    }
    path = folder / "test.yaml"
    path.write_text(json.dumps(document), encoding="utf-8")
    run = subprocess.run(
        [promtool.path, "test", "rules", path], capture_output=True, text=True, check=False, timeout=60
    )
    return run.stdout + run.stderr


# --- algebra ------------------------------------------------------------------------------------------------------

_SOME = st.frozensets(st.sampled_from("abcd"))


@st.composite
def _any_labels(draw: st.DrawFn) -> Labels:
    always, more = draw(_SOME), draw(st.booleans())
    rest = draw(_SOME) - always
    return Labels(
        always=always,
        maybe=frozenset() if more else rest,
        never=rest if more else frozenset(),
        pinned=draw(_SOME) & always,
        more=more,
    )


@given(_any_labels(), _any_labels(), _SOME)
def test_what_is_always_there_is_possible_and_what_is_pinned_always_there(
    a: Labels, b: Labels, some: frozenset[str]
) -> None:
    for found in (a.only(some), a.without(some), a.adding(some), a.or_else(b), a.matched(b)):
        assert all(found.has(name) for name in found.always)
        assert not found.always & found.maybe
        assert found.pinned <= found.always


@given(_any_labels(), _any_labels(), st.sampled_from("abcde"))
def test_or_has_a_label_when_a_side_has_it(a: Labels, b: Labels, name: str) -> None:
    assert (a.has(name) or b.has(name)) is a.or_else(b).has(name)


@given(_any_labels(), _any_labels(), st.sampled_from("abcde"))
def test_a_match_has_a_label_when_both_sides_have_it(a: Labels, b: Labels, name: str) -> None:
    assert (a.has(name) and b.has(name)) is a.matched(b).has(name)


# --- the catalogue ------------------------------------------------------------------------------------------------


def _expressions() -> list[str]:
    services = [
        Service(name="my-app", namespace="shop", team="web", tier="standard", container="app", kind=kind, select=select)
        for kind in Kind
        for select in Select
    ]
    expansions = [expand_with_defaults(Site(), service, catalogue()) for service in (*services, None)]
    return [rule.expr for e in expansions for group in e.groups for rule in group.rules]


def test_brief_of_a_whole_rule_parses_to_the_same_shape() -> None:
    for expr in _expressions():
        assert _shape(parse(expr)) == _shape(parse(brief(parse(expr))))


def _shape(node: Node) -> object:
    return type(node), tuple(map(_shape, node.children))


def test_the_tree_is_the_same_however_the_expression_is_laid_out() -> None:
    for expr in _expressions():
        assert parse(expr) == parse(pretty(expr))
