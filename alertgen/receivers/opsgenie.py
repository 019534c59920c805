"""OpsGenie."""

from __future__ import annotations

from alertgen.receivers._field import (
    Field,
    Integration,
    Kind,
    at_least_one,
    block,
    flag,
    from_file,
    setting,
    text,
    texts,
    url,
)
from alertgen.receivers._http import HTTP_CONFIG

INTEGRATION = Integration(
    key="opsgenie",
    about="Opens and closes OpsGenie alerts.",
    sample={"api_key_file": "/etc/alertmanager/secrets/opsgenie"},
    fields=(
        *from_file("api_key", "the API key", required=True),
        url("api_url", "Where alerts are sent.", default="https://api.opsgenie.com/"),
        text("message", "The title, 130 characters.", default='{{ template "opsgenie.default.message" . }}'),
        text("description", "The text.", default='{{ template "opsgenie.default.description" . }}'),
        text("source", "A link back.", default='{{ template "opsgenie.default.source" . }}'),
        setting("details", Kind.PAIRS, "Further details by name."),
        block(
            "responders",
            "Who answers.",
            (
                *texts("id", "name", "username"),
                Field(
                    "type",
                    Kind.TEXT,
                    "What that is.",
                    required=True,
                    choices=("team", "teams", "user", "escalation", "schedule"),
                ),
            ),
            at_least_one("id", "name", "username"),
            kind=Kind.OBJECTS,
        ),
        text("priority", "P1 to P5."),
        text("tags", "Tags, separated by commas."),
        *texts("entity", "note"),
        text("actions", "Actions, separated by commas."),
        flag("update_alerts", "Change the alert's text when it changes."),
        HTTP_CONFIG,
    ),
)
