"""Which parts of an expression another part makes redundant: changing those changes no result. Pure.

`a{x="1"} == 0 and on (x) b{x="1"} > 0` is the same without the matcher on either side (never without both): what the
one side lets through, the join takes away. Such a matcher is there for speed. A mutant without it is no mistake that a
test could notice, and this module proves which those are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import promql_parser as promql

from alertgen.promql import quote

Node = Any  # promql_parser has no types

MATCH = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}
"""The matchers' operators as PromQL writes them."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is true of every series: something that depends on the values of these labels alone."""

    labels: frozenset[str]
    text: str

    @classmethod
    def matches(cls, label: str, operator: str, value: str) -> Fact:
        """The label satisfies the matcher."""
        return cls(frozenset((label,)), f"{label}{operator}{quote(value)}")

    @classmethod
    def joined(cls, labels: Collection[str], other: Node) -> Fact:
        """There is a series in `other` with the same values of the labels."""
        return cls(frozenset(labels), f"in {other.prettify()}")


Facts = frozenset[Fact]
NOTHING: Facts = frozenset()


@dataclass(frozen=True, slots=True)
class Context:
    """What becomes of an expression's series in what surrounds it.

    Series for which `known` is not true change nothing: they are dropped, and keep no other company. With `presence`,
    only which series there are matters, not their values; with `spare`, more series change nothing either.
    """

    known: Facts = NOTHING
    presence: bool = False
    spare: bool = False


def facts(node: Node) -> Facts:
    """What is known to be true of every series that the expression gives."""
    match node:
        case promql.VectorSelector():
            return frozenset(Fact.matches(m.name, MATCH[str(m.op)], m.value) for m in node.matchers.matchers)
        case promql.MatrixSelector():
            return facts(node.vector_selector)
        case promql.SubqueryExpr() | promql.ParenExpr() | promql.UnaryExpr():
            return facts(node.expr)
        case promql.AggregateExpr():
            return _about(grouped_by(node), facts(node.expr))
        case promql.Call():
            return frozenset().union(*(_kept(node, facts(argument)) for argument in node.args))
        case promql.BinaryExpr():
            return _facts_of_both(node)
        case _:
            return NOTHING


def sides(node: Node, context: Context) -> tuple[Context, Context]:
    """The contexts of both sides of a binary operation that stands in a context itself."""
    operator, on, known, presence = str(node.op), join_labels(node), context.known, context.presence
    left, right = facts(node.lhs), facts(node.rhs)
    if operator in _COMPARISONS:
        presence = False
    if is_scalar(node.lhs) or is_scalar(node.rhs):
        nought = operator == "*" and any(
            isinstance(s, promql.NumberLiteral) and s.val == 0 for s in (node.lhs, node.rhs)
        )
        return (Context(known, presence or nought),) * 2
    match operator:
        case "and":
            spare = on is not None and Fact.joined(on, node.rhs) in known
            to_right = Context(_about(on, known | left), presence=True, spare=spare)
            return Context(known | _about(on, right), presence), to_right
        case "unless":
            return Context(known, presence), Context(_about(on, known | left), presence=True)
        case "or":
            return Context(_about(on, known), presence), Context(known, presence)
    # Arithmetic and comparisons fail when a side has two series for one of the other's: there must be none to add.
    many_left, many_right = _many(node)
    if not all(many or _unique(side, on) for side, many in ((node.lhs, many_left), (node.rhs, many_right))):
        return Context(presence=presence), Context(presence=presence)
    known_left = known | _about(on, right) if many_left else _about(on, known | right)
    known_right = known | _about(on, left) if many_right else _about(on, known | left)
    return Context(known_left, presence), Context(known_right, presence)


def inside(node: Node, context: Context) -> Context:
    """The context of what a function or an aggregation is of."""
    if isinstance(node, promql.AggregateExpr):
        return Context(_about(grouped_by(node), context.known), context.presence and str(node.op) in _PLAIN)
    blind = node.func.name in _OPAQUE - {"absent", "absent_over_time"}
    return Context(_kept(node, context.known), context.presence and not blind)


_COMPARISONS = frozenset({"==", "!=", ">", "<", ">=", "<="})
_PLAIN = frozenset({"avg", "count", "group", "max", "min", "stddev", "stdvar", "sum"})


def grouped_by(node: Node) -> frozenset[str]:
    """The labels that an aggregation keeps, as far as that is known."""
    modifier = node.modifier
    by = modifier is not None and modifier.type == promql.AggModifierType.By
    return frozenset(modifier.labels) if by else frozenset()


def join_labels(node: Node) -> frozenset[str] | None:
    """The labels that a binary operation joins on; None for all there are. With `ignoring`, none are known."""
    matching = node.modifier.matching if node.modifier else None
    if matching is None:
        return None
    return frozenset(matching.labels if matching.type == promql.LabelModifierType.Include else ())


def is_scalar(node: Node) -> bool:
    """Whether the expression is a number without labels."""
    match node:
        case promql.NumberLiteral():
            return True
        case promql.Call():
            return bool(node.func.return_type == promql.ValueType.Scalar)
        case promql.ParenExpr() | promql.UnaryExpr():
            return is_scalar(node.expr)
        case promql.BinaryExpr():
            return is_scalar(node.lhs) and is_scalar(node.rhs)
        case _:
            return False


def at_most_one_value(node: Node) -> bool:
    """Whether all series of the expression have the same value, so that each aggregation gives it too."""
    match node:
        case promql.ParenExpr():
            return at_most_one_value(node.expr)
        case promql.Call():
            return node.func.name in {"absent", "absent_over_time"}
        case promql.BinaryExpr():
            filters = node.modifier is None or not node.modifier.return_bool
            return str(node.op) == "==" and filters and isinstance(node.rhs, promql.NumberLiteral)
        case _:
            return False


def is_whole(node: Node) -> bool:
    """Whether the values of the expression are whole numbers, whatever is measured.

    kube-state-metrics counts objects and gives times in seconds; only amounts of resources have fractions.
    """
    match node:
        case promql.ParenExpr():
            return is_whole(node.expr)
        case promql.VectorSelector():
            return (node.name or "").startswith("kube_") and "_resource_" not in (node.name or "")
        case promql.NumberLiteral():
            return bool(node.val == int(node.val)) if math.isfinite(node.val) else False
        case promql.Call():
            return node.func.name in {"changes", "count_over_time", "resets"}
        case promql.AggregateExpr():
            return str(node.op) == "count" or (str(node.op) in {"max", "min", "sum"} and is_whole(node.expr))
        case promql.BinaryExpr():
            operator = str(node.op)
            return is_whole(node.lhs) and (operator in {"and", "unless"} or (operator in "+-" and is_whole(node.rhs)))
        case _:
            return False


# Functions that make new series or change labels, so that nothing is known of what they give.
_OPAQUE = frozenset({"absent", "absent_over_time", "histogram_quantile", "info", "label_join", "scalar", "vector"})


def _kept(call: Node, known: Facts) -> Facts:
    name = call.func.name
    if name == "label_replace":
        return frozenset(fact for fact in known if call.args[1].val not in fact.labels)
    return NOTHING if name in _OPAQUE else known


def _about(labels: frozenset[str] | None, known: Iterable[Fact]) -> Facts:
    """The facts that depend on none but these labels; None stands for every label."""
    return frozenset(fact for fact in known if labels is None or fact.labels <= labels)


def _facts_of_both(node: Node) -> Facts:
    operator, on = str(node.op), join_labels(node)
    left, right = facts(node.lhs), facts(node.rhs)
    if is_scalar(node.lhs) or is_scalar(node.rhs):
        return left | right
    match operator:
        case "and":
            joined = frozenset() if on is None else frozenset((Fact.joined(on, node.rhs),))
            return left | joined | _about(on, right)
        case "unless":
            return left
        case "or":
            return left & right
    many_left, many_right = _many(node)
    return (left if many_left else _about(on, left)) | (right if many_right else _about(on, right))


def _many(node: Node) -> tuple[bool, bool]:
    """Whether each side of a join may have several series for one of the other's: `group_left`, `group_right`."""
    cardinality = str(node.modifier.card) if node.modifier else ""
    return cardinality.endswith("ManyToOne"), cardinality.endswith("OneToMany")


def _unique(side: Node, on: frozenset[str] | None) -> bool:
    """Whether a side of a join can have only one series for each combination of the labels joined on."""
    match side:
        case promql.ParenExpr():
            return _unique(side.expr, on)
        case promql.AggregateExpr():
            return on is None or grouped_by(side) <= on
        case promql.BinaryExpr():
            parts = [side.lhs] if str(side.op) in {"and", "unless"} else [side.lhs, side.rhs]
            return all(is_scalar(part) or _unique(part, on) for part in parts)
        case _:
            return on is None
