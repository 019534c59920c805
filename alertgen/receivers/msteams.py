"""Microsoft Teams, by the Office 365 connectors that Microsoft has retired."""

from __future__ import annotations

from alertgen.receivers._field import Integration, from_file, text
from alertgen.receivers._http import HTTP_CONFIG

INTEGRATION = Integration(
    key="msteams",
    about="Writes into a Microsoft Teams channel by an Office 365 connector, which Microsoft retires: use msteamsv2.",
    since=(0, 26),
    fields=(
        *from_file("webhook_url", "the address of the connector", file_since="0.27", required=True),
        text("title", "The title.", default='{{ template "msteams.default.title" . }}'),
        text("summary", "The summary.", default='{{ template "msteams.default.summary" . }}', since="0.27"),
        text("text", "The text.", default='{{ template "msteams.default.text" . }}'),
        HTTP_CONFIG,
    ),
)
