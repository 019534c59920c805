"""The templates of notifications: those the spec defines, and those that receivers use. What is wrong with them. Pure.

Alertmanager loads a broken text or the name of a template that there is not, and fails when it is to notify.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from alertgen.diagnostics import Diagnostic, did_you_mean
from alertgen.gotemplate import BUILTINS, Dialect, read
from alertgen.notifications import TEMPLATES
from alertgen.receivers import Version, dotted
from alertgen.routing.model import At

_FUNCTIONS: Final[Mapping[str, Version]] = {
    **dict.fromkeys(
        ("join", "match", "reReplaceAll", "safeHtml", "stringSlice", "title", "toLower", "toUpper"), (0, 25)
    ),
    **dict.fromkeys(("date", "humanizeDuration", "since", "trimSpace", "tz"), (0, 28)),
    **dict.fromkeys(("append", "dict", "list", "safeUrl", "toJson", "urlUnescape"), (0, 33)),
}
"""Function → an Alertmanager that has it: `amtool template render` of 0.25, 0.28 and 0.33 was asked."""

_ROOT: Final = (
    *("Alerts", "CommonAnnotations", "CommonLabels", "ExternalURL", "GroupLabels", "NotificationReason", "Receiver"),
    *("RouteLabels", "Status"),
)
"""What the dot has at the top of a notification (template.Data)."""

_OWN: Final = frozenset(
    re.findall(
        r"\S+",
        """
    __alertmanager __alertmanagerURL __description __subject __text_alert_list __text_alert_list_markdown
    discord.default.content discord.default.message discord.default.title email.default.html
    email.default.subject jira.default.description jira.default.priority jira.default.summary
    mattermost.default.color mattermost.default.fallback mattermost.default.text mattermost.default.title
    mattermost.default.titlelink mattermost.default.username msteams.default.summary msteams.default.text
    msteams.default.title msteamsv2.default.text msteamsv2.default.title opsgenie.default.description
    opsgenie.default.message opsgenie.default.source pagerduty.default.client pagerduty.default.clientURL
    pagerduty.default.description pagerduty.default.instances pushover.default.message pushover.default.title
    pushover.default.url rocketchat.default.alias rocketchat.default.emoji rocketchat.default.iconurl
    rocketchat.default.text rocketchat.default.title rocketchat.default.titlelink slack.default.callbackid
    slack.default.color slack.default.fallback slack.default.footer slack.default.iconemoji
    slack.default.iconurl slack.default.pretext slack.default.text slack.default.title slack.default.titlelink
    slack.default.username sns.default.message sns.default.subject telegram.default.message
    victorops.default.entity_display_name victorops.default.monitoring_tool victorops.default.state_message
    webex.default.message wechat.default.agent_id wechat.default.message wechat.default.to_party
    wechat.default.to_tag wechat.default.to_user
""",
    )
)
"""Alertmanager's own: what `default.tmpl` and `email.tmpl` of 0.25, 0.28 and 0.33 define."""


def check(data: Mapping[str, Any], at: At, version: Version) -> Iterator[Diagnostic]:
    """What is wrong with the templates of a routing document that passed the schema."""
    functions = BUILTINS | {name for name, since in _FUNCTIONS.items() if since <= version}
    dialect = Dialect("a notification's template", functions, _ROOT, frozenset(("$",)), "")
    defined: Mapping[str, str] = data.get("templates", {})
    known = _OWN | TEMPLATES.keys() | defined.keys()
    written = {key: data.get(key, {}) for key in ("templates", "receivers")}
    for steps, text in _texts(written, ()):
        found = read(text, dialect)
        for mistake in found.mistakes:
            hint = _newer(mistake.message, version) or mistake.hint
            yield Diagnostic(at(*steps), "broken-template", mistake.message, hint=hint)
        for name in found.uses:
            if name not in known | set(found.defines):
                message = f"there is no template '{name}'"
                hint = did_you_mean(name, known) or "define it in routing.templates"
                yield Diagnostic(at(*steps), "unknown-template", message, hint=hint)
        if steps[0] == "templates" and found.defines:
            message = f"'{found.defines[0]}' is defined within '{steps[1]}'"
            yield Diagnostic(
                at(*steps), "broken-template", message, hint="give each a key of its own in routing.templates"
            )


def _newer(message: str, version: Version) -> str:
    """For a function that other versions have, which."""
    name = message.rpartition(" ")[2].strip("'")
    since = _FUNCTIONS.get(name)
    if since is None or since <= version:
        return ""
    return f"Alertmanager {dotted(since)} has it, and {dotted(version)} is what alertmanager.version says"


def _texts(value: Any, steps: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text below a value that has a template in it, with the path to it."""
    match value:
        case str() if "{{" in value:
            yield steps, value
        case dict():
            for key, inner in value.items():
                yield from _texts(inner, (*steps, key))
        case list():
            for index, inner in enumerate(value):
                yield from _texts(inner, (*steps, index))
