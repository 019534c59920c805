"""CoreDNS' own metrics, by the names they have since 1.7.

Source: plugin/metrics/README.md of CoreDNS
"""

from __future__ import annotations

from alertgen.metrics import COREDNS, Metric

_SERVER = {"server": "dns://:53", "zone": "."}

DNS_RESPONSES = Metric("coredns_dns_responses_total", COREDNS, ("rcode",), {**_SERVER, "plugin": "forward"})
DNS_DURATION = Metric("coredns_dns_request_duration_seconds_bucket", COREDNS, ("le",), _SERVER)
