"""Traefik: it counts the requests to each of its services, which it makes of a Kubernetes Service and its port.

`shop-my-app-8080@kubernetes` of an Ingress, `shop-my-app-http@kubernetescrd` of an IngressRoute. Needs
`addServicesLabels`. A ServiceMonitor puts a label `service` on its targets: scraped without honorLabels, Traefik's own
is then called `exported_service`.
"""

from __future__ import annotations

from collections.abc import Mapping

from alertgen.http_source import Counted, HttpSource
from alertgen.metrics.http import TRAEFIK_DURATION, TRAEFIK_REQUESTS
from alertgen.promql import Matcher, escape_regex, regex


def _label(counted: Counted) -> str:
    return "service" if counted.honor_labels else "exported_service"


def _select(counted: Counted) -> Mapping[str, Matcher]:
    # A port has a number or a name without hyphens here: `my-app-[-a-z0-9]+` would also be my-app-worker's.
    service = escape_regex(f"{counted.namespace}-{counted.name}-")
    return {_label(counted): regex(f"{service}[a-z0-9]+@kubernetes.*")}


def _shown(counted: Counted) -> Mapping[str, str]:
    return {_label(counted): f"{counted.namespace}-{counted.name}-8080@kubernetes"}


SOURCE = HttpSource(
    name="traefik",
    key="service",
    meaning="The Kubernetes Service that it sends requests to",
    honors_labels=True,
    requests=TRAEFIK_REQUESTS,
    failed={"code": regex("5..")},
    duration=TRAEFIK_DURATION,
    bounds=("0.1", "0.3", "1.2", "5"),
    select=_select,
    shown=_shown,
    answered=({"code": "200", "method": "GET"}, {"code": "404", "method": "GET"}),
    broken=({"code": "502", "method": "GET"}, {"code": "500", "method": "POST"}),
)
