"""What a site's own pattern can ask for with `needs`: the keys that a service says it has, and their facets. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from alertgen.facet import Facet
from alertgen.facets import (
    certificates,
    expose,
    http,
    node_pool,
    node_pools,
    probe,
    probes,
    replicas,
    schedules,
    scrape,
    volumes,
)

OF_A_SERVICE: Final[Mapping[str, Facet[Any]]] = {
    "certificates": certificates.ISSUED,
    "expose": expose.EXPOSED,
    "expose.internal": expose.INTERNAL,
    "http": http.HTTP,
    "http.edge": http.EDGE,
    "node_pool": node_pool.NODE_POOL,
    "probe": probe.ANSWERS,
    "probe.dns": probe.RESOLVES,
    "probe.https": probe.CERTIFIED,
    "probe.unreachable": probe.HIDDEN,
    "probes.liveness": probes.LIVENESS,
    "probes.readiness": probes.READINESS,
    "replicas.hpa": replicas.HPA,
    "schedules": schedules.SCHEDULE,
    "schedules.every": schedules.DUE,
    "schedules.max_runtime": schedules.TIMED,
    "scrape": scrape.SCRAPED,
    "volumes": volumes.VOLUMES,
}
"""Each item (a probe, a CronJob, a certificate) has an alert of its own."""

OF_THE_SITE: Final[Mapping[str, Facet[Any]]] = {
    "node_pools": node_pools.POOLS,
    "node_pools.min_nodes": node_pools.SIZED,
    "node_pools.taint": node_pools.TAINTED,
}
"""The same for an alert per cluster."""

NEEDS: Final[Mapping[str, Facet[Any]]] = {**OF_A_SERVICE, **OF_THE_SITE}
