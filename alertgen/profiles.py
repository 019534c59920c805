"""What `profile: web` stands for: keys that a service of this sort would otherwise have to write itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PROBES = {"readiness": "required", "liveness": "required"}

PROFILES: Mapping[str, Mapping[str, Any]] = {
    "web": {"probes": _PROBES, "expose": {"type": "ClusterIP"}},
    "internal": {"probes": _PROBES, "expose": "internal"},
    "worker": {"probes": {"liveness": "required"}},
    "cron": {"kind": "CronJob"},
}
"""The keys of each profile. What the service says itself takes the place of the profile's key as a whole."""

MEANINGS: Mapping[str, str] = {
    "web": "serves requests behind a Service: both probes are required, and ready pods behind the Service",
    "internal": "the same, and nothing outside the cluster may reach it",
    "worker": "works on a queue, without a Service: a liveness probe is required",
    "cron": "runs as a CronJob",
}


def whole(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The service's document with the keys of its profile."""
    return {**PROFILES.get(data.get("profile", ""), {}), **data}
