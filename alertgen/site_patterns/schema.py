"""The JSON Schema of a `pattern` document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from alertgen.model import Kind
from alertgen.needs import NEEDS
from alertgen.pattern import COUNT, DURATION, NUMBER, RATIO, WINDOW, Level, Quantity
from alertgen.routing.model import SEVERITIES
from alertgen.schema_words import ALERT_PATTERN, Schema, keys, mapping, text

QUANTITIES: Final[Mapping[str, Quantity]] = {q.name: q for q in (COUNT, RATIO, NUMBER, DURATION, WINDOW)}
"""The types a parameter may have."""

_PARAMETER_PATTERN: Final = "^[a-z]+(_[a-z]+)*$"


def _text(meaning: str, **more: Any) -> Schema:
    """A text, which may be long: there are expressions and paragraphs among them."""
    return text(meaning, **{"maxLength": 5000, **more})


def _time(meaning: str) -> Schema:
    return {"type": ["string", "integer"], "minLength": 1, "description": meaning}


_PARAMETER: Final = keys(
    "One parameter.",
    {
        "type": {
            "enum": list(QUANTITIES),
            "description": "count: a whole number; ratio: 0.05 or 5%; number: any above 0; duration: 5m, also 0s; "
            "window: a duration above 0s.",
        },
        "default": {"description": "Its value where nobody says otherwise."},
        "meaning": _text("What it means, for the docs and for completion."),
    },
    "type",
    "default",
    "meaning",
) | {
    "allOf": [
        {"if": {"properties": {"type": {"const": name}}}, "then": {"properties": {"default": dict(quantity.schema)}}}
        for name, quantity in QUANTITIES.items()
    ]
}

_FIRES: Final = keys(
    "When the condition holds, and what fires then; how long it is pending before follows from `for`.",
    {
        "from": _time("The first evaluation at which the condition holds, from the start of the test: 5m30s."),
        "until": _time("The last one; without it, the condition holds until the test ends."),
        "labels": mapping(
            "The series labels of what fires; those with one value in all the scenario's series need not be named.",
            {"type": "string"},
        ),
        "value": _text("What `{{ $value }}` reads in the annotations then, formatted as they ask."),
        "may_start_earlier": _time(
            "By how much the condition may begin earlier on some versions of Prometheus: a range includes its left "
            "edge in 2.x and not in 3.x."
        ),
        "may_end_later": _time("By how much it may end later on some versions."),
    },
    "from",
)

_SCENARIO: Final = keys(
    "One situation and what the alert must do in it: fire as `fires` says, or else stay silent.",
    {
        "name": _text(
            "A sentence that starts with 'fires' or 'silent': fires above the threshold.",
            pattern="^(fires|silent) ",
            maxLength=200,
        ),
        "series": {
            "type": "object",
            "description": 'The input: metric{label="value"} → samples as promtool writes them (0x10 1001x60 _x5 '
            "stale), one each evaluation interval. The last item goes on until the test ends; `_` or `stale` end the "
            "series.",
            "additionalProperties": {"type": ["string", "number"]},
        },
        "fires": _FIRES,
        "pending": {
            "type": "boolean",
            "description": "true: the condition holds, but not for as long as `for`, so that nothing fires.",
        },
    },
    "name",
    "series",
)

SCHEMA: Final = keys(
    "A site's own alert. ${word} stands for a parameter or a name; ${window / 2} and the like are calculated.",
    {
        "pattern": _text("The alert's name.", pattern=ALERT_PATTERN, maxLength=100),
        "per": {
            # What a site measures of all requests, it can say per service.
            "enum": [level.value for level in Level if level is not Level.TRAFFIC],
            "default": Level.SERVICE.value,
            "description": "What one alert is about: a container, a pod, a workload, something else of the service, or "
            "(once, not per service) the whole cluster.",
        },
        "kinds": {
            "type": "array",
            "items": {"enum": [kind.value for kind in Kind]},
            "minItems": 1,
            "uniqueItems": True,
            "description": "The kinds of services it is for (default all).",
        },
        "needs": {
            "enum": list(NEEDS),
            "description": "Only for services that say this of themselves (node_pools: for installations). Each item "
            "of it has an alert of its own, and its names are words: ${cronjob}, ${certificate}, ${scrape_job}, "
            "${target}, ${hpa}, ${kubernetes_service}, ${pool}.",
        },
        "enabled": {
            "type": "boolean",
            "description": "true: every service it fits has it; false: who asks (default false; true per cluster).",
        },
        "severity": {
            "enum": list(SEVERITIES),
            "description": "critical pages, warning opens a ticket, info is a log line.",
        },
        "for": {**DURATION.schema, "description": "How long the condition must hold before the alert fires."},
        "keep_firing_for": {
            **DURATION.schema,
            "description": "How long the alert stays after the condition is over (default 0s).",
        },
        "labels": mapping("Static labels on the alert.", {"type": "string", "maxLength": 1000}),
        "annotations": mapping("Annotations besides summary and description.", _text("A text.")),
        "params": mapping("What a service may tune, by name.", _PARAMETER, _PARAMETER_PATTERN),
        "expr": _text(
            "When the condition holds, in PromQL. ${namespace}, ${service}, ${container}, ${kind} and ${pods} (a "
            "regular expression for its pods' names) stand inside quotes; a duration is its seconds but for ranges.",
            maxLength=20_000,
        ),
        "summary": _text("One line for the notification; {{ $labels.x }} and {{ $value }} as in Prometheus."),
        "description": _text("What happened and what it means, for the notification."),
        "runbook": keys(
            "What the person who is woken needs first.",
            {
                "meaning": _text("What it means when this alert fires."),
                "diagnosis": {
                    "type": "array",
                    "minItems": 1,
                    "items": _text("A step."),
                    "description": "Where to look.",
                },
                "mitigation": {"type": "array", "minItems": 1, "items": _text("A step."), "description": "What to do."},
            },
            "meaning",
            "diagnosis",
            "mitigation",
        ),
        "scenarios": {
            "type": "array",
            "minItems": 2,
            "items": _SCENARIO,
            "description": "The situations that prove it; at least one in which it fires and one in which not.",
        },
    },
    "pattern",
    "severity",
    "for",
    "expr",
    "summary",
    "description",
    "runbook",
    "scenarios",
)
"""The JSON Schema of a pattern document."""
