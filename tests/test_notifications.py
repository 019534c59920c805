"""What people read, as each amtool there is fills it in."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from alertgen.notifications import TEMPLATES, included
from alertgen.render.templates import render
from alertgen.tools.binaries import Binary

LABELS = {"alertname": "WorkloadDown", "namespace": "shop", "service": "my-app", "severity": "critical"}
LINKS = {"runbook_url": "https://runbooks/WorkloadDown", "dashboard_url": "https://grafana/d?a=b&c=d"}
NEVER = "0001-01-01T00:00:00Z"


def alert(summary: str, status: str = "firing", **more: str) -> dict[str, Any]:
    ends = NEVER if status == "firing" else "2026-11-23T05:00:00Z"
    return {
        "status": status, "labels": LABELS, "startsAt": "2026-11-23T03:04:05+01:00", "endsAt": ends,
        "annotations": {"summary": summary, "description": f"{summary}, in full", **more},
    }  # fmt: skip


def told(*alerts: dict[str, Any], group: dict[str, str] | None = None, **common: str) -> dict[str, Any]:
    return {
        "receiver": "web", "status": "firing" if any(a["status"] == "firing" for a in alerts) else "resolved",
        "alerts": list(alerts), "groupLabels": group or {"alertname": "WorkloadDown"},
        "commonLabels": LABELS | common, "commonAnnotations": alerts[0]["annotations"] if len(alerts) == 1 else {},
        "externalURL": "https://am.example.com",
    }  # fmt: skip


class Fill:
    """Fills a template in with every amtool, and finds that they agree."""

    def __init__(self, amtools: Sequence[Binary], folder: Path) -> None:
        self._amtools, self._folder = amtools, folder
        (folder / "a.tmpl").write_text(render({"mine": "{{ .Receiver }}"}, ""), encoding="utf-8")

    def __call__(self, name: str, data: dict[str, Any], kind: str = "text") -> str:
        (self._folder / "data.json").write_text(json.dumps(data), encoding="utf-8")
        found = {self._filled(amtool, name, kind) for amtool in self._amtools}
        assert 1 == len(found)
        return found.pop()

    def _filled(self, amtool: Binary, name: str, kind: str) -> str:
        command = [str(amtool.path), "template", "render", "--template.glob=a.tmpl", "--template.data=data.json"]
        command += [f"--template.type={kind}", f"--template.text={included(name)}"]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, done.stderr
        return done.stdout


@pytest.fixture
def fill(amtools: Sequence[Binary], tmp_path: Path) -> Fill:
    return Fill(amtools, tmp_path)


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("data", [told(alert("a", **LINKS)), told(alert("a"), alert("b", "resolved"))])
def test_every_template_can_be_filled_in_as_text_and_as_html(name: str, data: dict[str, Any], fill: Fill) -> None:
    found = [fill(name, data, kind) for kind in (("html",) if name.endswith("html") else ("text",))]
    assert ["<no value>" not in text for text in found] == [True]


def test_the_title_says_what_fires_and_where(fill: Fill) -> None:
    assert "[1 firing] WorkloadDown shop/my-app (prod)" == fill("alertgen.title", told(alert("a"), cluster="prod"))
    assert "[resolved] WorkloadDown shop/my-app" == fill("alertgen.title", told(alert("a", "resolved")))
    several = told(alert("a"), alert("b"), alertname="")
    assert "[2 firing] 2 alerts shop/my-app" == fill("alertgen.title", several)


def test_the_summary_is_that_of_all_or_of_the_first_three(fill: Fill) -> None:
    assert "one" == fill("alertgen.summary", told(alert("one")))
    assert "a; b; c" == fill("alertgen.summary", told(*(alert(name) for name in "abcd")))


def test_slack_reads_what_since_when_and_where_to_go_on(fill: Fill) -> None:
    assert (
        "*down*\ndown, in full\nsince 2026-11-23 02:04 UTC · <https://runbooks/WorkloadDown|runbook>"
        " · <https://grafana/d?a=b&c=d|dashboard>\n\n*gone* (resolved)\ngone, in full\nsince 2026-11-23 02:04 UTC\n\n"
        "<https://am.example.com/#/silences/new?filter=%7Balertname%3D%22WorkloadDown%22%7D|silence>"
    ) == fill("alertgen.slack.text", told(alert("down", **LINKS), alert("gone", "resolved")))


def test_what_is_over_cannot_be_silenced(fill: Fill) -> None:
    assert "silence" not in fill("alertgen.slack.text", told(alert("a", "resolved")))
    assert "silence" not in fill("alertgen.email.html", told(alert("a", "resolved")), "html")


def test_of_many_alerts_ten_are_shown(fill: Fill) -> None:
    many = told(*(alert(f"number {n}") for n in range(30)))
    for name, kind in (("slack.text", "text"), ("email.text", "text"), ("email.html", "html")):
        text = fill(f"alertgen.{name}", many, kind)
        assert "number 9" in text
        assert "number 10" not in text
        assert "30 alerts in all" in text


def test_a_silence_is_about_the_group_whatever_its_labels_contain(fill: Fill) -> None:
    odd = told(alert("a"), group={"alertname": "A", "volume": 'a b&c+"d'})
    link = "https://am.example.com/#/silences/new?filter=%7Balertname%3D%22A%22%2C%20volume%3D%22a%20b%26c%2B%22d%22%7D"
    assert link == fill("alertgen.silence", odd)


def test_mail_shows_what_is_written_and_runs_nothing(fill: Fill) -> None:
    text = fill("alertgen.email.html", told(alert("<script>x</script>", runbook_url="javascript:x")), "html")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "javascript" not in text


@pytest.mark.parametrize(("severity", "color", "urgency"), [
    ("critical", "danger", "critical"), ("warning", "warning", "warning"), ("info", "warning", "info"),
])  # fmt: skip
def test_the_severity_is_seen(severity: str, color: str, urgency: str, fill: Fill) -> None:
    data = told(alert("a"), severity=severity)
    assert (color, urgency) == (fill("alertgen.slack.color", data), fill("alertgen.pagerduty.severity", data))


def test_what_is_over_is_green(fill: Fill) -> None:
    assert "good" == fill("alertgen.slack.color", told(alert("a", "resolved")))


def test_the_site_adds_templates_of_its_own(fill: Fill) -> None:
    assert "web" == fill("mine", told(alert("a")))
