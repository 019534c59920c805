"""Webex."""

from __future__ import annotations

from alertgen.receivers._field import Integration, exactly_one, text, url
from alertgen.receivers._http import HTTP_CONFIG

INTEGRATION = Integration(
    key="webex",
    about="Writes into a Webex room, with the bot's token in http_config.authorization.credentials_file.",
    fields=(
        text("room_id", "The room.", required=True),
        url("api_url", "Where messages are sent.", default="https://webexapis.com/v1/messages"),
        text("message", "The text.", default='{{ template "webex.default.message" . }}'),
        HTTP_CONFIG,
    ),
    rules=(exactly_one("http_config.authorization"),),
)
