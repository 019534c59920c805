"""Pushover."""

from __future__ import annotations

from alertgen.receivers._field import Integration, Kind, at_most_one, flag, from_file, setting, text
from alertgen.receivers._http import HTTP_CONFIG

INTEGRATION = Integration(
    key="pushover",
    about="Sends a push message.",
    fields=(
        *from_file("user_key", "the recipient's key", file_since="0.26", required=True),
        *from_file("token", "the application's token", file_since="0.26", required=True),
        text("title", "The title.", default='{{ template "pushover.default.title" . }}'),
        text("message", "The text.", default='{{ template "pushover.default.message" . }}'),
        text("url", "A link beside the text.", default='{{ template "pushover.default.url" . }}'),
        text("url_title", "What the link says."),
        text("device", "The device.", since="0.26"),
        text("sound", "The sound."),
        text("priority", "-2 to 2.", default='{{ if eq .Status "firing" }}2{{ else }}0{{ end }}'),
        setting("retry", Kind.GO_DURATION, "How often it is pushed again; 30s or more.", default="1m"),
        setting("expire", Kind.GO_DURATION, "How long it is pushed again without an answer.", default="1h"),
        setting("ttl", Kind.GO_DURATION, "When the message goes away by itself.", since="0.27"),
        flag("html", "The text is HTML."),
        flag("monospace", "The text has fixed width.", since="0.29"),
        HTTP_CONFIG,
    ),
    rules=(at_most_one("html", "monospace"),),
)
