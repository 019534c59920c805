from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import promql_parser as pp
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alertgen import promql
from alertgen.promql import Expr, Matcher, PromQLError, Selector, escape_regex, one_of, pretty, quote, regex
from alertgen.quantity import Duration

# --- what an expression means ------------------------------------------------------------------------------------

Meaning = Any
"""A nested tuple: what an expression says, whatever its parentheses and spaces."""


def parsed(text: str) -> Any:
    return pp.parse(text)


def meaning(text: str) -> Meaning:
    return _meaning(parsed(text))


def _meaning(node: Any) -> Meaning:
    match node:
        case pp.ParenExpr():
            return _meaning(node.expr)
        case pp.BinaryExpr():
            return (str(node.op), _matching(node.modifier), _meaning(node.lhs), _meaning(node.rhs))
        case pp.AggregateExpr():
            labels = tuple(node.modifier.labels) if node.modifier else ()
            return (str(node.op), labels, _meaning(node.expr))
        case pp.Call():
            return (node.func.name, *map(_meaning, node.args))
        case pp.UnaryExpr():
            return ("-", _meaning(node.expr))
        case pp.NumberLiteral():
            return node.val
        case _:
            return node.prettify()


def _matching(modifier: Any) -> Meaning:
    if modifier is None:
        return None
    on = modifier.matching
    return (on and (str(on.type), tuple(on.labels)), str(modifier.card), tuple(modifier.group_labels or ()))


@dataclass(frozen=True)
class Both:
    """The same expression twice: as `Expr` puts it together, and with parentheses around everything."""

    expr: Expr
    explicit: str


def _leaf(expr: Expr) -> Both:
    return Both(expr, f"({expr.text})")


def _binary(
    operator: str, left: Both, right: Both, on: tuple[str, ...] | None, group_left: tuple[str, ...] | None
) -> Both:
    clause = "" if on is None else f" on ({', '.join(on)})"
    group = None
    if on is not None and group_left is not None and operator not in ("and", "or", "unless"):
        group = group_left
        clause += f" group_left ({', '.join(group_left)})"
    return Both(
        left.expr.binary(operator, right.expr, on=on, group_left=group),
        f"({left.explicit} {operator}{clause} {right.explicit})",
    )


def _aggregated(operator: str, labels: tuple[str, ...], inner: Both) -> Both:
    by = f" by ({', '.join(labels)})" if labels else ""
    return Both(promql.aggregate(operator, labels, inner.expr), f"{operator}{by} ({inner.explicit})")


labels = st.lists(st.sampled_from(["namespace", "pod", "container", "cluster"]), unique=True, max_size=3).map(tuple)
selectors = st.sampled_from(
    [
        Selector.of("up", {}),
        Selector.of("kube_pod_info", {"namespace": "shop", "pod": regex("my-app-[a-z]+")}),
        Selector.of("", {"__name__": regex("a|b")}),
    ]
)
windows = st.sampled_from([Duration(60), Duration(5_400), Duration(86_400)])
leaves = (
    st.builds(_leaf, selectors)
    | st.builds(lambda s, w: _leaf(promql.increase(s, w)), selectors, windows)
    | st.builds(lambda s: _leaf(promql.absent(s)), selectors)
    | st.builds(_leaf, st.just(promql.vector(1)))
)
operators = st.sampled_from(["or", "and", "unless", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"])


def _grown(inner: st.SearchStrategy[Both]) -> st.SearchStrategy[Both]:
    brought = st.sampled_from([None, (), ("node",), ("node", "uid")])
    return st.builds(_binary, operators, inner, inner, st.none() | labels, brought) | st.builds(
        _aggregated, st.sampled_from(["max", "min", "sum", "count"]), labels, inner
    )


@given(st.recursive(leaves, _grown, max_leaves=12))
def test_every_composition_parses_and_means_what_the_tree_says(both: Both) -> None:
    assert meaning(both.explicit) == meaning(both.expr.text)
    assert meaning(both.explicit) == meaning(pretty(both.expr.text))


Operation = Callable[[Any, Any], Expr]


@pytest.mark.parametrize(
    ("expected", "operation"),
    [
        ("a + 1", lambda a, _: a + 1),
        ("a - b", lambda a, b: a - b),
        ("a * 0.5", lambda a, _: a * Decimal("0.50")),
        ("a / b", lambda a, b: a / b),
        ("a > b", lambda a, b: a > b),
        ("a >= 2", lambda a, _: a >= 2),
        ("a < -1", lambda a, _: a < -1),
        ("a <= b", lambda a, b: a <= b),
        ("a == 0", lambda a, _: a.equals(0)),
        ("a != b", lambda a, b: a.differs(b)),
        ("a and b", lambda a, b: a.and_(b)),
        ("a and on () b", lambda a, b: a.and_(b, on=())),
        ("a or on (x) b", lambda a, b: a.or_(b, on=["x"])),
        ("a unless on (x, y) b", lambda a, b: a.unless(b, on=["x", "y"])),
        ("a * on (x) group_left () b", lambda a, b: a.binary("*", b, on=["x"], group_left=[])),
        ("(a and b) / (a or b)", lambda a, b: a.and_(b) / a.or_(b)),
        ("a - (b - a) - b", lambda a, b: a - (b - a) - b),
        ("a / (b > 100) > 0.25", lambda a, b: a / (b > 100) > Decimal("0.25")),
        ("a and (b or a)", lambda a, b: a.and_(b.or_(a))),
        ("a or b and a", lambda a, b: a.or_(b.and_(a))),
    ],
)
def test_an_operator_gets_parentheses_only_where_it_needs_them(expected: str, operation: Operation) -> None:
    assert expected == str(operation(Selector.of("a", {}), Selector.of("b", {})))


# --- selectors, functions, aggregations --------------------------------------------------------------------------


def test_a_selector_keeps_the_order_of_its_matchers() -> None:
    found = Selector.of("up", {"job": "b", "app": regex("x.*"), "zone": Matcher("!=", "c")})
    assert 'up{job="b",app=~"x.*",zone!="c"}' == found.text


def test_a_range_goes_behind_the_selector_whatever_its_labels_say() -> None:
    selector = Selector.of("up", {"job": "an offset of 5m"})
    assert 'rate(up{job="an offset of 5m"}[5m])' == promql.rate(selector, Duration(300)).text


@pytest.mark.parametrize(
    ("expected", "expr"),
    [
        ("increase(up[1h])", promql.increase(Selector.of("up", {}), Duration(3_600))),
        ("max_over_time(up[5m])", promql.max_over_time(Selector.of("up", {}), Duration(300))),
        ("count_over_time(up[5m])", promql.count_over_time(Selector.of("up", {}), Duration(300))),
        ("last_over_time(up[1d])", promql.over("last_over_time", Selector.of("up", {}), Duration(86_400))),
        ("time()", promql.time()),
        ("vector(1)", promql.vector(1)),
        ("absent(up == 1)", promql.absent(Selector.of("up", {}).equals(1))),
        ("max by (a, b) (up)", promql.aggregate("max", ("a", "b"), Selector.of("up", {}))),
        ("max(up)", promql.aggregate("max", (), Selector.of("up", {}))),
        ('label_replace(up, "a", "$1", "b", "(.*)")',
         promql.function("label_replace", Selector.of("up", {}), "a", "$1", "b", "(.*)")),
    ],
)  # fmt: skip
def test_calls_look_like_promql(expected: str, expr: Expr) -> None:
    assert expected == expr.text
    assert expected == pretty(expr.text)


# --- quoting -----------------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


def matchers(text: str) -> dict[str, str]:
    return {m.name: m.value for m in parsed(text).matchers.matchers}


@given(texts)
@example('back\\slash "quotes" and\na line')
def test_a_quoted_text_reads_back(text: str) -> None:
    assert text == parsed(quote(text)).val


@given(texts)
def test_a_label_reads_back_from_the_formatted_selector(text: str) -> None:
    assert {"a": text} == matchers(pretty(Selector.of("up", {"a": text}).text))


@given(texts, texts)
def test_an_escaped_text_matches_itself_and_nothing_else(text: str, other: str) -> None:
    pattern = re.compile(escape_regex(text), re.DOTALL)
    assert pattern.fullmatch(text)
    assert (text == other) == bool(pattern.fullmatch(other))


@given(texts.filter(lambda text: "\n" not in text))
def test_an_escaped_text_is_a_regular_expression_for_promql(text: str) -> None:
    found = pretty(Selector.of("up", {"a": regex(escape_regex(text))}).text)
    assert {"a": escape_regex(text)} == matchers(found)


@given(st.lists(texts, min_size=1, max_size=4), texts)
def test_one_of_matches_each_of_its_texts_only(wanted: list[str], other: str) -> None:
    matcher = one_of(*wanted)
    assert "=~" == matcher.operator
    found = functools.partial(re.fullmatch, matcher.value)
    assert all(found(text) for text in wanted)
    assert (other in wanted) == bool(found(other))


# --- formatting --------------------------------------------------------------------------------------------------


def test_a_long_expression_is_laid_out_as_promtool_does_it() -> None:
    long = Selector.of("kube_deployment_status_replicas_available", {"namespace": "shop", "deployment": "my-app"})
    expected = (
        '  kube_deployment_status_replicas_available{deployment="my-app",namespace="shop"}\n'
        "and\n"
        '  kube_deployment_status_replicas_available{deployment="my-app",namespace="shop"}'
    )
    assert expected == pretty(long.and_(long).text)


@pytest.mark.parametrize("text", ["", "up{", "sum(", "a b", 'up{a="x}', "rate(up)", "1 and up", "up[5m"])
def test_what_is_no_promql_is_an_error_of_its_own(text: str) -> None:
    with pytest.raises(PromQLError):
        pretty(text)
