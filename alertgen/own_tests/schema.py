"""What a service may say under `tests`."""

from __future__ import annotations

from typing import Final

from alertgen.fixtures import fixtures
from alertgen.quantity import DURATION_PATTERN
from alertgen.schema_words import LABEL_PATTERN, Schema, keys, mapping, several, text

KEY: Final = "tests"
ALWAYS: Final = "always"
NEVER: Final = "never"
TEXTS: Final = ("summary", "description")
"""The annotations of which something may be expected."""


def schema() -> Schema:
    """What a service may say under `tests`."""
    forms = "; ".join(f"{one.key}: {one.example} ({one.meaning})" for one in fixtures().values())
    time = {"type": "string", "pattern": DURATION_PATTERN, "maxLength": 20}
    moment = {"anyOf": [time, {"const": NEVER}]}
    wanted = text("A regular expression between slashes, or the whole text.", maxLength=1000)
    given = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 10_000},
        "examples": [{one.key: one.example} for one in fixtures().values()],
        "description": "A series with its values in promtool's notation, one for each evaluation; labels that are left "
        f"out are the service's. Or a situation, with `from` and `for`: {forms}.",
    }
    expected = keys(
        "What is to become of one alert.",
        {
            "alert": text("Its name.", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", maxLength=200),
            "silent": {"const": ALWAYS, "description": "It is never pending, and never fires."},
            "pending": {**moment, "description": "When it is pending for the first time, after the start of the test."},
            "firing": {**moment, "description": "When it fires for the first time."},
            "until": {**time, "description": "When it fires no more."},
            "labels": mapping("Labels that it has then, among others.", {"type": "string"}, LABEL_PATTERN),
            **{
                name: {**wanted, "description": f"What its {name} says then: {wanted['description']}"} for name in TEXTS
            },
        },
        "alert",
    )
    return several(
        "What you expect in a situation of your own; `alertgen test` looks.",
        keys(
            "One situation.",
            {
                "name": text("What it is, in a few words.", pattern=r"^[^#\n\r]+$", maxLength=200),
                "given": {**several("What the exporters show.", given), "uniqueItems": False},
                "expect": several("What is to become of the alerts.", expected),
            },
            "name",
            "given",
            "expect",
        ),
    )
