"""Mattermost."""

from __future__ import annotations

from alertgen.receivers._field import Field, Integration, Kind, block, flag, from_file, setting, text, texts
from alertgen.receivers._http import HTTP_CONFIG

_LOOKS = (
    "fallback",
    "color",
    "pretext",
    "author_name",
    "author_link",
    "author_icon",
    "title",
    "title_link",
    "thumb_url",
    "footer",
    "footer_icon",
    "image_url",
)


def _fields(since: str = "0.25") -> Field:
    parts = (
        text("title", "The title.", required=True),
        text("value", "The text.", required=True),
        flag("short", "Beside the next one."),
    )
    return block("fields", "Fields below the text.", parts, kind=Kind.OBJECTS, since=since)


INTEGRATION = Integration(
    key="mattermost",
    about="Writes into a Mattermost channel.",
    since=(0, 30),
    fields=(
        *from_file("webhook_url", "the address of the incoming webhook", required=True),
        text("channel", "The channel's name, as in its address."),
        text("username", "Who writes.", default='{{ template "mattermost.default.username" . }}'),
        text("text", "The text.", default='{{ template "mattermost.default.text" . }}'),
        *texts("icon_url", "icon_emoji"),
        *texts(*_LOOKS, since="0.32"),
        _fields("0.32"),
        block(
            "attachments",
            "Slack's attachments; from 0.32 on, prefer the settings beside this one.",
            (*texts("text", *_LOOKS), _fields()),
            kind=Kind.OBJECTS,
        ),
        text("type", "The type of post; starts with custom_."),
        block("props", "Properties of the post.", (text("card", "Markdown in the side panel."),)),
        block(
            "priority",
            "How loud it is.",
            (
                setting("priority", Kind.CHOICE, "The label.", choices=("standard", "important", "urgent")),
                flag("requested_ack", "Ask for an acknowledgement."),
                flag("persistent_notifications", "Notify until it is acknowledged."),
            ),
        ),
        HTTP_CONFIG,
    ),
)
