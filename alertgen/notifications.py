"""What people read when they are told: Alertmanager templates by name. Pure data.

Each says what, where, since when, and where to go on: runbook, dashboard, silence. A site can replace any of them. They
use only what Alertmanager 0.25 has. https://prometheus.io/docs/alerting/latest/notifications/ has the data.
"""

from __future__ import annotations

from collections.abc import Mapping

_MOST = 10
"""Alerts that are shown one by one: chats and mail servers cut longer texts off where it hurts."""
_SINCE = '{{ .StartsAt.UTC.Format "2006-01-02 15:04 MST" }}'
_WHERE = (
    "{{ with .CommonLabels.namespace }} {{ . }}{{ end }}{{ with .CommonLabels.service }}/{{ . }}{{ end }}"
    "{{ with .CommonLabels.cluster }} ({{ . }}){{ end }}"
)
_MORE = f"{{{{ if gt (len .Alerts) {_MOST} }}}}%s{{{{ len .Alerts }}}} alerts in all%s{{{{ end }}}}"
_EACH = f"{{{{ range $index, $alert := .Alerts }}}}{{{{ if lt $index {_MOST} }}}}%s{{{{ end }}}}{{{{ end }}}}"
_SILENCE = (
    "{{ .ExternalURL }}/#/silences/new?filter=%%7B{{ range $index, $pair := .GroupLabels.SortedPairs }}"
    "{{ if $index }}%%2C%%20{{ end }}{{ .Name }}%%3D%%22{{ .Value%s }}%%22{{ end }}%%7D"
)
_RESOLVED = '{{ if eq .Status "resolved" }} (resolved){{ end }}'

TEMPLATES: Mapping[str, str] = {
    "alertgen.title": (
        '[{{ if eq .Status "firing" }}{{ len .Alerts.Firing }} firing{{ else }}resolved{{ end }}] '
        "{{ with .CommonLabels.alertname }}{{ . }}{{ else }}{{ len .Alerts }} alerts{{ end }}" + _WHERE
    ),
    "alertgen.summary": (
        "{{ with .CommonAnnotations.summary }}{{ . }}{{ else }}{{ range $index, $alert := .Alerts }}"
        "{{ if lt $index 3 }}{{ if $index }}; {{ end }}{{ .Annotations.summary }}{{ end }}{{ end }}{{ end }}"
    ),
    "alertgen.since": (
        f"{{{{ range $index, $alert := .Alerts }}}}{{{{ if not $index }}}}{_SINCE}{{{{ end }}}}{{{{ end }}}}"
    ),
    "alertgen.runbook": "{{ .CommonAnnotations.runbook_url }}",
    "alertgen.dashboard": "{{ .CommonAnnotations.dashboard_url }}",
    # A plus in a query means a space to servers, and a plus to Alertmanager's page.
    "alertgen.silence": _SILENCE % ' | urlquery | reReplaceAll "[+]" "%20"',
    "alertgen.slack.color": (
        '{{ if eq .Status "resolved" }}good{{ else if eq .CommonLabels.severity "critical" }}danger{{ else }}warning'
        "{{ end }}"
    ),
    "alertgen.slack.text": (
        _EACH
        % (
            f"*{{{{ .Annotations.summary }}}}*{_RESOLVED}\n{{{{ .Annotations.description }}}}\n"
            f"since {_SINCE}{{{{ with .Annotations.runbook_url }}}} · <{{{{ . }}}}|runbook>{{{{ end }}}}"
            "{{ with .Annotations.dashboard_url }} · <{{ . }}|dashboard>{{ end }}\n\n"
        )
        + _MORE % ("… ", "\n")
        + '{{ if eq .Status "firing" }}<{{ template "alertgen.silence" . }}|silence>{{ end }}'
    ),
    "alertgen.pagerduty.severity": (
        '{{ if eq .CommonLabels.severity "critical" }}critical{{ else if eq .CommonLabels.severity "warning" }}warning'
        "{{ else }}info{{ end }}"
    ),
    "alertgen.email.text": (
        _EACH
        % (
            f"{{{{ .Annotations.summary }}}}{_RESOLVED}\n{{{{ .Annotations.description }}}}\nsince {_SINCE}\n"
            "{{ with .Annotations.runbook_url }}runbook: {{ . }}\n{{ end }}"
            "{{ with .Annotations.dashboard_url }}dashboard: {{ . }}\n{{ end }}\n"
        )
        + _MORE % ("", "\n")
        + '{{ if eq .Status "firing" }}silence: {{ template "alertgen.silence" . }}{{ end }}'
    ),
    "alertgen.email.html": (
        '<!doctype html>\n<html><body style="font-family: sans-serif">\n<h2>{{ template "alertgen.title" . }}</h2>\n'
        + _EACH
        % (
            f"<h3>{{{{ .Annotations.summary }}}}{_RESOLVED}</h3>\n<p>{{{{ .Annotations.description }}}}</p>\n"
            f"<p>since {_SINCE}"
            '{{ with .Annotations.runbook_url }} · <a href="{{ . }}">runbook</a>{{ end }}'
            '{{ with .Annotations.dashboard_url }} · <a href="{{ . }}">dashboard</a>{{ end }}</p>\n'
        )
        + _MORE % ("<p>", "</p>\n")
        + f'{{{{ if eq .Status "firing" }}}}<p><a href="{_SILENCE % ""}">silence</a></p>\n{{{{ end }}}}</body></html>'
    ),
}
"""Name → what is between `{{ define "name" }}` and its `{{ end }}`."""


def included(name: str) -> str:
    """The text that consists of a template."""
    return f'{{{{ template "{name}" . }}}}'
