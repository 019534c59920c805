"""Requests, as what stands before a service counts them, or the service itself.

Sources: ingress-nginx internal/ingress/metric/collectors/socket.go; Traefik docs/content/observability/metrics;
Envoy's cluster statistics; Istio's standard metrics; Prometheus' naming practice for a service's own.
"""

from __future__ import annotations

from alertgen.metrics import APPLICATION, CLOUDFLARE, ENVOY_GATEWAY, INGRESS_NGINX, ISTIO, KSM, TRAEFIK, Metric

# The controller's own namespace is in `namespace`, the Ingress' in `exported_namespace`: both names meet at the target.
_INGRESS = ("namespace", "exported_namespace", "ingress", "status", "method", "path")
INGRESS_NGINX_REQUESTS = Metric("nginx_ingress_controller_requests", INGRESS_NGINX, _INGRESS)
INGRESS_NGINX_DURATION = Metric(
    "nginx_ingress_controller_request_duration_seconds_bucket", INGRESS_NGINX, (*_INGRESS, "le")
)

_TRAEFIK = ("service", "exported_service", "code", "method", "protocol")
TRAEFIK_REQUESTS = Metric("traefik_service_requests_total", TRAEFIK, _TRAEFIK)
TRAEFIK_DURATION = Metric("traefik_service_request_duration_seconds_bucket", TRAEFIK, (*_TRAEFIK, "le"))

_ENVOY = ("envoy_cluster_name",)
ENVOY_REQUESTS = Metric("envoy_cluster_upstream_rq_xx", ENVOY_GATEWAY, (*_ENVOY, "envoy_response_code_class"))
ENVOY_DURATION = Metric("envoy_cluster_upstream_rq_time_bucket", ENVOY_GATEWAY, (*_ENVOY, "le"))

_ISTIO = ("reporter", "destination_workload_namespace", "destination_workload", "response_code", "request_protocol")
ISTIO_REQUESTS = Metric("istio_requests_total", ISTIO, _ISTIO)
ISTIO_DURATION = Metric("istio_request_duration_milliseconds_bucket", ISTIO, (*_ISTIO, "le"))

_OWN = ("namespace", "job", "code", "method")
OWN_REQUESTS = Metric("http_requests_total", APPLICATION, _OWN)
OWN_DURATION = Metric("http_request_duration_seconds_bucket", APPLICATION, (*_OWN, "le"))
OWN_NATIVE_DURATION = Metric("http_request_duration_seconds", APPLICATION, _OWN)

# lablabs/cloudflare-exporter: what the edge answered, of a whole zone, some minutes late.
EDGE_REQUESTS = Metric("cloudflare_zone_requests_status", CLOUDFLARE, ("zone", "status"), {"account": "shop"})

# kube-state-metrics: docs/metrics/workload/replicaset-metrics.md
REPLICASET_CREATED = Metric("kube_replicaset_created", KSM, ("namespace", "replicaset"))
