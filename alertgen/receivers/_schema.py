"""JSON Schema of the integrations, so that an editor completes and explains their settings."""

from __future__ import annotations

from typing import Any

from alertgen.quantity import DURATION_PATTERN
from alertgen.receivers._field import FLOOR, Field, Integration, Kind, dotted

Schema = dict[str, Any]

HTTP = "http_config"
_STRING: Schema = {"type": "string"}
_PLAIN: dict[Kind, Schema] = {
    Kind.TEXT: _STRING,
    Kind.FILE: _STRING,
    Kind.URL: _STRING,
    Kind.ADDRESSES: _STRING,
    Kind.HOST_PORT: _STRING,
    Kind.CHOICE: _STRING,
    Kind.FLAG: {"type": "boolean"},
    Kind.COUNT: {"type": "integer", "minimum": 0},
    Kind.NUMBER: {"type": "integer"},
    Kind.DURATION: {"type": "string", "pattern": DURATION_PATTERN},
    Kind.GO_DURATION: {"type": "string", "pattern": DURATION_PATTERN},
    Kind.TEXTS: {"type": "array", "items": _STRING},
    Kind.FILES: {"type": "array", "items": _STRING},
    Kind.PAIRS: {"type": "object", "additionalProperties": _STRING},
    # No type: a wrong one would be quoted in a message, and with it the secret.
    Kind.SECRET: {},
    Kind.TREE: {},
}


def reference(name: str) -> Schema:
    """Where a definition of `definitions` is found once it is part of the whole schema."""
    return {"$ref": f"#/$defs/{name}"}


def definition(integration: Integration) -> Schema:
    """What the integration's key may hold: its settings, or a list of them for several channels."""
    one = {**_object(integration.settings), "description": _about(integration.about, integration.since)}
    if integration.sample:
        one["examples"] = [dict(integration.sample)]
    return {
        "description": one["description"],
        "if": {"type": "array"},
        "then": {"items": one, "minItems": 1},
        "else": one,
    }


def _object(fields: tuple[Field, ...]) -> Schema:
    # A secret's file is missed by the checks, not here: who wrote the secret itself must read why that is refused.
    required = [f.name for f in fields if f.required and f.kind is not Kind.FILE]
    return {
        "type": "object",
        "properties": {f.name: reference(HTTP) if f.name == HTTP else field(f) for f in fields},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def field(setting: Field) -> Schema:
    """One setting."""
    schema = _shape(setting)
    schema["description"] = _about(setting.about, setting.since)
    if setting.kind is Kind.SECRET:
        way_out = f"use {setting.way_out}" if setting.way_out else setting.advice
        schema["description"] = f"Refused, because it is a secret: {way_out}."
        schema["deprecated"] = True
    if setting.default is not None:
        schema["default"] = setting.default
    return schema


def _shape(setting: Field) -> Schema:
    match setting.kind:
        case Kind.CHOICE:
            return {"enum": list(setting.choices)}
        case Kind.OBJECT:
            return _object(setting.fields)
        case Kind.OBJECTS:
            return {"type": "array", "items": _object(setting.fields)}
        case Kind.NAMED:
            return {"type": "object", "additionalProperties": _object(setting.fields)}
        case Kind.TEXT if setting.fields:
            return {"if": _STRING, "then": {}, "else": _object(setting.fields)}
        case Kind.TEXT if setting.choices:
            return {**_STRING, "examples": list(setting.choices)}
        case Kind.PAIRS if setting.structured_since:
            return {"type": "object"}
        case kind:
            return dict(_PLAIN[kind])


def _about(about: str, since: tuple[int, ...]) -> str:
    return about if since <= FLOOR else f"{about} Since Alertmanager {dotted(since)}."
