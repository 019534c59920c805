"""ingress-nginx: its controllers count the requests to each Ingress.

A target of Prometheus has a label `namespace`, too, the controller's: unless it is scraped with honorLabels, that of
the Ingress is called `exported_namespace`. With --report-status-classes the status is "5xx", which `5..` matches, too.
Requests that no Ingress takes have `ingress=""`.
"""

from __future__ import annotations

from collections.abc import Mapping

from alertgen.http_source import Counted, HttpSource
from alertgen.metrics.http import INGRESS_NGINX_DURATION, INGRESS_NGINX_REQUESTS
from alertgen.promql import regex


def _select(counted: Counted) -> Mapping[str, str | None]:
    if counted.honor_labels:
        return {"namespace": counted.namespace, "ingress": counted.name}
    return {"namespace": None, "exported_namespace": counted.namespace, "ingress": counted.name}


def _shown(counted: Counted) -> Mapping[str, str]:
    if counted.honor_labels:
        return {"namespace": counted.namespace, "ingress": counted.name}
    return {"namespace": "ingress-nginx", "exported_namespace": counted.namespace, "ingress": counted.name}


SOURCE = HttpSource(
    name="ingress-nginx",
    key="ingress",
    meaning="The Ingress that leads to the service",
    honors_labels=False,
    requests=INGRESS_NGINX_REQUESTS,
    failed={"status": regex("5..")},
    duration=INGRESS_NGINX_DURATION,
    # --time-buckets
    bounds=("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10"),
    select=_select,
    shown=_shown,
    answered=({"status": "200", "method": "GET", "path": "/"}, {"status": "404", "method": "GET", "path": "/cart"}),
    broken=({"status": "503", "method": "GET", "path": "/"}, {"status": "5xx", "method": "POST", "path": "/cart"}),
)
