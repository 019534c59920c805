"""Texts that Alertmanager could not fill in when it is to notify are found before."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from alertgen.compiler import Build, compile_spec
from alertgen.routing.templates import _FUNCTIONS, _OWN

SPEC = """routing:
  default: all
  heartbeat: {{receiver: all}}
  templates:
    mine: "{mine}"
  receivers:
    all: {{webhook: {{url: "http://all/"}}, slack: {{api_url_file: /etc/slack, channel: a, title: '{title}'}}}}
"""


def built(title: str = "", mine: str = "ok", version: str = "0.25") -> Build:
    site = f"site: here\nalertmanager: {{version: '{version}'}}\nteam: web\n"
    text = SPEC.format(title=title or "all is well", mine=mine)
    return compile_spec([("r.yaml", text.encode()), ("s.yaml", site.encode())], dt.date(2026, 1, 1), "x")


def mistakes(title: str = "", mine: str = "ok", version: str = "0.25") -> list[str]:
    return [str(d) for d in built(title, mine, version).diagnostics if d.location.path == "r.yaml"]


@pytest.mark.parametrize(
    ("expected", "title"),
    [
        ([], '{{ template "mine" . }}'),
        ([], '{{ template "slack.default.title" . }}'),
        ([], '{{ template "alertgen.title" . }}'),
        ([], "{{ .CommonLabels.service | toUpper }}{{ range .Alerts.Firing }}{{ .Labels.pod }}{{ end }}"),
        (["7:95: error[unknown-template]: there is no template 'mien'"], '{{ template "mien" . }}'),
        (["7:95: error[broken-template]: this '{{' is never closed"], "{{ .Status"),
        (["7:95: error[broken-template]: there is no function 'toUper'"], "{{ .Status | toUper }}"),
        (["7:95: error[broken-template]: there is no function 'trimSpace'"], "{{ .Status | trimSpace }}"),
        (["7:95: error[broken-template]: a notification's template knows no '.Labels'"], "{{ .Labels.pod }}"),
        (["7:95: error[broken-template]: there is no variable '$labels'"], "{{ $labels.pod }}"),
        (["7:95: error[broken-template]: the '{{ range }}' has no end"], "{{ range .Alerts }}"),
        (["7:95: error[broken-template]: '{{ template }}' does not say which template"], "{{ template . }}"),
    ],
)
def test_a_receivers_text_is_looked_at(expected: list[str], title: str) -> None:
    assert [f"r.yaml:{one}" for one in expected] == mistakes(title)


def test_a_function_that_is_newer_is_told_with_the_version_that_has_it() -> None:
    (found,) = built("{{ .Status | trimSpace }}").diagnostics
    assert "Alertmanager 0.28 has it, and 0.25 is what alertmanager.version says" == found.hint
    assert [] == mistakes("{{ .Status | trimSpace }}", version="0.28")


def test_a_template_of_the_site_is_looked_at() -> None:
    assert ["r.yaml:5:11: error[broken-template]: the '{{ if }}' has no end"] == mistakes(mine="{{ if .Status }}")
    (nested,) = mistakes(mine="{{ define `x` }}{{ end }}")
    assert nested.startswith("r.yaml:5:11: error[broken-template]: 'x' is defined within 'mine'")


def test_alertgens_own_words_are_used_where_nothing_is_said_and_can_be_replaced() -> None:
    config, texts = (artifact.text for artifact in built(title="my own").routing_artifacts)
    assert "templates: [templates/alertgen.tmpl]" in config
    assert "title: 'my own'" in config
    assert """text: '{{ template "alertgen.slack.text" . }}'""" in config
    assert '{{ define "mine" }}ok{{ end }}' in texts
    replaced = SPEC.replace("mine:", "alertgen.title:").format(mine="Hello", title="x")
    _, texts = (
        a.text for a in compile_spec([("r.yaml", replaced.encode())], dt.date(2026, 1, 1), "x").routing_artifacts
    )
    assert 1 == texts.count('{{ define "alertgen.title" }}')
    assert '{{ define "alertgen.title" }}Hello{{ end }}' in texts


def test_without_anybody_who_reads_there_are_no_templates() -> None:
    text = "routing: {default: all, receivers: {all: {webhook: {url: 'http://all/'}}}}\n"
    (config,) = compile_spec([("r.yaml", text.encode())], dt.date(2026, 1, 1), "x").routing_artifacts
    assert "templates" not in config.text


def test_alertmanagers_own_templates_are_known(tmp_path: Path) -> None:
    del tmp_path
    defined: set[str] = set()
    for folder in (Path(__file__).parents[2] / ".tools").glob("prometheus-alertmanager_*/usr/share/prometheus/*"):
        for file in folder.glob("*.tmpl"):
            defined |= set(re.findall(r'define "([^"]+)"', file.read_text(encoding="utf-8")))
    assert defined <= _OWN
    assert {"toUpper", "reReplaceAll"} <= _FUNCTIONS.keys()
