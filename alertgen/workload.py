"""How the kinds of long-running workloads report their replicas: one row a kind. And what follows without any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alertgen import metrics
from alertgen.metrics import Metric
from alertgen.model import Kind


@dataclass(frozen=True, slots=True)
class Replicas:
    """The metrics that say how many pods a workload should have, has, and has of the newest version."""

    wanted: Metric
    available: Metric
    updated: Metric | None
    generation: Metric
    observed: Metric


REPLICAS: Mapping[Kind, Replicas] = {
    Kind.DEPLOYMENT: Replicas(
        metrics.DEPLOYMENT_REPLICAS,
        metrics.DEPLOYMENT_AVAILABLE,
        None,
        metrics.DEPLOYMENT_GENERATION,
        metrics.DEPLOYMENT_OBSERVED,
    ),
    Kind.STATEFUL_SET: Replicas(
        metrics.STATEFULSET_REPLICAS,
        metrics.STATEFULSET_AVAILABLE,
        metrics.STATEFULSET_UPDATED,
        metrics.STATEFULSET_GENERATION,
        metrics.STATEFULSET_OBSERVED,
    ),
    Kind.DAEMON_SET: Replicas(
        metrics.DAEMONSET_DESIRED,
        metrics.DAEMONSET_AVAILABLE,
        metrics.DAEMONSET_UPDATED,
        metrics.DAEMONSET_GENERATION,
        metrics.DAEMONSET_OBSERVED,
    ),
}

WITHOUT_PODS = (
    "EdgeCannotReachOrigin",
    "EdgeErrorRatioHigh",
    "HpaCannotScale",
    "HttpErrorRatioHigh",
    "HttpLatencyHigh",
    "InternalServiceProbeFailing",
    "LocalTrafficEndpointsUneven",
    "PodNotReady",
    "PodUnresponsiveWhileReady",
    "ReadinessProbeFailing",
    "ServiceHasNoReadyEndpoints",
    "ServiceTargetsDown",
    "ServiceUnresponsive",
    "SloErrorBudgetBurn",
    "WorkloadDegraded",
)
"""Alerts that follow when no pod of the service can serve. What says why it cannot (a crash, an image, memory, no node,
a rollout) is not among them."""
