"""Volumes: how full they are, as the kubelet that mounts them shows, and their claims, as kube-state-metrics does.

Sources: k8s.io/kubernetes/pkg/kubelet/metrics/collectors/volume_stats.go; kube-state-metrics
docs/metrics/storage/persistentvolumeclaim-metrics.md and docs/metrics/workload/pod-metrics.md. A volume that no pod
mounts, or whose driver reports nothing, has no kubelet series.
"""

from __future__ import annotations

from alertgen.metrics import KSM, KUBELET, Metric

_CLAIM = ("namespace", "persistentvolumeclaim")
_NODE = {"node": "node-1"}

VOLUME_AVAILABLE = Metric("kubelet_volume_stats_available_bytes", KUBELET, _CLAIM, _NODE)
VOLUME_CAPACITY = Metric("kubelet_volume_stats_capacity_bytes", KUBELET, _CLAIM, _NODE)
VOLUME_INODES_FREE = Metric("kubelet_volume_stats_inodes_free", KUBELET, _CLAIM, _NODE)
VOLUME_INODES = Metric("kubelet_volume_stats_inodes", KUBELET, _CLAIM, _NODE)

CLAIM_ACCESS_MODE = Metric("kube_persistentvolumeclaim_access_mode", KSM, (*_CLAIM, "access_mode"))
CLAIM_PHASE = Metric("kube_persistentvolumeclaim_status_phase", KSM, (*_CLAIM, "phase"))
POD_CLAIM = Metric(
    "kube_pod_spec_volumes_persistentvolumeclaims_info",
    KSM,
    ("namespace", "pod", "volume", "persistentvolumeclaim"),
    {"uid": "5c2b8a60"},
)
"""One series for each claim that a pod mounts, whether or not it is bound."""
