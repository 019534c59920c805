"""Jira."""

from __future__ import annotations

from alertgen.receivers._field import Field, Integration, Kind, flag, setting, text, url
from alertgen.receivers._http import HTTP_CONFIG


def _updatable(name: str) -> Field:
    parts = (text("template", "The text.", required=True), flag("enable_update", "Change it later too.", default=True))
    template = f'{{{{ template "jira.default.{name}" . }}}}'
    return Field(name, Kind.TEXT, f"The {name}.", default=template, fields=parts, structured_since=(0, 30))


INTEGRATION = Integration(
    key="jira",
    about="Opens and closes Jira issues, with the credentials in http_config.",
    since=(0, 28),
    fields=(
        url("api_url", "Jira's API with its path, e.g. https://example.atlassian.net/rest/api/2/.", required=True),
        setting(
            "api_type",
            Kind.CHOICE,
            "Which Jira it is.",
            default="auto",
            choices=("auto", "cloud", "datacenter"),
            since="0.29",
        ),
        text("project", "The project's key.", required=True),
        text("issue_type", "The type of issue, e.g. Bug.", required=True),
        _updatable("summary"),
        _updatable("description"),
        setting("labels", Kind.TEXTS, "The issue's labels."),
        text("priority", "The issue's priority.", default='{{ template "jira.default.priority" . }}'),
        text("reopen_transition", "The transition that opens an issue again."),
        text("resolve_transition", "The transition that resolves an issue."),
        text("wont_fix_resolution", "Issues with this resolution stay closed."),
        setting("reopen_duration", Kind.DURATION, "Issues older than this stay closed."),
        setting("fields", Kind.TREE, "Further fields of the issue by name."),
        HTTP_CONFIG,
    ),
)
