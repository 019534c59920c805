"""From an exporter that goes bad to the words that reach people: the built files in a real Prometheus and Alertmanager.

The spec asks for short times, so that it takes seconds; nothing else about it is special.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import servers
from servers import Alertmanager, Exporter, Runnable, Sink, listening, wait_for

from alertgen import compiler, workspace

SITE = {
    "site": "shop",
    "external_labels": {"cluster": "here"},
    "scrape_interval": "1s",
    "evaluation_interval": "1s",
    "alerts": {
        "WorkloadDown": {"for": "1s"},
        "WorkloadDegraded": {"for": "1s", "keep_firing_for": "0s"},
        "PodNotReady": {"for": "1s", "keep_firing_for": "0s"},
    },
}
POD = "my-app-6d5b9c7f8d-x2x4k"


def routing(sink: str, secret: Path) -> Mapping[str, Any]:
    return {
        "routing": {
            "default": "nobodys",
            "heartbeat": {"receiver": "deadman", "every": "2s"},
            # Long enough for the cause to arrive before its symptoms are told.
            "group_wait": "2s",
            "group_interval": "1s",
            "teams": {
                "web": {
                    "page": {"receiver": "web-pager", "escalate": [{"after": "10s", "receiver": "web-lead"}]},
                    "ticket": "web-chat",
                }
            },
            "receivers": {
                "web-pager": {"webhook": {"url": f"http://{sink}/pager"}},
                "web-lead": {"webhook": {"url": f"http://{sink}/lead"}},
                "web-chat": {"slack": {"api_url_file": str(secret), "channel": "#web"}},
                "nobodys": {"webhook": {"url": f"http://{sink}/nobodys"}},
                "deadman": {"webhook": {"url": f"http://{sink}/deadman"}},
            },
        }
    }


@dataclass(frozen=True, slots=True)
class Chain:
    exporter: Exporter
    sink: Sink
    alertmanager: Alertmanager

    def show(self, *, available: int, ready: bool, others: int) -> None:
        """What kube-state-metrics says of a Deployment of two pods, one of which may not be ready, and of another."""
        other = 'namespace="shop",deployment="my-other-app"'
        of, pod = 'namespace="shop",deployment="my-app"', f'namespace="shop",pod="{POD}"'
        self.exporter.show(
            f"kube_deployment_spec_replicas{{{other}}} 1",
            f"kube_deployment_status_replicas_available{{{other}}} {others}",
            f"kube_deployment_spec_strategy_rollingupdate_max_unavailable{{{other}}} 1",
            f"kube_deployment_spec_replicas{{{of}}} 2",
            f"kube_deployment_status_replicas_available{{{of}}} {available}",
            f"kube_deployment_spec_strategy_rollingupdate_max_unavailable{{{of}}} 1",
            f'kube_pod_status_ready{{{pod},condition="true"}} {ready:d}',
            f'kube_pod_status_phase{{{pod},phase="Running"}} 1',
        )

    def told(self, path: str, alert: str, status: str) -> list[Mapping[str, Any]]:
        """The alerts of this name in what the receiver at `path` got, with this status."""
        return [
            each
            for message in self.sink.at(path)
            for each in message["alerts"]
            if (each["labels"]["alertname"], each["status"]) == (alert, status)
        ]

    def firing(self) -> list[str]:
        """The alerts that Alertmanager knows of."""
        return [fate.labels["alertname"] for fate in self.alertmanager.fates()]

    def silenced(self) -> dict[str, set[str]]:
        """The alerts that are inhibited, and by which."""
        return {
            fate.labels["alertname"]: {cause["alertname"] for cause in fate.inhibited_by}
            for fate in self.alertmanager.fates()
            if fate.inhibited_by and fate.labels["service"] == "my-app"
        }


@contextlib.contextmanager
def chain(prometheus: Runnable, alertmanager: Runnable, folder: Path) -> Iterator[Chain]:
    """A site of one service, its exporter, the servers that watch it, and those who are told."""
    exporter, sink, secret = Exporter(), Sink(), folder / "slack"
    with listening(exporter, sink) as address:
        secret.write_text(f"http://{address}/chat", encoding="utf-8")
        both = ({"service": name, "namespace": "shop", "team": "web"} for name in ("my-app", "my-other-app"))
        build((SITE, *both, routing(address, secret)), folder / "golden")
        shutil.copytree(folder / "golden/alertmanager", folder / "alertmanager")
        text = (folder / "alertmanager/alertmanager.yaml").read_text(encoding="utf-8")
        with servers.alertmanager(alertmanager, text, folder / "alertmanager") as am:
            configuration = {
                "global": {
                    "scrape_interval": SITE["scrape_interval"],
                    "evaluation_interval": SITE["evaluation_interval"],
                    "external_labels": SITE["external_labels"],
                },
                "rule_files": [f"{namespace}/*.yaml" for namespace in (folder / "golden/prometheus").iterdir()],
                "scrape_configs": [{"job_name": "kube-state-metrics", "static_configs": [{"targets": [address]}]}],
                "alerting": {
                    "alertmanagers": [{"static_configs": [{"targets": [am.url.removeprefix("http://")]}]}],
                },
            }
            with servers.prometheus(prometheus, configuration, folder / "prometheus"):
                yield Chain(exporter, sink, am)


def build(documents: Sequence[Mapping[str, Any]], out: Path) -> None:
    files = [(f"rules.d/{i}.yaml", json.dumps(document).encode()) for i, document in enumerate(documents)]
    result = compiler.compile_spec(files, dt.date(2026, 11, 23), "rules.d")
    # The installation's own alerts are nobody's here, so that there are such.
    assert [] == [str(d) for d in result.diagnostics if d.code != "no-site-team"]
    workspace.write(str(out), result.artifacts())


@pytest.mark.long  # seconds of waiting, which is what it is about
def test_the_right_people_hear_of_an_outage_and_of_its_end(
    prometheus: Runnable, alertmanagers: Sequence[Runnable], tmp_path: Path
) -> None:
    with chain(prometheus, alertmanagers[-1], tmp_path) as it:
        it.show(available=2, ready=True, others=1)
        wait_for("the heart beats", lambda: len(it.told("/deadman", "Watchdog", "firing")) >= 2)

        it.show(available=0, ready=False, others=0)
        wait_for("the outages page", lambda: len(it.told("/pager", "WorkloadDown", "firing")) >= 2)
        assert [] == it.sink.at("/lead")
        pages = it.told("/pager", "WorkloadDown", "firing")
        (page,) = (each for each in pages[:2] if each["labels"]["service"] == "my-app")
        assert "my-app is down: no pod is available" == page["annotations"]["summary"]
        assert (
            "Deployment shop/my-app has had no available pod for 1s, although it should have some."
            == page["annotations"]["description"]
        )
        assert ("here", "shop", "my-app", "web", "critical") == tuple(
            page["labels"][name] for name in ("cluster", "namespace", "service", "team", "severity")
        )
        symptoms = {"PodNotReady": {"WorkloadDown"}, "WorkloadDegraded": {"WorkloadDown"}}
        wait_for("its symptoms are inhibited by it", lambda: it.silenced() == symptoms)
        assert [] == it.sink.at("/chat")

        it.show(available=2, ready=False, others=0)
        wait_for("its end is told, too", lambda: bool(it.told("/pager", "WorkloadDown", "resolved")))
        wait_for("what is left is told when the outage is over", lambda: bool(it.sink.at("/chat")))
        assert {} == it.silenced()
        (attachment,) = it.sink.at("/chat")[0]["attachments"]
        assert "[1 firing] PodNotReady shop/my-app (here)" == attachment["title"]
        assert "warning" == attachment["color"]
        assert attachment["text"].startswith(f"*{POD} ")
        assert attachment["text"].endswith(
            "%22PodNotReady%22%2C%20cluster%3D%22here%22%2C%20namespace%3D%22shop%22%2C%20service%3D%22my-app%22%7D|silence>"
        )
        assert "#web" == it.sink.at("/chat")[0]["channel"]

        wait_for("the one that lasts is escalated", lambda: bool(it.sink.at("/lead")))
        it.show(available=2, ready=True, others=1)
        wait_for("the lead hears of the end, too", lambda: bool(it.told("/lead", "WorkloadDown", "resolved")))
        assert {"my-other-app"} == {a["labels"]["service"] for m in it.sink.at("/lead") for a in m["alerts"]}
        wait_for(
            "nothing fires but Watchdog",
            lambda: [f.labels["alertname"] for f in it.alertmanager.fates()] == ["Watchdog"],
        )
        beats = len(it.sink.at("/deadman"))
        wait_for("the heart still beats", lambda: len(it.sink.at("/deadman")) > beats)
        assert [] == it.sink.at("/nobodys")
        assert {"WorkloadDown"} == {a["labels"]["alertname"] for m in it.sink.at("/pager") for a in m["alerts"]}
