"""What cert-manager says of its Certificates. Source: github.com/cert-manager/cert-manager, pkg/metrics."""

from __future__ import annotations

from alertgen.metrics import CERT_MANAGER, Metric

CERTIFICATE_READY = Metric(
    "certmanager_certificate_ready_status",
    CERT_MANAGER,
    ("exported_namespace", "name", "condition"),
    {"namespace": "cert-manager", "issuer_kind": "ClusterIssuer", "issuer_name": "acme"},
)
