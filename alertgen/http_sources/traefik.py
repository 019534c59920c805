"""Traefik: it counts the requests to each of its services, which it names after what Kubernetes has.

Of an Ingress by the Kubernetes Service and its port: `shop-my-app-8080@kubernetes`. Of an IngressRoute by its own name
and a hash of the rule: `shop-my-route-9ab4060701404e59ffcd@kubernetescrd`. With `safeNaming` (3.7) the parts are joined
by `_` (https://github.com/traefik/traefik/pull/13714). Needs `addServicesLabels`. A ServiceMonitor puts a label
`service` on its targets: scraped without honorLabels, Traefik's own is then called `exported_service`.
"""

from __future__ import annotations

from collections.abc import Mapping

from alertgen.http_source import Counted, HttpSource
from alertgen.metrics.http import TRAEFIK_DURATION, TRAEFIK_REQUESTS
from alertgen.promql import Matcher, escape_regex, regex


def _label(counted: Counted) -> str:
    return "service" if counted.honor_labels else "exported_service"


def _select(counted: Counted) -> Mapping[str, Matcher]:
    # Joined by hyphens, only the last word can be the port: `my-app-[-a-z0-9]+` would also be my-app-worker's.
    plain, safe = (escape_regex(f"{counted.namespace}{by}{counted.name}{by}") for by in "-_")
    return {_label(counted): regex(f"(?:{plain}[a-z0-9]+|{safe}[-a-z0-9]+)@kubernetes.*")}


def _shown(counted: Counted) -> Mapping[str, str]:
    return {_label(counted): f"{counted.namespace}-{counted.name}-8080@kubernetes"}


SOURCE = HttpSource(
    name="traefik",
    key="service",
    meaning="The IngressRoute, or the Kubernetes Service of an Ingress; with it all but the last word of its port, "
    "e.g. `my-app-http` for the port `http-web`",
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
