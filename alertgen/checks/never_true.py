"""Comparisons that cannot hold.

Nothing is not zero: `count(up{job="api"} == 1) == 0` is not true when all are down, it is empty, because `count()` of
nothing is nothing. So the alert that should tell of an outage is silent during the outage. The same goes for `sum()` of
what is never 0 while it exists, and for `x > 5 and x < 3`, `day_of_week() == 7`, `absent(x) == 0`, `rate(x[5m]) < 0`.

Only what is certain from the text is found: `sum(up) == 0` holds while targets are down, and not when they are gone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from alertgen.checks._bounds import ALLOWED, FLIPPED, Bounds, bounds
from alertgen.checks._lint import Context, Finding
from alertgen.promql_tree import Aggregation, Binary, Call, Node, Number, brief, walk

CODE = "never-true"

_COUNTING = frozenset(("count", "count_over_time"))


def check(context: Context) -> Iterator[Finding]:
    """The parts of all expressions that are always empty."""
    for name, tree in context.expressions():
        for part in walk(tree):
            problem = _problem(part)
            if problem:
                message, hint = problem
                yield Finding(alert=name, code=CODE, message=message, hint=hint, setting="expr")


def _problem(node: Node) -> tuple[str, str] | None:
    match node:
        case Binary(filters=True):
            return _comparison(node)
        case Binary(operator="unless", matching="") if node.left == node.right:
            return f"{brief(node)} takes away all there is", "one of the two sides is not what was meant"
        case Binary(operator="and", matching=""):
            return _contradiction(node)
        case Call(function="absent" | "absent_over_time", arguments=(argument,)) if _always_there(argument):
            return f"{brief(node)} is never true: its argument is always there", "look at the series alone: absent(x)"
    return None


def _comparison(node: Binary) -> tuple[str, str] | None:
    nan = any(isinstance(side, Number) and math.isnan(side.value) for side in node.children)
    if nan and node.operator != "!=":
        return f"{brief(node)} is never true: nothing is equal to NaN, more, or less", "NaN is found by `x != x`"
    if node.left == node.right and node.operator in ("<", ">"):
        return f"{brief(node)} is never true: both sides are the same", "one of them needs an offset, or other matchers"
    left, right = bounds(node.left), bounds(node.right)
    if not left.both(ALLOWED[node.operator](right)).empty:
        return None
    for side, is_between in ((node.left, left), (node.right, right)):
        counting = _counting(side)
        if counting:
            message = f"{brief(node)} is never true: {counting}() of nothing is nothing, not 0"
            return message, "say absent(…) of what is counted, or give it a 0: `(count(…) or vector(0)) == 0`"
        if is_between.known and not isinstance(side, Number):
            return f"{brief(node)} is never true: {brief(side)} is {is_between}", _hint(node)
    return f"{brief(node)} is never true", "compare with a series"


def _counting(node: Node) -> str:
    """The name of what counts, when a side is a count and nothing else."""
    match node:
        case Aggregation() if node.operator in _COUNTING:
            return node.operator
        case Call() if node.function in _COUNTING:
            return node.function
    return ""


def _hint(node: Binary) -> str:
    if any(isinstance(side, Number) and side.value == 0 for side in node.children):
        return "where it may vanish, absent(…) tells; or give it a 0: `(… or vector(0)) == 0`"
    return "compare with a value that it can have"


def _contradiction(node: Binary) -> tuple[str, str] | None:
    """`x > 5 and x < 3`: comparisons of the same series with numbers, on both sides of an `and`."""
    for base, low in _filters(node.left):
        for other, high in _filters(node.right):
            if base == other and low.both(high).empty:
                message = f"{brief(node)} is never true: {brief(base)} cannot be {low} and {high}"
                return message, "`or` was meant, or one of the two is the wrong way round"
    return None


def _filters(node: Node) -> Iterator[tuple[Node, Bounds]]:
    """What the comparisons with numbers that all hold in an expression are about, and what they leave."""
    match node:
        case Binary(filters=True, right=Number()):
            yield node.left, ALLOWED[node.operator](bounds(node.right))
        case Binary(filters=True, left=Number()):
            yield node.right, ALLOWED[FLIPPED[node.operator]](bounds(node.left))
        case Binary(operator="and", matching=""):
            yield from _filters(node.left)
            yield from _filters(node.right)


def _always_there(node: Node) -> bool:
    match node:
        case Call(function="vector"):
            return True
        case Binary(operator="or"):
            return _always_there(node.left) or _always_there(node.right)
        case Aggregation():
            return _always_there(node.of)
    return False
