"""PagerDuty, by its Events API."""

from __future__ import annotations

from alertgen.notifications import included
from alertgen.receivers._field import (
    Field,
    Integration,
    Kind,
    at_least_one,
    block,
    from_file,
    setting,
    text,
    texts,
    url,
)
from alertgen.receivers._http import HTTP_CONFIG

INTEGRATION = Integration(
    key="pagerduty",
    about="Opens and resolves PagerDuty incidents.",
    sample={"routing_key_file": "/etc/alertmanager/secrets/pagerduty"},
    ours={
        "description": f"{included('alertgen.title')}: {included('alertgen.summary')}",
        "severity": included("alertgen.pagerduty.severity"),
        "component": "{{ .CommonLabels.service }}",
        "group": "{{ .CommonLabels.namespace }}",
        "details": {name: included(f"alertgen.{name}") for name in ("since", "runbook", "dashboard", "silence")},
    },
    fields=(
        *from_file("routing_key", "the integration key of a service with the Events API v2"),
        *from_file("service_key", "the integration key of a service with the older Prometheus integration"),
        url("url", "Where events are sent.", default="https://events.pagerduty.com/v2/enqueue"),
        text("client", "Who reports the event.", default='{{ template "pagerduty.default.client" . }}'),
        text("client_url", "A link back.", default='{{ template "pagerduty.default.clientURL" . }}'),
        text("description", "The incident's title.", default='{{ template "pagerduty.default.description" . }}'),
        text("severity", "critical, error, warning or info.", default="error"),
        text("source", "What is affected (default: the client)."),
        Field("details", Kind.PAIRS, "Further details by name.", structured_since=(0, 30)),
        block("images", "Images in the incident.", texts("href", "src", "alt"), kind=Kind.OBJECTS),
        block("links", "Links in the incident.", texts("href", "text"), kind=Kind.OBJECTS),
        *texts("component", "group", "class"),
        setting("timeout", Kind.GO_DURATION, "How long one request may take.", default="0s", since="0.30"),
        HTTP_CONFIG,
    ),
    rules=(at_least_one("routing_key_file", "service_key_file"),),
)
