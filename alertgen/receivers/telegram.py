"""Telegram."""

from __future__ import annotations

from alertgen.receivers._field import Integration, Kind, exactly_one, flag, from_file, setting, text, url
from alertgen.receivers._http import HTTP_CONFIG

INTEGRATION = Integration(
    key="telegram",
    about="Writes into a Telegram chat.",
    fields=(
        *from_file("bot_token", "the bot's token", file_since="0.26", required=True),
        setting("chat_id", Kind.NUMBER, "The chat; groups have negative numbers."),
        setting("chat_id_file", Kind.FILE, "The file that holds the chat's number.", since="0.31"),
        setting("message_thread_id", Kind.NUMBER, "The topic within the chat.", since="0.28"),
        url("api_url", "Where messages are sent.", default="https://api.telegram.org"),
        text("message", "The text.", default='{{ template "telegram.default.message" . }}'),
        flag("disable_notifications", "Without a sound."),
        setting(
            "parse_mode",
            Kind.CHOICE,
            "What the text is.",
            default="HTML",
            choices=("", "HTML", "Markdown", "MarkdownV2"),
        ),
        HTTP_CONFIG,
    ),
    rules=(exactly_one("chat_id", "chat_id_file"),),
)
