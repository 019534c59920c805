from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from routingcase import validate

from alertgen.routing import schema


@pytest.mark.parametrize("key", ["inhibit", "tiems"])
def test_keys_without_an_effect_are_the_schemas_to_find(key: str) -> None:
    with pytest.raises(jsonschema.ValidationError, match=key):
        validate({"default": "a", key: {}})


@pytest.mark.parametrize("key", ["escalate", "during", "otherwise"])
def test_the_default_is_one_receiver_at_any_time(key: str) -> None:
    with pytest.raises(jsonschema.ValidationError, match=key):
        validate({"default": {"receiver": "a", key: "x"}})


@pytest.mark.parametrize(
    "page",
    [
        {"receiver": "a", "escalat": []},
        {"receiver": "a", "escalate": []},
        {"receiver": "a", "escalate": [{"after": "15m"}]},
        {"receiver": "a", "escalate": [{"after": "soon", "receiver": "b"}]},
        {"receiver": "a", "during": "office", "otherwise": {"during": "nights"}},
        {"receiver": "a", "during": ""},
    ],
)
def test_a_destination_that_misses_something_is_the_schemas_to_find(page: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate({"teams": {"web": {"page": page}}})


@pytest.mark.parametrize("mute", [{"match": {"a": "b"}, "during": "x"}, {"match": {}, "during": "x", "reason": "y"}])
def test_a_mute_says_what_when_and_why(mute: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate({"mute": [mute]})


def test_an_editor_can_explain_every_key() -> None:
    seen = set()

    def unexplained(part: Any, *path: str) -> list[str]:
        found = []
        if str(part) in seen:
            return []  # a destination has another one
        seen.add(str(part))
        for key, inner in part.get("properties", {}).items():
            body = schema.DEFS.get(inner.get("$ref", "").rpartition("/")[2], inner)
            found += [] if body.get("description") or key == "alerts" else ["/".join((*path, key))]
            found += unexplained(body, *path, key)
        for keyword in ("additionalProperties", "items", "then", "else"):
            inner = part.get(keyword)
            found += unexplained(inner, *path, keyword) if isinstance(inner, dict) else []
        return found

    assert [] == unexplained(json.loads(json.dumps(schema.SCHEMA)))
