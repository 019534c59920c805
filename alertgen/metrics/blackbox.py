"""What blackbox-exporter says of its targets. Source: github.com/prometheus/blackbox_exporter, prober/."""

from __future__ import annotations

from alertgen.metrics import BLACKBOX, Metric

_TARGET = ("job", "instance")

PROBE_SUCCESS = Metric("probe_success", BLACKBOX, _TARGET)
PROBE_EARLIEST_EXPIRY = Metric("probe_ssl_earliest_cert_expiry", BLACKBOX, _TARGET)
