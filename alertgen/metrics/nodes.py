"""Nodes and what runs on them, as kube-state-metrics shows it.

Sources: docs/metrics/cluster/node-metrics.md and docs/metrics/workload/pod-metrics.md. `kube_node_labels` has those
labels of a node that `--metric-labels-allowlist=nodes=[…]` names, each as `label_` and its name with `_` for all that
is no letter or digit; without the flag it has none.
"""

from __future__ import annotations

from alertgen.metrics import KSM, Metric

_NODE = ("node",)
_RESOURCE = ("resource", "unit")

NODE_INFO = Metric("kube_node_info", KSM, _NODE, {"kubelet_version": "v1.34.2", "internal_ip": "10.0.1.4"})
NODE_LABELS = Metric("kube_node_labels", KSM, _NODE)
NODE_TAINT = Metric("kube_node_spec_taint", KSM, (*_NODE, "key", "value", "effect"))
NODE_UNSCHEDULABLE = Metric("kube_node_spec_unschedulable", KSM, _NODE)
"""1 for a cordoned node, 0 for all others."""
NODE_CONDITION = Metric("kube_node_status_condition", KSM, (*_NODE, "condition", "status"))
NODE_ALLOCATABLE = Metric("kube_node_status_allocatable", KSM, (*_NODE, *_RESOURCE))
"""What pods may request there: CPU in cores, memory in bytes."""
