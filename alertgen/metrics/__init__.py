"""The metrics that patterns read: who exports them, with which labels. Facts of the exporters' own sources.

Here are the exporters and what the basic patterns need; a module beside this one for each other field.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Exporter:
    """Who exposes a metric; `selector` finds its targets as kube-prometheus labels them."""

    name: str
    selector: Mapping[str, str]
    instance: str
    """An address as such a target has it, for test series."""
    doubled: bool = False
    """Two replicas may run at once, each exporting every series."""
    node: bool = False
    """Runs on each node and exports only what is there."""


KSM = Exporter("kube-state-metrics", {"job": "kube-state-metrics"}, "10.0.0.8:8080", doubled=True)
CADVISOR = Exporter("cadvisor", {"job": "kubelet", "metrics_path": "/metrics/cadvisor"}, "10.0.1.4:10250", node=True)

KUBELET = Exporter("kubelet", {"job": "kubelet", "metrics_path": "/metrics"}, "10.0.1.4:10250", node=True)
PROBES = Exporter("kubelet-probes", {"job": "kubelet", "metrics_path": "/metrics/probes"}, "10.0.1.4:10250", node=True)
COREDNS = Exporter("coredns", {"job": "kube-dns"}, "10.0.0.10:9153")
PROMETHEUS = Exporter("prometheus", {"job": "prometheus-k8s"}, "10.0.0.20:9090")
ALERTMANAGER = Exporter("alertmanager", {"job": "alertmanager-main"}, "10.0.0.21:9093")
CERT_MANAGER = Exporter("cert-manager", {"job": "cert-manager"}, "10.0.0.22:9402")
CLOUDFLARE = Exporter("cloudflare", {"job": "cloudflare-exporter"}, "10.0.0.23:8080")
INGRESS_NGINX = Exporter("ingress-nginx", {}, "10.0.1.7:10254")
TRAEFIK = Exporter("traefik", {}, "10.0.1.7:9100")
ENVOY_GATEWAY = Exporter("envoy-gateway", {}, "10.0.1.7:19001")
ISTIO = Exporter("istio", {}, "10.0.2.9:15020")
"""What counts requests has metrics of its own, whatever a site calls its jobs."""
APPLICATION = Exporter("application", {}, "10.0.2.9:8080")
"""The service itself; its job is told by the service."""
BLACKBOX = Exporter("blackbox", {}, "10.0.0.24:9115")
"""Its targets are told by the job and the instance that a probe names."""

EXPORTERS: Mapping[str, Exporter] = {
    e.name: e
    for e in (
        *(KSM, CADVISOR, KUBELET, PROBES, COREDNS, PROMETHEUS, ALERTMANAGER, CERT_MANAGER, CLOUDFLARE),
        *(INGRESS_NGINX, TRAEFIK, ENVOY_GATEWAY, ISTIO),
    )
}
"""Those that a site may select by other labels."""

_POD = ("namespace", "pod")
_CONTAINER = ("namespace", "pod", "container")


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's name, exporter, and the labels that say what a series is about.

    `extra` are labels that every series has besides, with a value as it looks in the wild: a test that left them out
    would prove less than production shows.
    """

    name: str
    exporter: Exporter
    labels: tuple[str, ...]
    extra: Mapping[str, str] = field(default_factory=dict)
    since: tuple[int, int] | None = None
    """The first version of the exporter that has it, where some in use do not."""


@functools.cache
def known() -> tuple[Metric, ...]:
    """Every metric of this package."""
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    here = [value for value in globals().values() if isinstance(value, Metric)]
    return (*here, *(value for module in modules for value in vars(module).values() if isinstance(value, Metric)))


def _pod(name: str, *more: str) -> Metric:
    return Metric(name, KSM, (*_POD, *more), {"uid": "5c2b8a60"})


def _container(name: str, *more: str, since: tuple[int, int] | None = None) -> Metric:
    return Metric(name, KSM, (*_CONTAINER, *more), {"uid": "5c2b8a60"}, since)


def _usage(name: str) -> Metric:
    return Metric(name, CADVISOR, _CONTAINER, {"id": "/kubepods/burstable/5c2b8a60/1f", "image": "registry/app:1"})


# kube-state-metrics: docs/metrics/workload/pod-metrics.md
CONTAINER_RESTARTS = _container("kube_pod_container_status_restarts_total")
CONTAINER_WAITING = _container("kube_pod_container_status_waiting_reason", "reason")
CONTAINER_LAST_TERMINATED_REASON = _container("kube_pod_container_status_last_terminated_reason", "reason")
CONTAINER_LAST_TERMINATED_TIME = _container("kube_pod_container_status_last_terminated_timestamp", since=(2, 12))
CONTAINER_LIMITS = _container("kube_pod_container_resource_limits", "resource", "unit", "node")
POD_CREATED = _pod("kube_pod_created")
POD_READY = _pod("kube_pod_status_ready", "condition")
POD_PHASE = _pod("kube_pod_status_phase", "phase")
POD_DELETION = _pod("kube_pod_deletion_timestamp")
POD_OWNER = _pod("kube_pod_owner", "owner_kind", "owner_name", "owner_is_controller")

# kube-state-metrics: docs/metrics/workload/*-metrics.md
REPLICASET_OWNER = Metric(
    "kube_replicaset_owner", KSM, ("namespace", "replicaset", "owner_kind", "owner_name", "owner_is_controller")
)
JOB_OWNER = Metric("kube_job_owner", KSM, ("namespace", "job_name", "owner_kind", "owner_name", "owner_is_controller"))
DEPLOYMENT_REPLICAS = Metric("kube_deployment_spec_replicas", KSM, ("namespace", "deployment"))
DEPLOYMENT_AVAILABLE = Metric("kube_deployment_status_replicas_available", KSM, ("namespace", "deployment"))
DEPLOYMENT_MAX_UNAVAILABLE = Metric(
    "kube_deployment_spec_strategy_rollingupdate_max_unavailable", KSM, ("namespace", "deployment")
)
DEPLOYMENT_GENERATION = Metric("kube_deployment_metadata_generation", KSM, ("namespace", "deployment"))
DEPLOYMENT_OBSERVED = Metric("kube_deployment_status_observed_generation", KSM, ("namespace", "deployment"))
DEPLOYMENT_CONDITION = Metric(
    "kube_deployment_status_condition", KSM, ("namespace", "deployment", "condition", "status")
)
STATEFULSET_REPLICAS = Metric("kube_statefulset_replicas", KSM, ("namespace", "statefulset"))
STATEFULSET_AVAILABLE = Metric("kube_statefulset_status_replicas_available", KSM, ("namespace", "statefulset"))
STATEFULSET_GENERATION = Metric("kube_statefulset_metadata_generation", KSM, ("namespace", "statefulset"))
STATEFULSET_OBSERVED = Metric("kube_statefulset_status_observed_generation", KSM, ("namespace", "statefulset"))
STATEFULSET_UPDATED = Metric("kube_statefulset_status_replicas_updated", KSM, ("namespace", "statefulset"))
STATEFULSET_CREATED = Metric("kube_statefulset_status_replicas", KSM, ("namespace", "statefulset"))
STATEFULSET_CURRENT_REVISION = Metric(
    "kube_statefulset_status_current_revision", KSM, ("namespace", "statefulset", "revision")
)
STATEFULSET_UPDATE_REVISION = Metric(
    "kube_statefulset_status_update_revision", KSM, ("namespace", "statefulset", "revision")
)
DAEMONSET_CURRENT = Metric("kube_daemonset_status_current_number_scheduled", KSM, ("namespace", "daemonset"))
DAEMONSET_DESIRED = Metric("kube_daemonset_status_desired_number_scheduled", KSM, ("namespace", "daemonset"))
DAEMONSET_AVAILABLE = Metric("kube_daemonset_status_number_available", KSM, ("namespace", "daemonset"))
DAEMONSET_UPDATED = Metric("kube_daemonset_status_updated_number_scheduled", KSM, ("namespace", "daemonset"))
DAEMONSET_GENERATION = Metric("kube_daemonset_metadata_generation", KSM, ("namespace", "daemonset"))
DAEMONSET_OBSERVED = Metric("kube_daemonset_status_observed_generation", KSM, ("namespace", "daemonset"))
CRONJOB_INFO = Metric("kube_cronjob_info", KSM, ("namespace", "cronjob"), {"schedule": "0 3 * * *"})

# cAdvisor in the kubelet: github.com/google/cadvisor docs/storage/prometheus.md
CPU_USAGE = _usage("container_cpu_usage_seconds_total")
CPU_PERIODS = _usage("container_cpu_cfs_periods_total")
CPU_THROTTLED = _usage("container_cpu_cfs_throttled_periods_total")
MEMORY_WORKING_SET = _usage("container_memory_working_set_bytes")

# Prometheus itself writes `up` for each target it scrapes.
KSM_UP = Metric("up", KSM, ())
