"""The JSON Schema of the routing document. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alertgen import receivers
from alertgen.quantity import DURATION_PATTERN, Duration
from alertgen.routing.model import (
    DEFAULT_GROUP_BY,
    GROUP_INTERVAL,
    GROUP_WAIT,
    HEARTBEAT_EVERY,
    REPEAT_INTERVAL,
    URGENCIES,
    WATCHDOG,
)


def _object(meaning: str, properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": meaning,
        "properties": dict(properties),
        **({"required": list(required)} if required else {}),
        "additionalProperties": False,
    }


def _text(meaning: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": meaning, **more}


def _duration(meaning: str, default: Duration) -> dict[str, Any]:
    return _text(meaning, pattern=DURATION_PATTERN, default=str(default))


_RECEIVER_NAME = "A receiver of this document, or 'none' to drop."


def _destination(meaning: str) -> dict[str, Any]:
    return {
        "description": meaning,
        "if": {"type": "string"},
        "then": {"minLength": 1},
        "else": _object(meaning, {"receiver": _text(_RECEIVER_NAME)}, "receiver"),
    }


_TEAM = _object(
    "A team: where its alerts go.",
    {
        "description": _text("What the team does."),
        "page": _destination("Where alerts go that need somebody now (severity critical). Default: where tickets go."),
        "ticket": _destination("Where alerts go that need somebody in working hours (severity warning)."),
        "log": _destination("Where alerts go that need nobody (severity info). Default: none, they are dropped."),
        "contacts": _object(
            "E-mail addresses of the people behind it, for the docs.",
            {urgency: _text(f"Who answers a {urgency}.") for urgency in URGENCIES},
        ),
        # The whole schema has a definition of that name: overrides read the same at every layer.
        "alerts": {"$ref": "#/$defs/alerts"},
    },
)

SCHEMA: dict[str, Any] = _object(
    "Who is told.",
    {
        "default": _destination("Where alerts go that no team owns. A person must read it."),
        "heartbeat": _object(
            f"Where {WATCHDOG} goes: something that raises the alarm when it hears nothing.",
            {
                "receiver": _text("A receiver of this document."),
                "every": _duration("How often it is told.", HEARTBEAT_EVERY),
            },
            "receiver",
        ),
        "group_by": {
            "type": "array",
            "items": _text("A label, or '...' alone for all of them."),
            "description": "Alerts that agree in these labels are told together.",
            "default": list(DEFAULT_GROUP_BY),
        },
        "group_wait": _duration("How long the first notification waits for more alerts.", GROUP_WAIT),
        "group_interval": _duration("How long changes of a group wait for the next notification.", GROUP_INTERVAL),
        "repeat_interval": _duration("How long until an unchanged group is told again.", REPEAT_INTERVAL),
        "teams": {
            "type": "object",
            "description": "Teams by name: the name is what services write, and the label `team` of their alerts.",
            "additionalProperties": _TEAM,
        },
        "receivers": {
            "type": "object",
            "description": "Receivers by name.",
            "additionalProperties": receivers.schema(),
        },
    },
)
"""JSON Schema of the body of a routing document; it refers to DEFS and to `#/$defs/alerts`."""

DEFS: dict[str, Any] = receivers.definitions()
"""The parts that SCHEMA refers to as `#/$defs/<name>`."""
