"""Joins that break when an exporter runs twice.

With two kube-state-metrics replicas each of its series exists twice, with another `instance`. Where a join wants a
single series (the "one" side of `group_left`, either side of `on (…)`), Prometheus then gives up on the whole rule:
"found duplicate series for the match group". It happens in the very minute in which one replica replaces the other. An
aggregation (`max by (…)`) makes one series of the two. `and`, `or` and `unless` take many on either side.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from alertgen import metrics
from alertgen.checks._lint import Context, Finding
from alertgen.promql_tree import SETS, Aggregation, Binary, Call, Node, Selector, brief, walk

CODE = "unsafe-join"

_PREFIX = "kube_"
"""kube-state-metrics names all its metrics so; what else does (apiserver, scheduler) runs several times as well."""


def check(context: Context) -> Iterator[Finding]:
    """Selectors of doubled series where a join takes only one."""
    for name, tree in context.expressions():
        for part in walk(tree):
            if isinstance(part, Binary) and part.joins and part.operator not in SETS and _leaves_instance_out(part):
                raw = (selector for side in _single_sides(part) for selector in _raw(side))
                yield from (_finding(name, part, selector) for selector in raw)


def _finding(name: str, join: Binary, selector: Selector) -> Finding:
    labels = ", ".join((*join.matched, *join.carried)) if join.matching == "on" else "…"
    doubled = brief(selector)
    return Finding(
        alert=name,
        code=CODE,
        message=f"with two replicas of its exporter, {doubled} is two series where {brief(join)} takes one",
        hint=f"make one of them: max by ({labels}) ({doubled})",
        setting="expr",
    )


def _leaves_instance_out(node: Binary) -> bool:
    """Whether series that differ in `instance` alone are the same to this join."""
    if node.matching == "on":
        return "instance" not in node.matched
    return "instance" in node.matched


def _single_sides(node: Binary) -> tuple[Node, ...]:
    """The sides that may have one series for each that is matched."""
    return {"group_left": (node.right,), "group_right": (node.left,)}.get(node.group, (node.left, node.right))


def _raw(node: Node) -> Iterator[Selector]:
    """The selectors of doubled series that come through as they are: no aggregation makes one of two."""
    match node:
        case Selector():
            if _doubled(node):
                yield node
        case Aggregation() if not node.picks:
            return
        case Binary(operator="and" | "unless") | Binary(group="group_left"):
            yield from _raw(node.left)
        case Binary(group="group_right"):
            yield from _raw(node.right)
        case Binary(matching="on") if node.operator not in SETS:
            return  # one series for each combination of those labels, or it fails itself
        case Call(function="absent" | "absent_over_time" | "scalar"):
            return
        case _:
            for child in node.children:
                yield from _raw(child)


def _doubled(selector: Selector) -> bool:
    """Whether two replicas may export it at once; a pinned instance is one of them."""
    pinned = selector.labels is not None and "instance" in selector.labels.pinned
    return not pinned and (selector.metric.startswith(_PREFIX) or selector.metric in _doubled_metrics())


@functools.cache
def _doubled_metrics() -> frozenset[str]:
    return frozenset(metric.name for metric in metrics.known() if metric.exporter.doubled)
