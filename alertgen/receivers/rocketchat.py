"""Rocket.Chat."""

from __future__ import annotations

from alertgen.receivers._field import Integration, Kind, block, flag, from_file, text, texts, url
from alertgen.receivers._http import HTTP_CONFIG

INTEGRATION = Integration(
    key="rocketchat",
    about="Writes into a Rocket.Chat channel.",
    since=(0, 28),
    send_resolved=False,
    fields=(
        *from_file("token", "the sender's token", required=True),
        *from_file("token_id", "the id of the sender's token", required=True),
        url("api_url", "The Rocket.Chat server.", default="https://open.rocket.chat/"),
        text("channel", "The channel or user."),
        text("color", "The colour.", default='{{ if eq .Status "firing" }}red{{ else }}green{{ end }}'),
        text("title", "The title.", default='{{ template "rocketchat.default.title" . }}'),
        text("title_link", "Where the title links.", default='{{ template "rocketchat.default.titlelink" . }}'),
        text("text", "The text.", default='{{ template "rocketchat.default.text" . }}'),
        block(
            "fields",
            "Fields below the text.",
            (*texts("title", "value"), flag("short", "Beside the next one.")),
            kind=Kind.OBJECTS,
        ),
        flag("short_fields", "Fields are short unless they say otherwise."),
        *texts("emoji", "icon_url", "image_url", "thumb_url"),
        flag("link_names", "Make @names and #channels links."),
        block("actions", "Buttons.", texts("type", "text", "url", "msg"), kind=Kind.OBJECTS),
        HTTP_CONFIG,
    ),
)
