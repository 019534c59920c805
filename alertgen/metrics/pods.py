"""Pods and their containers, as kube-state-metrics shows them: what the basic patterns do not need.

Source: kube-state-metrics, docs/metrics/workload/pod-metrics.md
"""

from __future__ import annotations

from collections.abc import Mapping

from alertgen.metrics import KSM, Metric

_UID: Mapping[str, str] = {"uid": "5c2b8a60"}
_POD = ("namespace", "pod")
_CONTAINER = (*_POD, "container")

CONTAINER_REQUESTS = Metric(
    "kube_pod_container_resource_requests", KSM, (*_CONTAINER, "resource", "unit", "node"), _UID
)
"""What a container reserves on its node. Init containers have a metric of their own."""
CONTAINER_RUNNING = Metric("kube_pod_container_status_running", KSM, _CONTAINER, _UID)
CONTAINER_STARTED = Metric("kube_pod_container_state_started", KSM, _CONTAINER, _UID)
INIT_CONTAINER_WAITING = Metric("kube_pod_init_container_status_waiting_reason", KSM, (*_CONTAINER, "reason"), _UID)
POD_INFO = Metric(
    "kube_pod_info",
    KSM,
    ("namespace", "pod", "node"),
    {"uid": "5c2b8a60", "host_ip": "192.0.2.4", "pod_ip": "10.0.2.7", "created_by_kind": "ReplicaSet"},
)
"""Which node a pod was given; an empty name before it has one."""
POD_REASON = Metric("kube_pod_status_reason", KSM, (*_POD, "reason"), _UID)
POD_UNSCHEDULABLE = Metric("kube_pod_status_unschedulable", KSM, _POD, _UID)
