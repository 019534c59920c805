"""Microsoft Teams, by a workflow."""

from __future__ import annotations

from alertgen.receivers._field import Integration, from_file, text
from alertgen.receivers._http import HTTP_CONFIG

INTEGRATION = Integration(
    key="msteamsv2",
    about="Writes into a Microsoft Teams channel by a workflow.",
    sample={"webhook_url_file": "/etc/alertmanager/secrets/teams"},
    since=(0, 28),
    fields=(
        *from_file("webhook_url", "the address of the workflow", required=True),
        text("title", "The title.", default='{{ template "msteamsv2.default.title" . }}'),
        text("text", "The text.", default='{{ template "msteamsv2.default.text" . }}'),
        HTTP_CONFIG,
    ),
)
