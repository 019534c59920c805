"""The service itself: `http_requests_total` and `http_request_duration_seconds`, as client libraries are shown to do.

What never reaches the service (no ready pod, a dead load balancer) it does not count: a probe sees that.
"""

from __future__ import annotations

from collections.abc import Mapping

from alertgen.http_source import Counted, HttpSource
from alertgen.metrics.http import OWN_DURATION, OWN_REQUESTS
from alertgen.promql import regex


def _select(counted: Counted) -> Mapping[str, str]:
    return {"namespace": counted.namespace, "job": counted.name}


SOURCE = HttpSource(
    name="application",
    key="job",
    meaning="The job by which Prometheus scrapes the service",
    requests=OWN_REQUESTS,
    failed={"code": regex("5..")},
    duration=OWN_DURATION,
    select=_select,
    shown=_select,
    answered=({"code": "200", "method": "get"}, {"code": "404", "method": "get"}),
    broken=({"code": "503", "method": "get"}, {"code": "500", "method": "post"}),
)
