"""PromQL put together safely: the only place that quotes, nests and formats it.

An `Expr` knows how tightly it binds, so parentheses appear where they are needed and nowhere else.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

import promql_parser

from alertgen.quantity import Duration, number

_OR, _AND, _COMPARE, _ADD, _MULTIPLY, _ATOM = 1, 2, 3, 4, 5, 9
_LEVELS = {
    "or": _OR,
    "and": _AND,
    "unless": _AND,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), _COMPARE),
    **dict.fromkeys("+-", _ADD),
    **dict.fromkeys("*/%", _MULTIPLY),
}


@dataclass(frozen=True, slots=True)
class Expr:
    """A PromQL expression and how tightly its outermost operator binds."""

    text: str
    level: int = _ATOM

    def __str__(self) -> str:
        return self.text

    def binary(
        self,
        operator: str,
        other: Operand,
        *,
        on: Sequence[str] | None = None,
        group_left: Sequence[str] | None = None,
    ) -> Expr:
        """`self operator [on (…) [group_left (…)]] other`, left-associative like PromQL's own."""
        level = _LEVELS[operator]
        right = operand(other)
        matching = "" if on is None else f" on ({', '.join(on)})"
        grouping = "" if group_left is None else f" group_left ({', '.join(group_left)})"
        return Expr(f"{_nested(self, level)} {operator}{matching}{grouping} {_nested(right, level + 1)}", level)

    def __add__(self, other: Operand) -> Expr:
        return self.binary("+", other)

    def __sub__(self, other: Operand) -> Expr:
        return self.binary("-", other)

    def __mul__(self, other: Operand) -> Expr:
        return self.binary("*", other)

    def __truediv__(self, other: Operand) -> Expr:
        return self.binary("/", other)

    def __gt__(self, other: Operand) -> Expr:
        return self.binary(">", other)

    def __ge__(self, other: Operand) -> Expr:
        return self.binary(">=", other)

    def __lt__(self, other: Operand) -> Expr:
        return self.binary("<", other)

    def __le__(self, other: Operand) -> Expr:
        return self.binary("<=", other)

    def equals(self, other: Operand) -> Expr:
        """PromQL's `==`; Python's own stays the comparison of two expressions."""
        return self.binary("==", other)

    def differs(self, other: Operand) -> Expr:
        """PromQL's `!=`."""
        return self.binary("!=", other)

    def and_(self, other: Operand, *, on: Sequence[str] | None = None) -> Expr:
        """What is in both; the values are the left side's."""
        return self.binary("and", other, on=on)

    def or_(self, other: Operand, *, on: Sequence[str] | None = None) -> Expr:
        """The left side, and what only the right side has."""
        return self.binary("or", other, on=on)

    def unless(self, other: Operand, *, on: Sequence[str] | None = None) -> Expr:
        """The left side without what the right side has."""
        return self.binary("unless", other, on=on)


Operand = Expr | Decimal | int


def operand(value: Operand) -> Expr:
    """A number or an expression, as an expression."""
    return value if isinstance(value, Expr) else Expr(number(value))


def _nested(expr: Expr, level: int) -> str:
    return expr.text if expr.level >= level else f"({expr.text})"


@dataclass(frozen=True, slots=True)
class Matcher:
    """One label matcher of a selector; `value` is plain text or, for =~ and !~, an RE2 expression."""

    operator: str
    value: str


def regex(value: str) -> Matcher:
    """Matches the anchored RE2 expression."""
    return Matcher("=~", value)


def one_of(*values: str) -> Matcher:
    """Matches any of these texts."""
    return regex("|".join(escape_regex(v) for v in values))


def quote(text: str) -> str:
    """A PromQL string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


_SPECIAL = frozenset("\\.+*?()|[]{}^$")


def escape_regex(text: str) -> str:
    """Text that an RE2 expression takes literally."""
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in text)


@dataclass(frozen=True, slots=True)
class Selector(Expr):
    """An instant vector selector; the range functions below take it with a window."""

    @classmethod
    def of(cls, metric: str, matchers: Mapping[str, str | Matcher]) -> Self:
        """`metric{label="value",…}`, the matchers in the order given; plain text means equality."""
        inner = ",".join(
            f"{label}{m.operator}{quote(m.value)}" if isinstance(m, Matcher) else f"{label}={quote(m)}"
            for label, m in matchers.items()
        )
        return cls(f"{metric}{{{inner}}}" if inner else metric)


def function(name: str, *arguments: Operand | str) -> Expr:
    """A function call; a `str` argument becomes a quoted string."""
    inner = ", ".join(quote(a) if isinstance(a, str) else operand(a).text for a in arguments)
    return Expr(f"{name}({inner})")


def over(name: str, selector: Selector, window: Duration) -> Expr:
    """A function over a range: `name(selector[window])`."""
    return Expr(f"{name}({selector.text}[{window}])")


def rate(selector: Selector, window: Duration) -> Expr:
    """Increase per second, averaged over the window."""
    return over("rate", selector, window)


def increase(selector: Selector, window: Duration) -> Expr:
    """How much a counter grew within the window, extrapolated to its edges."""
    return over("increase", selector, window)


def max_over_time(selector: Selector, window: Duration) -> Expr:
    """The largest sample of each series within the window."""
    return over("max_over_time", selector, window)


def count_over_time(selector: Selector, window: Duration) -> Expr:
    """How many samples each series has within the window."""
    return over("count_over_time", selector, window)


def predict_linear(selector: Selector, window: Duration, ahead: Duration) -> Expr:
    """What a gauge will be so much later, if it goes on as it went on average within the window."""
    return Expr(f"predict_linear({selector.text}[{window}], {int(ahead)})")


def aggregate(operator: str, by: Iterable[str], expr: Expr) -> Expr:
    """`operator by (labels) (expr)`; without labels, `operator(expr)`."""
    labels = ", ".join(by)
    return Expr(f"{operator} by ({labels}) ({expr.text})" if labels else f"{operator}({expr.text})")


def absent(selector: Expr) -> Expr:
    """One sample, with the labels of the equality matchers, when the argument has none."""
    return function("absent", selector)


def vector(value: Operand) -> Expr:
    """A number as a vector without labels."""
    return function("vector", value)


def time() -> Expr:
    """The evaluation's own time in Unix seconds."""
    return function("time")


class PromQLError(ValueError):
    """The text is not PromQL; the message is the parser's."""


@functools.lru_cache(maxsize=65_536)
def pretty(text: str) -> str:
    """The expression as `promtool promql format` prints it. Raises PromQLError when it does not parse."""
    return _parsed(text).prettify()


def _parsed(text: str) -> promql_parser.Expr:
    try:
        return promql_parser.parse(text)
    except ValueError as error:
        raise PromQLError(str(error)) from None
