"""What an alert's expression measures, and the limit it compares that with: what a picture of it shows. Pure."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import promql_parser as promql

from alertgen.promql import PromQLError

# promql-parser's nodes have no common type.
Node: TypeAlias = (
    "promql.BinaryExpr | promql.ParenExpr | promql.AggregateExpr | promql.Call | promql.UnaryExpr | promql.Expr"
)

_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
"""A comparison with its sides swapped."""


@dataclass(frozen=True, slots=True)
class Measured:
    """An expression whose value is drawn, and the one it is compared with; both PromQL.

    `limit` is empty for an alert that compares nothing: it fires while there is a value. `constant` is the limit where
    it is a number.
    """

    value: str
    operator: str = ""
    limit: str = ""
    constant: float | None = None


@functools.lru_cache(maxsize=4096)
def measured(expr: str) -> Measured:
    """What the expression compares first, read from the left; of alternatives with the same limit, whichever there is.

    Raises PromQLError when it does not parse.
    """
    try:
        tree = promql.parse(expr)
    except ValueError as error:
        raise PromQLError(str(error)) from None
    return _measured(tree) or Measured(expr)


def _measured(node: Node) -> Measured | None:
    """What the node compares; None for nothing, or nothing that a picture could show."""
    match node:
        case promql.BinaryExpr() if str(node.op) == "or":
            return _either(_measured(node.lhs), _measured(node.rhs))
        case promql.BinaryExpr() if str(node.op) in {"and", "unless"}:
            return _measured(node.lhs)
        case promql.BinaryExpr() if str(node.op) in _TURNED and not _gives_bool(node):
            return _compared(node)
        case promql.ParenExpr() | promql.AggregateExpr():
            return _measured(node.expr)
        case promql.Call() if node.func.name.startswith("label_"):
            return _measured(node.args[0])
    return None


def _either(left: Measured | None, right: Measured | None) -> Measured | None:
    if left and right and (left.operator, left.limit) == (right.operator, right.limit):
        return replace(left, value=f"{left.value} or {right.value}")
    return left


def _gives_bool(node: promql.BinaryExpr) -> bool:
    return node.modifier is not None and bool(node.modifier.return_bool)


def _compared(node: promql.BinaryExpr) -> Measured:
    operator, left, right = str(node.op), node.lhs, node.rhs
    if isinstance(left, promql.NumberLiteral):
        operator, left, right = _TURNED[operator], right, left
    constant = right.val if isinstance(right, promql.NumberLiteral) and math.isfinite(right.val) else None
    return Measured(left.prettify(), operator, right.prettify(), constant)
