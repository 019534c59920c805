"""Autoscalers, as kube-state-metrics shows them.

Source: docs/metrics/workload/horizontalpodautoscaler-metrics.md
"""

from __future__ import annotations

from alertgen.metrics import KSM, Metric

_HPA = ("namespace", "horizontalpodautoscaler")

HPA_CURRENT = Metric("kube_horizontalpodautoscaler_status_current_replicas", KSM, _HPA)
HPA_MAX = Metric("kube_horizontalpodautoscaler_spec_max_replicas", KSM, _HPA)
HPA_MIN = Metric("kube_horizontalpodautoscaler_spec_min_replicas", KSM, _HPA)
HPA_CONDITION = Metric("kube_horizontalpodautoscaler_status_condition", KSM, (*_HPA, "condition", "status"))
