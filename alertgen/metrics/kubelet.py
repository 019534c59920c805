"""What each kubelet counts of the probes it makes, at /metrics/probes.

Source: kubernetes, pkg/kubelet/prober/prober_manager.go (ProberResults)
"""

from __future__ import annotations

from alertgen.metrics import PROBES, Metric

PROBE_ATTEMPTS = Metric(
    "prober_probe_total",
    PROBES,
    ("namespace", "pod", "container", "probe_type", "result"),
    {"pod_uid": "5c2b8a60"},
)
"""Each attempt, before any failureThreshold. A result's series begins with 1, and vanishes with the pod."""
PROBES_UP = Metric("up", PROBES, ())
