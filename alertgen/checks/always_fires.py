"""Alerts that fire whenever their series are there.

An alert fires when its expression gives anything at all, a 0 as well as a 1. `up`, `sum(errors)` or `x > bool 5` do so
as long as there are series. What makes a condition: a comparison without `bool`, `absent()`, `and` or `unless`, and
`ALERTS`, which exists only while something is wrong. `… or vector(0)` at the end undoes all of them.

An alert of severity `none` is a heartbeat: it is meant to fire always, and nobody is told when it does.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.checks._lint import Context, Finding
from alertgen.promql_tree import Aggregation, Binary, Call, Minus, Node, Range, Selector, selectors, walk

CODE = "always-fires"

HEARTBEAT = "none"
"""The severity of alerts that say by firing that alerting works."""


def check(context: Context) -> Iterator[Finding]:
    """The alerts without a condition."""
    for alert, tree in context.alerts():
        if alert.settings.severity != HEARTBEAT and not conditional(tree):
            yield Finding(
                alert=alert.rule.alert,
                code=CODE,
                message=f"an alert fires when its expression gives anything, and this one does so {_when(tree)}",
                hint=_hint(tree),
                setting="expr",
            )


def conditional(node: Node) -> bool:
    """Whether an expression can be empty although the series it reads are there."""
    match node:
        case Selector():
            return node.metric == "ALERTS"
        case Binary(operator="or"):
            return conditional(node.left) and conditional(node.right)
        case Binary(operator="and" | "unless"):
            return True
        case Binary():
            return node.filters or any(map(conditional, node.children))
        case Call(function="absent" | "absent_over_time"):
            return True
        case Call(function="scalar"):  # of nothing it makes NaN
            return False
        case Aggregation() | Call() | Minus() | Range():
            return any(map(conditional, node.children))
    return False


def _when(node: Node) -> str:
    if isinstance(node, Binary) and node.operator == "or":
        side = "right" if conditional(node.left) else "left"
        return f"whenever the {side} side of its `or` does"
    return "whenever its series are there" if any(selectors(node)) else "always"


def _hint(node: Node) -> str:
    if any(isinstance(part, Binary) and part.returns_bool for part in walk(node)):
        return "drop `bool`: it makes a 0 of what is false, and a 0 fires as well"
    if isinstance(node, Binary) and node.operator == "or" and not any(selectors(node.right)):
        return "put the fallback into brackets with what it stands in for: `(x or vector(0)) > 5`"
    return "compare it with something, e.g. `> 0`"
