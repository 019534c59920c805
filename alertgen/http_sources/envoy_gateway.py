"""Envoy Gateway: its proxies count the requests to the backends of each HTTPRoute, one Envoy cluster for each rule.

Retries count as requests, and what no backend was asked for does not: this is what the service answered. Times are in
milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from alertgen.http_source import Counted, HttpSource
from alertgen.metrics.http import ENVOY_DURATION, ENVOY_REQUESTS
from alertgen.promql import Matcher, escape_regex, regex


def _select(counted: Counted) -> Mapping[str, Matcher]:
    return {"envoy_cluster_name": regex(escape_regex(f"httproute/{counted.namespace}/{counted.name}/") + ".*")}


def _shown(counted: Counted) -> Mapping[str, str]:
    return {"envoy_cluster_name": f"httproute/{counted.namespace}/{counted.name}/rule/0"}


SOURCE = HttpSource(
    name="envoy-gateway",
    key="route",
    meaning="The HTTPRoute that leads to the service",
    requests=ENVOY_REQUESTS,
    failed={"envoy_response_code_class": "5"},
    duration=ENVOY_DURATION,
    second=1000,
    # Envoy's default buckets, from half a millisecond to an hour.
    bounds=(
        *("0.0005", "0.001", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30"),
        *("60", "300", "600", "1800", "3600"),
    ),
    select=_select,
    shown=_shown,
    answered=({"envoy_response_code_class": "2"}, {"envoy_response_code_class": "4"}),
    broken=({"envoy_response_code_class": "5"}, {"envoy_response_code_class": "5"}),
)
