"""VictorOps, now Splunk On-Call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alertgen.receivers._field import Integration, Kind, Objection, from_file, setting, text, url
from alertgen.receivers._http import HTTP_CONFIG

_OWN_FIELDS = frozenset(
    (
        "routing_key",
        "message_type",
        "state_message",
        "entity_display_name",
        "monitoring_tool",
        "entity_id",
        "entity_state",
    )
)


def _objections(settings: Mapping[str, Any]) -> Iterator[Objection]:
    for name in sorted(_OWN_FIELDS.intersection(settings.get("custom_fields", {}))):
        yield Objection(("custom_fields", name), f"Alertmanager sends the field '{name}' itself")


INTEGRATION = Integration(
    key="victorops",
    about="Opens and resolves VictorOps (Splunk On-Call) incidents.",
    fields=(
        *from_file("api_key", "the API key", required=True),
        url(
            "api_url",
            "Where alerts are sent.",
            default="https://alert.victorops.com/integrations/generic/20131114/alert/",
        ),
        text("routing_key", "Which team gets it; this key is no secret.", required=True),
        text("message_type", "CRITICAL, WARNING or INFO.", default="CRITICAL"),
        text("entity_display_name", "The title.", default='{{ template "victorops.default.entity_display_name" . }}'),
        text("state_message", "The text.", default='{{ template "victorops.default.state_message" . }}'),
        text("monitoring_tool", "Who reports it.", default='{{ template "victorops.default.monitoring_tool" . }}'),
        setting("custom_fields", Kind.PAIRS, "Further fields by name."),
        HTTP_CONFIG,
    ),
    objections=_objections,
)
