"""Alerts that keep a label which changes although nothing did.

`instance`, `endpoint` and `uid` belong to an exporter's pod, and `id` to one start of a container. An alert that has
one of them is another alert after each restart of the exporter: `for` begins again, the page is sent twice, silences
are void. Two replicas of an exporter fire twice. What a selector pins to one value never changes and may stay; so may
the `instance` of blackbox-exporter's `probe_…` series: it is the address that is probed.

What a recording rule of the service writes has the labels which that rule gave it: it was aggregated there.

Alerts that exist once per cluster are about exporters and nodes themselves, and may keep what they like.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from alertgen.checks._lint import Context, Finding
from alertgen.diagnostics import Severity
from alertgen.promql_tree import NO_LABELS, Node, selectors

CODE = "series-labels"

UNSTEADY: Final[Mapping[str, str]] = {
    "instance": "it is the exporter's address, another one after each restart",
    "endpoint": "it is the exporter's port, not the service's",
    "uid": "each pod has another one, and the pod's name says the same",
    "id": "it is a control group, another one after each start of the container",
}


def check(context: Context) -> Iterator[Finding]:
    """The unsteady labels that an alert of a service keeps; or all labels, when nothing is aggregated."""
    own = {record.record for record in context.expansion.records}
    for alert, tree in context.alerts():
        if all(selector.metric in own for selector in selectors(tree)):
            continue  # the service's own recording rules have aggregated already
        if alert.pattern.once_per_cluster:
            continue
        labels = tree.labels or NO_LABELS
        probed = _probed(tree)
        kept = [label for label in UNSTEADY if label in labels.always - labels.pinned and label not in probed]
        if labels.more and all(s.metric.startswith("alertgen:") for s in selectors(tree)):
            continue
        if labels.more:
            if kept or not probed:
                yield Finding(
                    alert=alert.rule.alert,
                    code=CODE,
                    message="it keeps every label of its series, also those that change with each pod and exporter",
                    hint="aggregate: `max by (namespace, pod) (…)`",
                    setting="expr",
                    severity=Severity.WARNING,
                )
            continue
        for label in kept:
            yield Finding(
                alert=alert.rule.alert,
                code=CODE,
                message=f"it keeps '{label}': {UNSTEADY[label]}",
                hint=f"leave '{label}' out of `by (…)`, or pin it in the selector",
                setting="expr",
            )


def _probed(tree: Node) -> frozenset[str]:
    """The labels that name what blackbox-exporter probed."""
    of_probes = [s.metric.startswith("probe_") for s in selectors(tree)]
    return frozenset(["instance"]) if of_probes and any(of_probes) else frozenset()
