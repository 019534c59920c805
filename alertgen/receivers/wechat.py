"""WeChat."""

from __future__ import annotations

from alertgen.receivers._field import Integration, Kind, from_file, setting, text, url
from alertgen.receivers._http import HTTP_CONFIG

INTEGRATION = Integration(
    key="wechat",
    about="Writes a WeChat message.",
    send_resolved=False,
    fields=(
        *from_file("api_secret", "the API's secret", file_since="0.31", required=True),
        text("corp_id", "The organisation.", required=True),
        url("api_url", "Where messages are sent.", default="https://qyapi.weixin.qq.com/cgi-bin/"),
        text("message", "The text.", default='{{ template "wechat.default.message" . }}'),
        setting("message_type", Kind.CHOICE, "What the text is.", default="text", choices=("text", "markdown")),
        text("agent_id", "The application.", default='{{ template "wechat.default.agent_id" . }}'),
        text("to_user", "Which users.", default='{{ template "wechat.default.to_user" . }}'),
        text("to_party", "Which departments.", default='{{ template "wechat.default.to_party" . }}'),
        text("to_tag", "Which tags.", default='{{ template "wechat.default.to_tag" . }}'),
        HTTP_CONFIG,
    ),
)
