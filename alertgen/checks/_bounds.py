"""Between which values the samples of an expression are, as far as its text says."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from alertgen.promql_tree import Aggregation, Binary, Call, Minus, Node, Number, Range, Selector, Text


@dataclass(frozen=True, slots=True)
class Bounds:
    """From `low` to `high`; an open end is not reached itself."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    @property
    def known(self) -> bool:
        """Whether anything is ruled out."""
        return self.low > -math.inf or self.high < math.inf

    @property
    def empty(self) -> bool:
        """Whether there is no such value."""
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def both(self, other: Bounds) -> Bounds:
        """What is in both."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        # The smaller end; of two that are equal, the open one.
        high, closed = min((self.high, not self.high_open), (other.high, not other.high_open))
        return Bounds(low, high, low_open, not closed)

    def either(self, other: Bounds) -> Bounds:
        """What is in one of them, or between them."""
        low, low_open = min((self.low, self.low_open), (other.low, other.low_open))
        high, closed = max((self.high, not self.high_open), (other.high, not other.high_open))
        return Bounds(low, high, low_open, not closed)

    def __neg__(self) -> Bounds:
        return Bounds(-self.high, -self.low, self.high_open, self.low_open)

    def __add__(self, other: Bounds) -> Bounds:
        low, high = self.low + other.low, self.high + other.high
        return Bounds(
            -math.inf if math.isnan(low) else low,
            math.inf if math.isnan(high) else high,
            self.low_open or other.low_open,
            self.high_open or other.high_open,
        )

    def times(self, factor: float) -> Bounds:
        """Multiplied by a number that is neither 0 nor infinite."""
        if factor < 0:
            return (-self).times(-factor)
        return Bounds(self.low * factor, self.high * factor, self.low_open, self.high_open)

    def __str__(self) -> str:
        low, high = _digits(self.low), _digits(self.high)
        if self.low == self.high:
            return f"always {low}"
        if self.high == math.inf:
            return f"more than {low}" if self.low_open else f"{low} or more"
        if self.low == -math.inf:
            return f"less than {high}" if self.high_open else f"{high} or less"
        return f"between {low} and {high}"


def _digits(value: float) -> str:
    return f"{value:g}"


ANY: Final = Bounds()
AT_LEAST_0: Final = Bounds(low=0)
AT_LEAST_1: Final = Bounds(low=1)
ONE: Final = Bounds(1, 1)

_FUNCTIONS: Final[Mapping[str, Bounds]] = {
    **dict.fromkeys(("absent", "absent_over_time", "present_over_time"), ONE),
    **dict.fromkeys(("abs", "changes", "exp", "increase", "irate", "rate", "resets", "sqrt", "time"), AT_LEAST_0),
    **dict.fromkeys(("stddev_over_time", "stdvar_over_time"), AT_LEAST_0),
    "count_over_time": AT_LEAST_1,
    "day_of_month": Bounds(1, 31),
    "day_of_week": Bounds(0, 6),
    "day_of_year": Bounds(1, 366),
    "days_in_month": Bounds(28, 31),
    "hour": Bounds(0, 23),
    "minute": Bounds(0, 59),
    "month": Bounds(1, 12),
    "sgn": Bounds(-1, 1),
}
"""What a function gives, whatever it is given."""

_PASSING: Final = frozenset(
    (
        *("avg_over_time", "last_over_time", "max_over_time", "min_over_time"),
        *(
            "label_join",
            "label_replace",
            "scalar",
            "sort",
            "sort_by_label",
            "sort_by_label_desc",
            "sort_desc",
            "vector",
        ),
    )
)
"""Functions whose result is within the bounds of their argument."""

_AGGREGATIONS: Final[Mapping[str, Bounds]] = {
    "count": AT_LEAST_1,
    "group": ONE,
    **dict.fromkeys(("stddev", "stdvar"), AT_LEAST_0),
}
_PASSING_AGGREGATIONS: Final = frozenset(("avg", "bottomk", "limit_ratio", "limitk", "max", "min", "topk"))

ALLOWED: Final[Mapping[str, Callable[[Bounds], Bounds]]] = {
    ">": lambda b: Bounds(low=b.low, low_open=True),
    ">=": lambda b: Bounds(low=b.low, low_open=b.low_open),
    "<": lambda b: Bounds(high=b.high, high_open=True),
    "<=": lambda b: Bounds(high=b.high, high_open=b.high_open),
    "==": lambda b: b,
    "!=": lambda _: ANY,
}
"""By operator: what the left side of a comparison can be, where it holds with something within these bounds."""

FLIPPED: Final[Mapping[str, str]] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
"""The same comparison with its sides exchanged."""


def bounds(node: Node) -> Bounds:
    """What the values of an expression are between; NaN aside, which no comparison but `!=` lets through."""
    match node:
        case Number() if not math.isnan(node.value):
            return Bounds(node.value, node.value)
        case Selector():
            # OpenMetrics: the value of an info metric is 1.
            return ONE if node.metric.endswith("_info") else ANY
        case Range():
            return bounds(node.of)
        case Minus():
            return -bounds(node.of)
        case Aggregation():
            return _aggregated(node)
        case Call():
            return _called(node)
        case Binary():
            return _combined(node)
    return ANY


def _aggregated(node: Aggregation) -> Bounds:
    if node.operator in _AGGREGATIONS:
        return _AGGREGATIONS[node.operator]
    if node.operator in _PASSING_AGGREGATIONS:
        return bounds(node.of)
    return _summed(bounds(node.of)) if node.operator == "sum" else ANY


def _summed(one: Bounds) -> Bounds:
    """Of one or more: of values that are not negative, no less than the smallest."""
    if one.low >= 0:
        return Bounds(low=one.low, low_open=one.low_open)
    return Bounds(high=one.high, high_open=one.high_open) if one.high <= 0 else ANY


def _called(node: Call) -> Bounds:
    if node.function in _FUNCTIONS:
        return _FUNCTIONS[node.function]
    argument = next((a for a in node.arguments if not isinstance(a, Text)), None)
    if argument is None:
        return ANY
    if node.function in _PASSING:
        return bounds(argument)
    return _summed(bounds(argument)) if node.function == "sum_over_time" else ANY


def _combined(node: Binary) -> Bounds:
    if node.returns_bool:
        return Bounds(0, 1)
    left, right = bounds(node.left), bounds(node.right)
    match node.operator:
        case "and" | "unless":
            return left
        case "or":
            return left.either(right)
        case "+" if not node.fills:
            return left + right
        case "-" if not node.fills:
            return left + -right
        case "*" | "/" if not node.fills:
            return _scaled(node, left, right)
        case operator if operator in ALLOWED:
            if node.left.labels is None:  # a number compared with series gives the series
                return right.both(ALLOWED[FLIPPED[operator]](left))
            return left.both(ALLOWED[operator](right))
    return ANY


def _scaled(node: Binary, left: Bounds, right: Bounds) -> Bounds:
    times = node.operator == "*"
    if isinstance(node.right, Number) and node.right.value and math.isfinite(node.right.value):
        return left.times(node.right.value if times else 1 / node.right.value)
    if times and isinstance(node.left, Number) and node.left.value and math.isfinite(node.left.value):
        return right.times(node.left.value)
    return AT_LEAST_0 if left.low >= 0 and right.low >= 0 else ANY
