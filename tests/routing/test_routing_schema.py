from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from routingcase import validate

from alertgen.routing import schema


@pytest.mark.parametrize("key", ["hours", "mute", "inhibit", "tiems"])
def test_keys_without_an_effect_are_the_schemas_to_find(key: str) -> None:
    with pytest.raises(jsonschema.ValidationError, match=key):
        validate({"default": "a", key: {}})


@pytest.mark.parametrize("key", ["escalate", "during", "otherwise"])
def test_a_destination_knows_only_its_receiver(key: str) -> None:
    with pytest.raises(jsonschema.ValidationError, match=key):
        validate({"teams": {"web": {"page": {"receiver": "a", key: "x"}}}})


def test_an_editor_can_explain_every_key() -> None:
    def unexplained(part: Any, *path: str) -> list[str]:
        found = []
        for key, inner in part.get("properties", {}).items():
            body = schema.DEFS.get(inner.get("$ref", "").rpartition("/")[2], inner)
            found += [] if body.get("description") or key == "alerts" else ["/".join((*path, key))]
            found += unexplained(body, *path, key)
        for keyword in ("additionalProperties", "items", "then", "else"):
            inner = part.get(keyword)
            found += unexplained(inner, *path, keyword) if isinstance(inner, dict) else []
        return found

    assert [] == unexplained(json.loads(json.dumps(schema.SCHEMA)))
