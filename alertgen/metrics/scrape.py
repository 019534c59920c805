"""What Prometheus writes about the targets of a service's own job."""

from __future__ import annotations

from alertgen.metrics import Exporter, Metric

APPLICATION = Exporter("application", {}, "10.0.2.7:8080")
"""The service itself; its targets are told by the job that the service names."""

TARGET_UP = Metric("up", APPLICATION, ("namespace", "pod", "job"), {"endpoint": "http"})
