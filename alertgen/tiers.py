"""Tiers: presets of thresholds and severities that a service picks by name. A site may change them or add its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEFAULT_TIER = "standard"

TIERS: Mapping[str, Mapping[str, Any]] = {
    "critical": {
        "description": "Users notice within minutes: losing redundancy pages, not only losing the service.",
        "alerts": {
            "ContainerCrashLooping": {"for": "5m"},
            "WorkloadDegraded": {"severity": "critical", "for": "5m"},
        },
    },
    "standard": {"description": "An outage pages; everything else waits for office hours.", "alerts": {}},
    "batch": {
        "description": "Work that can wait: nothing pages, retries are normal.",
        "alerts": {
            "ContainerRestartRateHigh": {"threshold": 5, "window": "6h"},
            "WorkloadDown": {"severity": "warning", "for": "15m"},
            "WorkloadMissing": {"severity": "warning"},
        },
    },
}
