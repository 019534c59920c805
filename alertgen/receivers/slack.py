"""Slack, by an incoming webhook or an app's token."""

from __future__ import annotations

from alertgen.notifications import included
from alertgen.receivers._field import (
    Integration,
    Kind,
    Needs,
    at_least_one,
    at_most_one,
    block,
    exactly_one,
    flag,
    from_file,
    setting,
    text,
    texts,
    url,
)
from alertgen.receivers._http import HTTP_CONFIG

_POST_MESSAGE = "https://slack.com/api/chat.postMessage"

INTEGRATION = Integration(
    key="slack",
    about="Writes into a Slack channel.",
    send_resolved=False,
    sample={"api_url_file": "/etc/alertmanager/secrets/slack", "channel": "#alerts"},
    ours={
        "send_resolved": True,
        "title": included("alertgen.title"),
        "fallback": included("alertgen.title"),
        "text": included("alertgen.slack.text"),
        "color": included("alertgen.slack.color"),
    },
    fields=(
        *from_file("api_url", "the address of the incoming webhook", public=(_POST_MESSAGE,)),
        *from_file("app_token", "the token of the Slack app", since="0.30", file_since="0.30"),
        url("app_url", "Where an app writes.", default=_POST_MESSAGE, since="0.30"),
        text("channel", "The channel or user."),
        text("username", "Who writes.", default='{{ template "slack.default.username" . }}'),
        text("title", "The title.", default='{{ template "slack.default.title" . }}'),
        text("title_link", "Where the title links.", default='{{ template "slack.default.titlelink" . }}'),
        text("pretext", "The text before the coloured bar.", default='{{ template "slack.default.pretext" . }}'),
        text("text", "The text.", default='{{ template "slack.default.text" . }}'),
        text("message_text", "The message's own text, above its attachment.", since="0.31"),
        text("color", "The colour of the bar.", default='{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}'),
        block(
            "fields",
            "Fields below the text.",
            (
                text("title", "The title.", required=True),
                text("value", "The text.", required=True),
                flag("short", "Beside the next one."),
            ),
            kind=Kind.OBJECTS,
        ),
        flag("short_fields", "Fields are short unless they say otherwise."),
        block(
            "actions",
            "Buttons.",
            (
                text("type", "The kind of action, e.g. button.", required=True),
                text("text", "What it says.", required=True),
                *texts("url", "style", "name", "value"),
                block(
                    "confirm",
                    "A question before the action.",
                    (text("text", "The question.", required=True), *texts("title", "ok_text", "dismiss_text")),
                ),
            ),
            at_least_one("url", "name"),
            kind=Kind.OBJECTS,
        ),
        *texts("footer", "fallback", "callback_id", "icon_emoji", "icon_url", "image_url", "thumb_url"),
        flag("link_names", "Make @names and #channels links."),
        setting("mrkdwn_in", Kind.TEXTS, "The parts that are Markdown (default: fallback, pretext, text)."),
        flag("update_message", "Change the first message instead of writing another.", since="0.32"),
        setting("timeout", Kind.GO_DURATION, "How long one request may take.", default="0s", since="0.30"),
        HTTP_CONFIG,
    ),
    rules=(
        exactly_one("api_url_file", "api_url", "app_token_file"),
        at_most_one("app_token_file", "http_config.authorization"),
        Needs("api_url", "http_config.authorization", f"{_POST_MESSAGE} wants the app's token"),
        # Alertmanager looks at api_url when it loads this, and 0.32 and 0.33 crash when there is none.
        Needs("update_message", "api_url", f"only api_url: {_POST_MESSAGE} can change messages"),
    ),
)
