"""A PromQL expression as a tree of plain values that knows which labels each part of it gives. Pure.

What a series has besides the labels an expression names is not known; each `Labels` says what is certain and leaves the
rest open. Lints read this tree; promql-parser's own has no types to match on and says nothing about labels.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import promql_parser as pp

from alertgen.promql import PromQLError
from alertgen.quantity import number

COMPARISONS: Final = frozenset(("==", "!=", "<", "<=", ">", ">="))
SETS: Final = frozenset(("and", "or", "unless"))

_PICKING: Final = frozenset(("topk", "bottomk", "limitk", "limit_ratio"))
_ABSENT: Final = frozenset(("absent", "absent_over_time"))
_SCALARS: Final = frozenset(("scalar", "time", "pi"))
_OF_A_TARGET: Final = frozenset(("job", "instance"))
"""Labels that Prometheus puts on each series it scrapes."""
_OF_RULES: Final = frozenset(("ALERTS", "ALERTS_FOR_STATE"))
"""Series that Prometheus writes itself when it evaluates rules: they come from no target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Which labels the samples of a result have.

    `always`: each of them has it, taking a label that somebody groups or matches by to be there. `maybe`: some may.
    `more`: they may have others too, but none of `never`. `pinned`: a selector says with which single value, so all of
    them have the same.
    """

    always: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    pinned: frozenset[str] = frozenset()
    more: bool = False

    @property
    def named(self) -> frozenset[str]:
        """The labels that are known to be possible."""
        return self.always | self.maybe

    def has(self, label: str) -> bool:
        """Whether a sample may have it."""
        return label in self.always or label in self.maybe or (self.more and label not in self.never)

    def only(self, labels: Iterable[str]) -> Labels:
        """What `by (labels)` leaves."""
        kept = frozenset(label for label in labels if self.has(label))
        maybe = kept & self.maybe
        return Labels(always=kept - maybe, maybe=maybe, pinned=kept & self.pinned)

    def without(self, labels: Iterable[str]) -> Labels:
        """What `without (labels)` leaves."""
        gone = frozenset(labels)
        never = self.never | gone if self.more else self.never
        return replace(self, always=self.always - gone, maybe=self.maybe - gone, pinned=self.pinned - gone, never=never)

    def adding(self, labels: Iterable[str]) -> Labels:
        """With these labels set to anything, whatever they were."""
        new = frozenset(labels)
        return replace(
            self,
            always=self.always | new,
            maybe=self.maybe - new,
            never=self.never - new,
            pinned=self.pinned - new,
        )

    def or_else(self, other: Labels) -> Labels:
        """Of samples that are from the one or from the other."""
        always = self.always & other.always
        never = frozenset(label for label in self.never | other.never if not (self.has(label) or other.has(label)))
        return Labels(
            always=always,
            maybe=(self.named | other.named) - always,
            never=never,
            pinned=self.pinned & other.pinned,
            more=self.more or other.more,
        )

    def matched(self, other: Labels) -> Labels:
        """Of samples that are in both with the same labels."""
        both = frozenset(label for label in self.named | other.named if self.has(label) and other.has(label))
        always = both & (self.always | other.always)
        return Labels(
            always=always,
            maybe=both - always,
            never=self.never | other.never if self.more and other.more else frozenset(),
            pinned=always & (self.pinned | other.pinned),
            more=self.more and other.more,
        )


NO_LABELS: Final = Labels()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of an expression. `labels` are those of the series it gives; None: it is a number or a text."""

    labels: Labels | None = None

    @property
    def children(self) -> tuple[Node, ...]:
        """The parts right below, in the order of the text."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Node):
    """A number; may be infinite or NaN."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Node):
    """A string, which only some functions take."""

    value: str


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """One matcher of a selector, as `label operator "value"`."""

    label: str
    operator: str
    value: str

    def __str__(self) -> str:
        return f'{self.label}{self.operator}"{self.value}"'

    def takes(self, value: str) -> bool:
        """Whether a series with this value of the label passes; an RE2 syntax that Python lacks is taken to match."""
        if self.operator in ("=", "!="):
            return (self.value == value) is (self.operator == "=")
        try:
            matched = re.fullmatch(self.value, value, re.ASCII | re.DOTALL) is not None
        except re.error:
            return True
        return matched is (self.operator == "=~")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector(Node):
    """Series of a metric; `metric` is empty when the name is not an exact one.

    `conditions` are sorted, for their order means nothing. `moved` is the selector's `offset` and `@`.
    """

    metric: str
    conditions: tuple[Condition, ...]
    moved: str = ""

    @property
    def recorded(self) -> bool:
        """Whether a rule writes these series, at the pace of evaluations, and no target exposes them."""
        return ":" in self.metric or self.metric in _OF_RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Node):
    """All samples of the last `seconds`. Of a selector it has what was scraped; of anything else it is a subquery."""

    of: Node
    seconds: float
    moved: str = ""

    @property
    def children(self) -> tuple[Node, ...]:
        """What it is a range of."""
        return (self.of,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation(Node):
    """Many series made one, or some of them picked. `grouped` by `by`, or by all labels without those."""

    operator: str
    of: Node
    grouping: str = ""
    """`by`, `without`, or nothing: all series become one."""
    grouped: tuple[str, ...] = ()
    parameter: Node | None = None

    @property
    def picks(self) -> bool:
        """Whether it hands on series as they are, with all their labels."""
        return self.operator in _PICKING

    @property
    def children(self) -> tuple[Node, ...]:
        """The parameter, if any, and what is aggregated."""
        return (self.of,) if self.parameter is None else (self.parameter, self.of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """A function and its arguments."""

    function: str
    arguments: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The arguments."""
        return self.arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Minus(Node):
    """The same with the other sign."""

    of: Node

    @property
    def children(self) -> tuple[Node, ...]:
        """What is negated."""
        return (self.of,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(Node):
    """Two sides and an operator between them. `matching` is `on`, `ignoring` or nothing: all labels must be equal."""

    operator: str
    left: Node
    right: Node
    returns_bool: bool = False
    matching: str = ""
    matched: tuple[str, ...] = ()
    group: str = ""
    """`group_left` or `group_right`: the side of which several series may match one of the other."""
    carried: tuple[str, ...] = ()
    """Labels that the other side lends to the result."""
    fills: bool = False
    """What has no counterpart is computed with a number instead."""

    @property
    def children(self) -> tuple[Node, ...]:
        """Both sides."""
        return (self.left, self.right)

    @property
    def filters(self) -> bool:
        """Whether it is a comparison that keeps what it holds for and drops the rest."""
        return self.operator in COMPARISONS and not self.returns_bool

    @property
    def joins(self) -> bool:
        """Whether series of both sides are matched with one another."""
        return self.left.labels is not None and self.right.labels is not None


@functools.lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """The tree of an expression. Raises PromQLError for what promql-parser cannot read."""
    try:
        parsed = pp.parse(text)
    except ValueError as error:
        raise PromQLError(str(error)) from None
    return _node(parsed)


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the text."""
    yield node
    for child in node.children:
        yield from walk(child)


def selectors(node: Node) -> Iterator[Selector]:
    """All selectors of an expression."""
    return (part for part in walk(node) if isinstance(part, Selector))


_SPECIAL: Final = {"nan": "NaN", "inf": "Inf", "-inf": "-Inf"}


def brief(node: Node) -> str:
    """The expression without its matchers: enough to recognise it in a message."""
    match node:
        case Number():
            return number(Decimal(repr(node.value))) if math.isfinite(node.value) else _SPECIAL[str(node.value)]
        case Text():
            return f'"{node.value}"'
        case Selector():
            return f"{node.metric or '{…}'}{node.moved}"
        case Range():
            inner = brief(node.of) if isinstance(node.of, Selector) else f"({brief(node.of)})"
            colon = "" if isinstance(node.of, Selector) else ":"
            return f"{inner}[{pp.display_duration(timedelta(seconds=node.seconds))}{colon}]{node.moved}"
        case Aggregation():
            grouping = f" {node.grouping} ({', '.join(node.grouped)}) " if node.grouping else ""
            return f"{node.operator}{grouping}({', '.join(map(brief, node.children))})"
        case Call():
            return f"{node.function}({', '.join(map(brief, node.arguments))})"
        case Minus():
            return f"-{brief(node.of)}"
        case Binary():
            matching = f" {node.matching} ({', '.join(node.matched)})" if node.matching else ""
            matching += f" {node.group} ({', '.join(node.carried)})" if node.group else ""
            left, right = (f"({brief(c)})" if isinstance(c, Binary) else brief(c) for c in node.children)
            return f"{left} {node.operator}{' bool' if node.returns_bool else ''}{matching} {right}"
    raise TypeError(f"{type(node).__name__} is no part of an expression")


def _node(expr: pp.Expr) -> Node:
    match expr:
        case pp.ParenExpr():
            return _node(expr.expr)
        case pp.NumberLiteral():
            return Number(value=expr.val)
        case pp.StringLiteral():
            return Text(value=expr.val)
        case pp.VectorSelector():
            return _selector(expr)
        case pp.MatrixSelector():
            inner = _selector(expr.vector_selector)
            moved, inner = inner.moved, replace(inner, moved="")
            return Range(of=inner, seconds=expr.range.total_seconds(), moved=moved, labels=inner.labels)
        case pp.SubqueryExpr():
            of = _node(expr.expr)
            seconds = expr.range.total_seconds() if expr.range else 0.0
            return Range(of=of, seconds=seconds, moved=_moved(expr), labels=of.labels)
        case pp.UnaryExpr():
            of = _node(expr.expr)
            return Minus(of=of, labels=of.labels)
        case pp.AggregateExpr():
            return _aggregation(expr)
        case pp.Call():
            return _call(expr)
        case pp.BinaryExpr():
            return _binary(expr)
    raise TypeError(f"promql-parser has a kind of expression that this module does not know: {type(expr).__name__}")


_OPERATORS: Final = (
    (pp.MatchOp.Equal, "="),
    (pp.MatchOp.NotEqual, "!="),
    (pp.MatchOp.Re, "=~"),
    (pp.MatchOp.NotRe, "!~"),
)


def _selector(expr: pp.VectorSelector) -> Selector:
    found = [
        Condition(m.name, next(sign for op, sign in _OPERATORS if op == m.op), m.value) for m in expr.matchers.matchers
    ]
    names = [c.value for c in found if c.label == "__name__" and c.operator == "="]
    selector = Selector(
        metric=expr.name or (names[0] if names else ""),
        conditions=tuple(sorted(c for c in found if c.label != "__name__")),
        moved=_moved(expr),
    )
    exact = {c.label: c.value for c in selector.conditions if c.operator == "="}
    pinned = frozenset(label for label, value in exact.items() if value)
    empty = frozenset(label for label, value in exact.items() if not value)
    scraped = _OF_A_TARGET if selector.metric and not selector.recorded else frozenset[str]()
    return replace(selector, labels=Labels(always=pinned | (scraped - empty), pinned=pinned, never=empty, more=True))


def _moved(expr: pp.VectorSelector | pp.SubqueryExpr) -> str:
    at = f" {expr.at}" if expr.at else ""
    if expr.offset is None:
        return at
    sign = "-" if expr.offset < timedelta(0) else ""
    return f"{at} offset {sign}{pp.display_duration(abs(expr.offset))}"


def _aggregation(expr: pp.AggregateExpr) -> Aggregation:
    of = _node(expr.expr)
    modifier, inner = expr.modifier, of.labels or NO_LABELS
    grouping, grouped = "", tuple[str, ...]()
    if modifier is not None:
        grouping = "by" if modifier.type == pp.AggModifierType.By else "without"
        grouped = tuple(modifier.labels)
    parameter = _parameter(expr.param)
    operator = str(expr.op)
    grouped_labels = inner.without(grouped) if grouping == "without" else inner.only(grouped)
    labels = inner if operator in _PICKING else grouped_labels
    if isinstance(parameter, Text):  # count_values names a label for the value
        labels = labels.adding([parameter.value])
    return Aggregation(operator=operator, of=of, grouping=grouping, grouped=grouped, parameter=parameter, labels=labels)


def _parameter(value: Any) -> Node | None:
    return None if value is None else _node(value)


def _call(expr: pp.Call) -> Call:
    arguments = tuple(map(_node, expr.args))
    return Call(function=expr.func.name, arguments=arguments, labels=_labels_of_call(expr.func.name, arguments))


def _labels_of_call(function: str, arguments: tuple[Node, ...]) -> Labels | None:
    if function in _SCALARS:
        return None
    inner = next((a.labels for a in arguments if a.labels is not None), NO_LABELS)
    if function in _ABSENT:
        selector = arguments[0].of if isinstance(arguments[0], Range) else arguments[0]
        pinned = inner.pinned if isinstance(selector, Selector) else frozenset[str]()
        return Labels(always=pinned, pinned=pinned)
    if function in ("label_replace", "label_join"):
        new = arguments[1].value if isinstance(arguments[1], Text) else ""
        removed = function == "label_replace" and isinstance(arguments[2], Text) and not arguments[2].value
        if not removed:
            return inner.adding([new])
        # An empty value takes the label away from the series that match, and the others keep theirs.
        return replace(
            inner,
            always=inner.always - {new},
            maybe=inner.maybe | ({new} if inner.has(new) else frozenset()),
            pinned=inner.pinned - {new},
        )
    if function in ("histogram_quantile", "histogram_fraction"):
        return inner.without(["le"])
    if function == "info":  # joins labels of info metrics that are not in the text
        return replace(inner, more=True, never=frozenset())
    return inner


def _binary(expr: pp.BinaryExpr) -> Binary:
    left, right, modifier = _node(expr.lhs), _node(expr.rhs), expr.modifier
    plain = Binary(operator=str(expr.op), left=left, right=right)
    if modifier is not None:
        matching = modifier.matching
        fill = modifier.fill_values
        plain = replace(
            plain,
            returns_bool=modifier.return_bool,
            matching="" if matching is None else "on" if matching.type == pp.LabelModifierType.Include else "ignoring",
            matched=tuple(matching.labels) if matching else (),
            group={
                str(pp.VectorMatchCardinality.ManyToOne): "group_left",
                str(pp.VectorMatchCardinality.OneToMany): "group_right",
            }.get(str(modifier.card), ""),
            carried=tuple(modifier.group_labels or ()),
            fills=bool(fill and (fill.lhs is not None or fill.rhs is not None)),
        )
    return replace(plain, labels=_labels_of_binary(plain))


def _labels_of_binary(node: Binary) -> Labels | None:
    left, right = node.left.labels, node.right.labels
    if left is None or right is None:
        return right if left is None else left
    if node.operator == "or":
        return left.or_else(right)
    if node.operator in SETS:
        return left
    if node.group:
        many, one = (left, right) if node.group == "group_left" else (right, left)
        lent = [label for label in node.carried if one.has(label)]
        return many.without(node.carried).adding(lent)
    if node.matching == "on":
        return left.only(node.matched).matched(right.only(node.matched))
    if node.matching == "ignoring":
        return left.without(node.matched).matched(right.without(node.matched))
    return left.matched(right)
