"""E-mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alertgen.notifications import included
from alertgen.receivers._field import Integration, Kind, Objection, block, flag, from_file, setting, text
from alertgen.receivers._http import tls_config

_THREAD_HEADERS = ("in-reply-to", "references")


def _objections(settings: Mapping[str, Any]) -> Iterator[Objection]:
    seen: dict[str, str] = {}
    threading = settings.get("threading", {}).get("enabled", False)
    for header in settings.get("headers", {}):
        folded = header.lower()
        if folded in seen:
            yield Objection(("headers", header), f"the header '{header}' is there twice: case makes no difference")
        seen[folded] = header
        if threading and folded in _THREAD_HEADERS:
            yield Objection(
                ("headers", header),
                f"threading sets the header '{header}' itself",
                "drop the header or the threading",
            )


INTEGRATION = Integration(
    key="email",
    about="Sends an e-mail.",
    sample={"to": "team@example.com", "from": "alertmanager@example.com", "smarthost": "smtp.example.com:587"},
    send_resolved=False,
    ours={
        "send_resolved": True,
        "html": included("alertgen.email.html"),
        "text": included("alertgen.email.text"),
        "headers": {"Subject": included("alertgen.title")},
    },
    fields=(
        setting("to", Kind.ADDRESSES, "Who gets it; several are separated by commas.", required=True),
        setting("from", Kind.ADDRESSES, "Who sends it.", required=True),
        setting("smarthost", Kind.HOST_PORT, "The mail server as host:port.", required=True),
        text("hello", "The name by which Alertmanager greets the mail server.", default="localhost"),
        text("auth_username", "The user at the mail server."),
        *from_file("auth_password", "the password at the mail server"),
        *from_file("auth_secret", "the secret for CRAM-MD5", file_since="0.31"),
        text("auth_identity", "The identity for PLAIN."),
        flag("require_tls", "Send nothing in the clear.", default=True),
        flag("force_implicit_tls", "TLS from the first byte, on any port.", since="0.31"),
        tls_config("TLS towards the mail server."),
        text("html", "The body as HTML.", default='{{ template "email.default.html" . }}'),
        text("text", "The body as text."),
        setting("headers", Kind.PAIRS, "Further headers by name; also Subject."),
        block(
            "threading",
            "Mails about one group form a thread.",
            (
                flag("enabled", "Form threads."),
                setting(
                    "thread_by_date", Kind.CHOICE, "A new thread each day.", default="daily", choices=("daily", "none")
                ),
            ),
            since="0.30",
        ),
    ),
    objections=_objections,
)
