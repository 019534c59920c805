"""A counter compared with a number.

`kube_pod_container_status_restarts_total > 5` with `for: 5m` reads like "more than 5 restarts in 5 minutes". It is not:
a counter counts since its beginning and only ever grows, so once it is above 5 it stays there and the alert fires for
ever; and a new pod begins at 0, so a bad rollout that is retried is never seen. `for` says how long the condition must
hold before the alert fires; it is no window. What happened within a window is `increase(x[5m])`, and for restarts
ContainerRestartRateHigh, which does it exactly.

Counters are told by their names: `…_total`, and the `…_bucket`, `…_count` and `…_sum` of histograms and summaries. A
gauge may be called `…_count` or `…_sum` too, so those are warnings. A counter of something that is young
(`… and on (pod) (time() - created < 3600)`) has not had the time to be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.checks._lint import Context, Finding
from alertgen.diagnostics import Severity
from alertgen.expand import Alert
from alertgen.promql_tree import (
    COMPARISONS,
    Aggregation,
    Binary,
    Call,
    Minus,
    Node,
    Number,
    Range,
    Selector,
    brief,
    walk,
)

CODE = "lifetime-counter"

_CERTAIN = ("_total", "_bucket")
_LIKELY = ("_count", "_sum")
RESTARTS = "kube_pod_container_status_restarts_total"

_GROWTH = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The same comparison with its sides exchanged."""

_SAME = frozenset(
    (
        *("abs", "ceil", "clamp", "clamp_max", "clamp_min", "floor", "round", "sort", "sort_desc"),
        *("label_join", "label_replace", "scalar", "sort_by_label", "sort_by_label_desc"),
        *("avg_over_time", "last_over_time", "max_over_time", "min_over_time", "quantile_over_time"),
    )
)
"""Functions of a counter that are as large as the counter itself."""

_COUNTING = frozenset(("count", "count_values", "group", "stddev", "stdvar"))
"""Aggregations that do not hand on how large anything is."""


def check(context: Context) -> Iterator[Finding]:
    """The comparisons in alerts that a counter passes once and for all."""
    for alert, tree in context.alerts():
        for part in walk(tree):
            if isinstance(part, Binary) and part.operator in COMPARISONS:
                yield from (_finding(alert, part, counter) for counter in _outgrowing(part))


def _finding(alert: Alert, part: Binary, counter: Selector) -> Finding:
    waits = (
        f"; `for: {alert.rule.for_}` says how long that must have been so, and is no window" if alert.rule.for_ else ""
    )
    restarts = counter.metric == RESTARTS
    hint = f"compare what it grew by within a window, e.g. increase({counter.metric}[1h])"
    if restarts:
        hint = "ContainerRestartRateHigh counts those of a window: `threshold: 3, window: 1h` is three within the hour"
    return Finding(
        alert=alert.rule.alert,
        code=CODE,
        message=f"{counter.metric} is a counter and only grows: once {brief(part)} holds, it holds for ever, and the "
        f"alert fires for ever{waits}",
        hint=hint if counter.metric.endswith(_CERTAIN) else f"{hint}; if it is a gauge, its name misleads",
        setting="expr",
        severity=Severity.ERROR if counter.metric.endswith(_CERTAIN) else Severity.WARNING,
    )


def _outgrowing(node: Binary) -> Iterator[Selector]:
    """The counters of a comparison that holds once they are large enough."""
    for side, other, operator in (
        (node.left, node.right, node.operator),
        (node.right, node.left, _GROWTH.get(node.operator, node.operator)),
    ):
        still_zero = operator == "==" and isinstance(other, Number) and other.value == 0
        if operator in (">", ">=", "==", "!=") and not still_zero and not any(_counters(other)):
            yield from _counters(side)


def _counters(node: Node) -> Iterator[Selector]:
    """The counters whose whole count is in the value of an expression."""
    match node:
        case Selector():
            if node.metric.endswith(_CERTAIN + _LIKELY) and not node.recorded:
                yield node
        case Range() | Minus():
            yield from _counters(node.of)
        case Call() if node.function in _SAME:
            for argument in node.arguments:
                yield from _counters(argument)
        case Aggregation() if node.operator not in _COUNTING:
            yield from _counters(node.of)
        case Binary(operator="-") if not isinstance(node.right, Number):
            return  # the difference of two counts is no lifetime any more
        case Binary(operator="and") if _is_of_age(node.right):
            return
        case Binary(operator="and" | "unless") | Binary(filters=True):
            yield from _counters(node.left)
        case Binary() if not node.returns_bool:
            for side in node.children:
                yield from _counters(side)


def _is_of_age(node: Node) -> bool:
    """Whether a condition is about how old something is."""
    return any(isinstance(part, Call) and part.function in ("time", "timestamp") for part in walk(node))
