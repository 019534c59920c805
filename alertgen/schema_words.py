"""The words the schema is put together from: texts, names, maps and objects, each with what it means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alertgen.pattern import Quantity

Schema = dict[str, Any]

NAME_PATTERN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
"""A DNS label (RFC 1123): what Kubernetes accepts as a namespace, and what pod names can be built from."""
WORD_PATTERN = "^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$"
ADDRESS_PATTERN = r"^[^\s\"'<>\\{}|^`]+$"
"""What can stand in the labels `job` and `instance` and be repeated in a text: no blanks, quotes or braces."""
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./:*-]*[A-Za-z0-9*]|[0-9]+[smhdwy]")
"""Text that needs no quotes in YAML: for examples, which contain no word with a meaning of its own."""
ALERT_PATTERN = "^[A-Z][A-Za-z0-9]*$"
LABEL_PATTERN = "^(?!__)(?!alertname$)[a-zA-Z_][a-zA-Z0-9_]*$"


def text(meaning: str, **more: Any) -> Schema:
    """A text that is not empty; `more` are further keywords of JSON Schema."""
    return {"type": "string", "minLength": 1, "maxLength": 1000, "description": meaning, **more}


def name(meaning: str) -> Schema:
    """The name of an object in Kubernetes."""
    return text(meaning, pattern=NAME_PATTERN, maxLength=63)


def address(meaning: str) -> Schema:
    """The value of a label by which Prometheus knows what it scrapes or probes."""
    return text(meaning, pattern=ADDRESS_PATTERN)


def mapping(meaning: str, value: Schema, names: str = LABEL_PATTERN) -> Schema:
    """Names that nobody can list beforehand, each with a value of the same kind."""
    return {
        "type": "object",
        "description": meaning,
        "propertyNames": {"pattern": names},
        "additionalProperties": value,
    }


def keys(meaning: str, properties: Mapping[str, Any], *required: str) -> Schema:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "description": meaning,
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def several(meaning: str, item: Schema) -> Schema:
    """A list with one entry at least."""
    return {"type": "array", "description": meaning, "items": item, "minItems": 1, "uniqueItems": True}


def quantity(kind: Quantity, meaning: str, default: str = "") -> Schema:
    """A parameter's value; the default as somebody would write it."""
    written = int(default) if default.isdigit() else default
    return {**kind.schema, "description": meaning, **({"default": written} if default else {})}


def in_yaml(value: Any) -> str:
    """A short value as somebody would write it on one line."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {in_yaml(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(in_yaml(part) for part in value)}]"
    return value if isinstance(value, str) and PLAIN.fullmatch(value) else json.dumps(value)
