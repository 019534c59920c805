"""The JSON Schema of the routing document. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alertgen import receivers
from alertgen.notifications import TEMPLATES
from alertgen.quantity import DURATION_PATTERN, Duration
from alertgen.routing import inhibit
from alertgen.routing.model import (
    DEFAULT_GROUP_BY,
    GROUP_INTERVAL,
    GROUP_WAIT,
    HEARTBEAT_EVERY,
    REPEAT_INTERVAL,
    SEVERITIES,
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


def _either(meaning: str, whole: dict[str, Any]) -> dict[str, Any]:
    """A receiver's name, or an object that names it and says more."""
    return {"description": meaning, "if": {"type": "string"}, "then": {"minLength": 1}, "else": whole}


def _destination(meaning: str) -> dict[str, Any]:
    return _either(meaning, {"$ref": "#/$defs/destination"})


_DESTINATION = _object(
    "Who is told, when, and who is told later.",
    {
        "receiver": _text(_RECEIVER_NAME),
        "escalate": {
            "type": "array",
            "description": "Who is told as well when the alert still fires after a while; first come, first told.",
            "minItems": 1,
            "items": _object(
                "One step.",
                {
                    "after": _text("How long after the alert began: 15m.", pattern=DURATION_PATTERN),
                    "receiver": _text("A receiver of this document."),
                },
                "after",
                "receiver",
            ),
        },
        "during": _text("Only in these hours; a name under `hours`."),
        "otherwise": _destination("Where they go outside these hours; none to say that nobody is told."),
    },
    "receiver",
)


def _several(meaning: str, kind: str = "string") -> dict[str, Any]:
    one = [kind] if kind == "string" else ["string", kind]
    return {
        "description": meaning,
        "type": [*one, "array"],
        "items": {"type": one, "description": "One of them."},
        "minItems": 1,
        "minLength": 1,
    }


_HOURS = {
    "type": "array",
    "description": "Any of these.",
    "examples": [[{"weekdays": "monday:friday", "times": "09:00-18:00", "location": "Europe/Berlin"}]],
    "minItems": 1,
    "items": _object(
        "Times and days that must all agree; what is not said does not matter.",
        {
            "weekdays": _several("A day, or a range: monday:friday. A night belongs to the day on which it begins."),
            "times": _several('"09:00-18:00", in quotes. "22:00-06:00" ends on the next day.'),
            "days_of_month": _several("1, 1:7, or from the end: -1, -3:-1.", "integer"),
            "months": _several("december, or november:january."),
            "years": _several("2027, or 2027:2028.", "integer"),
            "location": _text("The time zone: Europe/Berlin.", default="UTC"),
        },
    ),
}

_MUTE = _object(
    "Alerts that are not told at certain times, though they fire.",
    {
        "match": {
            "type": "object",
            "description": "Labels that the alert must have, all of them.",
            "minProperties": 1,
            "additionalProperties": _text("The label's value."),
        },
        "during": _text("In these hours; a name under `hours`."),
        "reason": _text("Why nobody wants to hear of them then."),
    },
    "match",
    "during",
    "reason",
)


_LABELS = {"type": "object", "minProperties": 1, "additionalProperties": _text("The label's value.")}

_EXPECTATION = _object(
    "An alert, and who must be told of it.",
    {
        "name": _text("What you expect, as a sentence."),
        "labels": {**_LABELS, "description": "Of the alert; what the spec knows of its service is filled in."},
        "at": _text("When it begins to fire: 2026-12-24 03:00 Europe/Berlin."),
        "tells": {
            "type": "array",
            "description": "Receivers in the order of time, later steps included. Default: nobody is told.",
            "items": _text("A receiver of this document."),
        },
        "while": {
            "type": "array",
            "description": "What else fires.",
            "items": {**_LABELS, "description": "An alert's labels, as above."},
        },
        "inhibited_by": {
            "type": "array",
            "description": "The alerts among those that keep it from being told. Default: none.",
            "items": _text("An alert's name."),
        },
    },
    "name",
    "labels",
    "at",
)

INSTEAD: Mapping[str, str] = {
    severity: f"alerts whose severity is {severity} go to `{urgency}`" for severity, urgency in SEVERITIES.items()
}
"""Keys that a team has not, and people write: what to say of each."""

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
_TEAM["examples"] = [{"page": "web-pager", "ticket": "web-chat"}]

SCHEMA: dict[str, Any] = _object(
    "Who is told.",
    {
        "default": _either(
            "Where alerts go that no team owns. A person must read it.",
            _object("Where they go.", {"receiver": _text(_RECEIVER_NAME)}, "receiver"),
        ),
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
        "severities": {
            "type": "object",
            "description": "What the label `severity` asks for, where that differs or alerts of others say more.",
            "additionalProperties": {"enum": list(URGENCIES), "description": "Where alerts of this severity go."},
            "default": dict(SEVERITIES),
        },
        "hours": {
            "type": "object",
            "description": "Times that have a name.",
            "additionalProperties": _HOURS,
        },
        "routes": {"type": "array", "description": "What you expect; `alertgen test` looks.", "items": _EXPECTATION},
        "mute": {"type": "array", "description": "What is not told at certain times.", "items": _MUTE},
        "inhibit": inhibit.SCHEMA,
        "teams": {
            "type": "object",
            "description": "Teams by name: the name is what services write, and the label `team` of their alerts.",
            "additionalProperties": _TEAM,
        },
        "templates": {
            "type": "object",
            "description": 'What is between {{ define "name" }} and {{ end }}, by name: texts for receivers to '
            f"include, or in place of alertgen's own ({', '.join(TEMPLATES)}).",
            "propertyNames": {"pattern": r"^[A-Za-z_][-A-Za-z0-9_.]*$"},
            "additionalProperties": _text("A template as Alertmanager fills it in."),
        },
        "receivers": {
            "type": "object",
            "description": "Receivers by name.",
            "additionalProperties": receivers.schema(),
        },
    },
)
"""JSON Schema of the body of a routing document; it refers to DEFS and to `#/$defs/alerts`."""

DEFS: dict[str, Any] = {"destination": _DESTINATION, **receivers.definitions()}
"""The parts that SCHEMA refers to as `#/$defs/<name>`."""
