"""The parts of a routing document that are read in more than one place. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alertgen.quantity import Duration
from alertgen.routing.model import HEARTBEAT_EVERY, At, Destination, Heartbeat


def read_destination(data: Mapping[str, Any], at: At, *steps: str) -> Destination | None:
    """Where these alerts go; None when the document does not say."""
    written = data.get(steps[-1])
    if written is None:
        return None
    return Destination(written if isinstance(written, str) else written["receiver"], at(*steps))


def read_heartbeat(data: Mapping[str, Any], at: At) -> Heartbeat | None:
    """Who expects to hear from Watchdog, if anybody does."""
    written = data.get("heartbeat")
    if written is None:
        return None
    return Heartbeat(written["receiver"], read_span(written, "every", HEARTBEAT_EVERY), at("heartbeat"))


def read_span(data: Mapping[str, Any], key: str, default: Duration) -> Duration:
    """The duration, or the default where it is none; check says so."""
    try:
        return Duration.parse(data[key]) if key in data else default
    except ValueError:
        return default
