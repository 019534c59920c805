"""Discord."""

from __future__ import annotations

from alertgen.receivers._field import Integration, from_file, text
from alertgen.receivers._http import HTTP_CONFIG

INTEGRATION = Integration(
    key="discord",
    about="Writes into a Discord channel.",
    fields=(
        *from_file("webhook_url", "the address of the webhook", file_since="0.27", required=True),
        text("title", "The title.", default='{{ template "discord.default.title" . }}'),
        text("message", "The text.", default='{{ template "discord.default.message" . }}'),
        text("content", "The text above, 2000 characters.", since="0.28"),
        text("username", "Who writes.", since="0.28"),
        text("avatar_url", "The picture of who writes.", since="0.28"),
        HTTP_CONFIG,
    ),
)
