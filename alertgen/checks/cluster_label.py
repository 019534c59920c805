"""Expressions that mix clusters up.

Where one Prometheus, Thanos or Mimir sees several clusters, two of them have the same namespaces and names. What is
aggregated without the cluster label adds them up: one cluster's outage hides behind the other's health. The same goes
for `on (…)` without it, and for `absent()`, which is silent as long as one cluster has the series.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.checks._lint import Context, Finding
from alertgen.promql_tree import Aggregation, Binary, Call, Node, Range, Selector, brief, walk

CODE = "cluster-label"


def check(context: Context) -> Iterator[Finding]:
    """What loses the site's cluster label."""
    cluster = context.site.cluster_label
    if not cluster:
        return
    for name, tree in context.expressions():
        for part in walk(tree):
            wrong = _wrong(part, cluster)
            if wrong:
                message, hint = wrong
                yield Finding(alert=name, code=CODE, message=message, hint=hint, setting="expr")


def _wrong(node: Node, cluster: str) -> tuple[str, str] | None:
    match node:
        case Aggregation() if not node.picks and _dropped(node, cluster):
            return f"{brief(node)} mixes clusters: it drops '{cluster}'", _keeping(node, cluster)
        case Binary(matching="on") if cluster not in node.matched:
            labels = ", ".join((cluster, *node.matched))
            return f"{brief(node)} matches across clusters", f"on ({labels})"
        case Binary(matching="ignoring") if cluster in node.matched:
            return f"{brief(node)} matches across clusters", f"do not ignore '{cluster}'"
        case Call(function="absent" | "absent_over_time") if not _pinned(node.arguments[0], cluster):
            message = f"{brief(node)} is silent while any cluster has the series"
            return message, f"compare with what was there: `max by ({cluster}) (last_over_time(x[1d])) unless …`"
        case Call(function="scalar", arguments=(of,)) if of.labels and of.labels.has(cluster):
            if cluster not in of.labels.pinned:
                return f"{brief(node)} is NaN as soon as there are two clusters", f"join on ({cluster}) instead"
    return None


def _dropped(node: Aggregation, cluster: str) -> bool:
    return (cluster in node.grouped) is (node.grouping == "without")


def _keeping(node: Aggregation, cluster: str) -> str:
    if node.grouping == "without":
        return f"do not leave out '{cluster}'"
    return f"by ({', '.join((cluster, *node.grouped))})"


def _pinned(node: Node, cluster: str) -> bool:
    selector = node.of if isinstance(node, Range) else node
    return isinstance(selector, Selector) and selector.labels is not None and cluster in selector.labels.pinned
