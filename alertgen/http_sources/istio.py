"""Istio: the proxy beside each pod counts the requests that reach it.

What a caller could not deliver, because no pod accepted the connection, only the caller's proxy knows
(`reporter="source"`): an outage of all pods shows as traffic that stops. Times are in milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from alertgen.http_source import Counted, HttpSource
from alertgen.metrics.http import ISTIO_DURATION, ISTIO_REQUESTS
from alertgen.promql import regex


def _select(counted: Counted) -> Mapping[str, str]:
    return {
        "reporter": "destination",
        "destination_workload_namespace": counted.namespace,
        "destination_workload": counted.name,
    }


SOURCE = HttpSource(
    name="istio",
    key="workload",
    meaning="The workload that answers, as the mesh calls it",
    requests=ISTIO_REQUESTS,
    failed={"response_code": regex("5..")},
    duration=ISTIO_DURATION,
    second=1000,
    bounds=(
        *("0.0005", "0.001", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30"),
        *("60", "300", "600", "1800", "3600"),
    ),
    select=_select,
    shown=_select,
    answered=(
        {"response_code": "200", "request_protocol": "http"},
        {"response_code": "404", "request_protocol": "http"},
    ),
    broken=(
        {"response_code": "503", "request_protocol": "http"},
        {"response_code": "500", "request_protocol": "http"},
    ),
)
