"""What Alertmanager's settings are called in an AlertmanagerConfig; what is not here, the object cannot say. Data.

Source: the CRD alertmanagerconfigs.monitoring.coreos.com, v1alpha1, of operator 0.80.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Form(Enum):
    """How a value is written there."""

    SAME = auto()
    SECRET = auto()
    """A file's path becomes the name of a Secret and a key in it."""
    PAIRS = auto()
    """A mapping becomes a list of `key` and `value`, both texts."""
    BLOCK = auto()
    BLOCKS = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """A setting's path there, and how its value is written; `words` are those of a block."""

    path: tuple[str, ...]
    form: Form = Form.SAME
    words: Mapping[str, Word] = field(default_factory=dict)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _same(*names: str, **others: str) -> dict[str, Word]:
    """Settings that keep their value: called the same but for the case, or as said."""
    return {**{name: Word((_camel(name),)) for name in names}, **{name: Word((own,)) for name, own in others.items()}}


def _secret(**names: str) -> dict[str, Word]:
    return {f"{name}_file": Word((own,), Form.SECRET) for name, own in names.items()}


def _pairs(**names: str) -> dict[str, Word]:
    return {name: Word((own,), Form.PAIRS) for name, own in names.items()}


_TLS: Mapping[str, Word] = {
    "ca_file": Word(("ca", "secret"), Form.SECRET),
    "cert_file": Word(("cert", "secret"), Form.SECRET),
    "key_file": Word(("keySecret",), Form.SECRET),
    **_same("server_name", "insecure_skip_verify", "min_version", "max_version"),
}
_TLS_CONFIG = {"tls_config": Word(("tlsConfig",), Form.BLOCK, _TLS)}

# Without oauth2, whose client_id must be in a Secret there, and is a text here.
_HTTP: Mapping[str, Word] = {
    "authorization": Word(("authorization",), Form.BLOCK, {**_same("type"), **_secret(credentials="credentials")}),
    "basic_auth": Word(("basicAuth",), Form.BLOCK, _secret(username="username", password="password")),  # noqa: S106
    **_same("follow_redirects", "proxy_url", "no_proxy", "proxy_from_environment"),
    **_TLS_CONFIG,
}
_EVERYWHERE = {"http_config": Word(("httpConfig",), Form.BLOCK, _HTTP), **_same("send_resolved")}

WORDS: Mapping[str, Mapping[str, Word]] = {
    "discord": {**_same("title", "message"), **_secret(webhook_url="apiURL")},
    "email": {
        **_same(
            "to", "from", "smarthost", "hello", "auth_username", "auth_identity", "html", "text",
            require_tls="requireTLS",
        ),
        **_secret(auth_password="authPassword", auth_secret="authSecret"),  # noqa: S106
        **_pairs(headers="headers"),
        **_TLS_CONFIG,
    },
    "msteams": {**_same("title", "text", "summary"), **_secret(webhook_url="webhookUrl")},
    "opsgenie": {
        **_same(
            "message", "description", "source", "tags", "note", "priority", "update_alerts", "entity", "actions",
            api_url="apiURL",
        ),
        **_secret(api_key="apiKey"),
        **_pairs(details="details"),
        "responders": Word(("responders",), Form.BLOCKS, _same("id", "name", "username", "type")),
    },
    "pagerduty": {
        **_same(
            "url", "client", "description", "severity", "source", "class", "component", "group", client_url="clientURL"
        ),
        **_secret(routing_key="routingKey", service_key="serviceKey"),
        **_pairs(details="details"),
        "images": Word(("pagerDutyImageConfigs",), Form.BLOCKS, _same("href", "src", "alt")),
        "links": Word(("pagerDutyLinkConfigs",), Form.BLOCKS, _same("href", text="alt")),
    },
    "pushover": {
        **_same(
            "title", "message", "url", "url_title", "device", "sound", "priority", "retry", "expire", "ttl", "html"
        ),
        **_secret(user_key="userKey", token="token"),  # noqa: S106
    },
    "slack": {
        **_same(
            "channel", "username", "color", "title", "title_link", "pretext", "text", "short_fields", "footer",
            "fallback", "callback_id", "icon_emoji", "link_names", "mrkdwn_in",
            icon_url="iconURL", image_url="imageURL", thumb_url="thumbURL",
        ),
        **_secret(api_url="apiURL"),
        "fields": Word(("fields",), Form.BLOCKS, _same("title", "value", "short")),
        "actions": Word(
            ("actions",),
            Form.BLOCKS,
            {
                **_same("type", "text", "url", "style", "name", "value"),
                "confirm": Word(("confirm",), Form.BLOCK, _same("text", "title", "ok_text", "dismiss_text")),
            },
        ),
    },
    "sns": {
        **_same(
            "subject", "message", "phone_number", "attributes",
            api_url="apiURL", topic_arn="topicARN", target_arn="targetARN",
        ),
        "sigv4": Word(("sigv4",), Form.BLOCK, _same("region", "profile", "role_arn")),
    },
    "telegram": {
        **_same(
            "message", "parse_mode", "disable_notifications",
            api_url="apiURL", chat_id="chatID", message_thread_id="messageThreadID",
        ),
        **_secret(bot_token="botToken"),  # noqa: S106
    },
    "victorops": {
        **_same("api_url", "routing_key", "message_type", "entity_display_name", "state_message", "monitoring_tool"),
        **_secret(api_key="apiKey"),
        **_pairs(custom_fields="customFields"),
    },
    "webex": _same("message", api_url="apiURL", room_id="roomID"),
    "webhook": {**_same("url", "max_alerts"), **_secret(url="urlSecret")},
    "wechat": {
        **_same(
            "message", "message_type", "to_user", "to_party", "to_tag",
            api_url="apiURL", corp_id="corpID", agent_id="agentID",
        ),
        **_secret(api_secret="apiSecret"),  # noqa: S106
    },
}  # fmt: skip
"""By integration; every one also has what all have."""


def words(integration: str) -> Mapping[str, Word] | None:
    """An integration's settings; None for one that the object does not have."""
    own = WORDS.get(integration)
    if own is None:
        return None
    return {**own, **({"send_resolved": _EVERYWHERE["send_resolved"]} if integration == "email" else _EVERYWHERE)}
