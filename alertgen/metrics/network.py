"""Services, their endpoints, Ingresses and network policies, as kube-state-metrics shows them.

Sources: docs/metrics/service/*-metrics.md, docs/metrics/policy/networkpolicy-metrics.md,
internal/store/endpointslice.go
"""

from __future__ import annotations

from alertgen.metrics import KSM, Metric

_SERVICE = ("namespace", "service")
_UID = {"uid": "0d6c1e7a"}

SERVICE_INFO = Metric(
    "kube_service_info",
    KSM,
    (*_SERVICE, "external_traffic_policy"),
    {**_UID, "cluster_ip": "10.96.12.7", "external_name": "", "load_balancer_ip": ""},
    since=(2, 15),  # without the label external_traffic_policy before
)
SERVICE_TYPE = Metric("kube_service_spec_type", KSM, (*_SERVICE, "type"), _UID)
SERVICE_EXTERNAL_IP = Metric("kube_service_spec_external_ip", KSM, (*_SERVICE, "external_ip"), _UID)

ENDPOINT_SLICE_ENDPOINTS = Metric(
    "kube_endpointslice_endpoints",
    KSM,
    ("namespace", "endpointslice", "ready"),
    {"address": "10.0.2.7", "serving": "true", "terminating": "false", "targetref_kind": "Pod"},
    since=(2, 18),  # among the resources that are shown by default
)
ENDPOINT_ADDRESS = Metric("kube_endpoint_address", KSM, ("namespace", "endpoint", "ready"), {"ip": "10.0.2.7"})
"""Shown by default until 2.18, when EndpointSlices took its place."""

INGRESS_PATH = Metric(
    "kube_ingress_path",
    KSM,
    ("namespace", "ingress", "host", "service_name"),
    {"path": "/", "path_type": "Prefix", "service_port": "http"},
)
NAMESPACE_PHASE = Metric("kube_namespace_status_phase", KSM, ("namespace", "phase"))
NETWORK_POLICY_CREATED = Metric("kube_networkpolicy_created", KSM, ("namespace", "networkpolicy"))
