"""What people get wrong: one located diagnostic at least, nothing written, nothing lost, never a traceback."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from alertgen import compiler

ALERTGEN = str(Path(sys.executable).parent / "alertgen")
SERVICE = "service: my-app\nnamespace: shop\nteam: web\n"
ROUTING = "routing:\n  default: {receiver: chat}\n  teams: {web: {ticket: chat}}\n  receivers:\n    chat: {%s}\n"
CHAT = ROUTING % "slack: {api_url_file: /etc/slack, channel: '#x'}"
LONG = "x" * 300


def found(*texts: str | bytes) -> list[str]:
    """The diagnostics of files a.yaml, b.yaml…, as `file:line:column code`."""
    files = [
        (f"{name}.yaml", t if isinstance(t, bytes) else t.encode()) for name, t in zip("abcdef", texts, strict=False)
    ]
    build = compiler.compile_spec(files, dt.date(2026, 11, 23), "rules.d")
    return [f"{d.location} {d.code}" for d in build.diagnostics]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(SERVICE + "treshold: 3\n", "a.yaml:4:1 unknown-key", id="an unknown key"),
        pytest.param(SERVICE + "labels: 5\n", "a.yaml:4:9 wrong-type", id="a wrong type"),
        pytest.param(SERVICE + "labels: {app: 5}\n", "a.yaml:4:15 wrong-type", id="a number where text belongs"),
        pytest.param(SERVICE + "service: other\n", "a.yaml:4:1 duplicate-key", id="a duplicate key"),
        pytest.param("service: my-app\nnamespace: shop\n", "a.yaml:1:1 missing-key", id="no team"),
        pytest.param(SERVICE + "labels: &a {x: *a}\n", "a.yaml:4:9 anchor", id="a cyclic alias"),
        pytest.param(SERVICE + "labels: {<<: {x: y}}\n", "a.yaml:4:10 merge-key", id="a merge key"),
        pytest.param(SERVICE + "labels: {x: 'a\x07b'}\n", "a.yaml:4:15 control-character", id="a control character"),
        pytest.param(SERVICE.encode() + b"tier: \xff\n", "a.yaml:4:7 not-utf8", id="bytes that are not UTF-8"),
        pytest.param("service: my-app\n\tnamespace: shop\n", "a.yaml:2:1 tab", id="a tab"),
        pytest.param("", "a.yaml:1:1 empty-file", id="an empty file"),
        pytest.param(SERVICE + f"runbook: {'x' * 10_000_000}\n", "a.yaml:1:1 file-too-large", id="a scalar of 10 MB"),
        pytest.param(SERVICE + f"labels: {'[' * 100_000}\n", "a.yaml:4:40 too-deep", id="deep nesting"),
        pytest.param(SERVICE + "kind: Deploymnt\n", "a.yaml:4:7 unknown-value", id="an unknown kind"),
        pytest.param(SERVICE + "tier: critcal\n", "a.yaml:4:7 unknown-tier", id="an unknown tier"),
        pytest.param(SERVICE.replace("my-app", "My_App"), "a.yaml:1:10 bad-value", id="a name with capitals"),
        pytest.param(SERVICE.replace("my-app", "../x"), "a.yaml:1:10 bad-value", id="a name that is a path"),
        pytest.param(SERVICE.replace("my-app", '"a{b}"'), "a.yaml:1:10 bad-value", id="a name with braces"),
        pytest.param(SERVICE.replace("my-app", "'a\"b'"), "a.yaml:1:10 bad-value", id="a name with a quote"),
        pytest.param(SERVICE.replace("my-app", '"a\\nb"'), "a.yaml:1:10 bad-value", id="a name with a newline"),
        pytest.param(SERVICE.replace("my-app", LONG), "a.yaml:1:10 too-long", id="a name of 300 characters"),
        pytest.param(SERVICE.replace("my-app", "x" * 50), "a.yaml:1:10 name-too-long", id="a name that pods cut"),
        pytest.param(
            f"{SERVICE.replace('my-app', 'x' * 53)}kind: CronJob\nselect: owner\n",
            "a.yaml:1:10 name-too-long",
            id="a CronJob that Kubernetes does not take",
        ),
        pytest.param(SERVICE.replace("shop", "sh.op"), "a.yaml:2:12 bad-value", id="a namespace with a dot"),
        pytest.param(SERVICE.replace("web", "'w b'"), "a.yaml:3:7 bad-value", id="a team with a blank"),
        pytest.param(SERVICE + "container: 'a|b'\n", "a.yaml:4:12 bad-value", id="a container that is a regex"),
        pytest.param(SERVICE + "runbook: javascript:x\n", "a.yaml:4:10 bad-value", id="a runbook that is no address"),
        pytest.param(SERVICE + "labels: {alertname: x}\n", "a.yaml:4:10 bad-value", id="the label alertname"),
        pytest.param(SERVICE + "labels: {__x: x}\n", "a.yaml:4:10 bad-value", id="a label that is Prometheus' own"),
        pytest.param(SERVICE + "labels: {team: x}\n", "a.yaml:4:16 reserved-label", id="a label that alertgen sets"),
        pytest.param("service: a\n---\nteam: x\n", "a.yaml:3:1 no-kind", id="a document of no kind"),
    ],
)
def test_a_mistake_has_a_place(text: str | bytes, expected: str) -> None:
    assert expected in found(text)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        pytest.param("NoSuchAlert: {for: 5m}", "a.yaml:5:3 unknown-key", id="no such alert"),
        pytest.param("PodNotReady: {for: 5x}", "a.yaml:5:22 bad-value", id="a bad duration"),
        pytest.param("PodNotReady: {for: 09:00}", "a.yaml:5:22 bad-value", id="a time of day is no duration"),
        pytest.param("PodNotReady: {for: 10}", "a.yaml:5:22 bad-value", id="a duration without unit"),
        pytest.param("PodNotReady: {severity: no}", "a.yaml:5:27 unknown-value", id="no is a word"),
        pytest.param("PodNotReady: {enabled: no}", "a.yaml:5:26 wrong-type", id="no is not false"),
        pytest.param("WorkloadRestartStorm: {enabled: false, reason: x}", "a.yaml:5:35 no-effect", id="off anyway"),
        pytest.param("PodNotReady: {enabled: false}", "a.yaml:5:26 missing-reason", id="off without a reason"),
        pytest.param("PodNotReady: {}", "a.yaml:5:16 no-effect", id="an empty override"),
        pytest.param("Watchdog: {for: 1m}", "a.yaml:5:3 no-effect", id="an alert of the cluster"),
        pytest.param("ContainerRestartRateHigh: {threshold: -3}", "a.yaml:5:41 bad-value", id="a negative threshold"),
        pytest.param("ContainerCPUThrottled: {threshold: .nan}", "a.yaml:5:38 bad-value", id="NaN"),
        pytest.param("ContainerCPUThrottled: {threshold: 150%}", "a.yaml:5:38 bad-value", id="more than the whole"),
        pytest.param("ContainerCPUThrottled: {threshold: 1e999}", "a.yaml:5:38 bad-value", id="infinity"),
        pytest.param(
            "PodNotReady: {for: 5m, reason: x, expires: 2026-11-23}", "a.yaml:5:46 expired", id="an expired override"
        ),
        pytest.param(
            "ContainerRestartRateHigh: {threshold: 6, window: 5m}", "a.yaml:5:41 cannot-work", id="an unreachable one"
        ),
        pytest.param(
            'PodNotReady: {annotations: {summary: "{{ $labels.pdo }} is not ready"}}',
            "a.yaml:5:30 template-label", id="a label that the expression drops",
        ),
        pytest.param(
            'PodNotReady: {annotations: {summary: "{{ $labels.pod "}}', "a.yaml:5:30 template-syntax",
            id="a broken template",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_an_override_has_a_place(override: str, expected: str) -> None:
    assert expected in found(f"{SERVICE}alerts:\n  {override}\n", CHAT)


def test_a_service_in_two_files_is_told_with_both_places() -> None:
    assert ["b.yaml:1:10 duplicate-service"] == found(SERVICE, SERVICE)


def test_a_second_site_and_a_second_routing_are_mistakes() -> None:
    assert {"d.yaml:1:1 second-site", "f.yaml:1:1 second-routing"} <= set(
        found(SERVICE, CHAT, "site: a\n", "site: b\n", SERVICE.replace("my-app", "other"), CHAT)
    )


def test_services_whose_pods_look_alike_are_told() -> None:
    other = SERVICE.replace("my-app", "my-app-db") + "kind: DaemonSet\n"
    assert ["a.yaml:1:10 pod-collision"] == found(SERVICE, other)
    assert ["a.yaml:3:1 no-routing"] == found(SERVICE + "select: owner\n", other)


JOBS = "schedules: [{cronjob: nightly, every: 24h}]\n"


@pytest.mark.parametrize(
    ("expected", "first", "second"),
    [
        (["b.yaml:4:13 claimed-twice"], SERVICE + JOBS, SERVICE.replace("my-app", "other") + JOBS),
        (["b.yaml:4:13 claimed-twice"], SERVICE.replace("my-app", "nightly") + "kind: CronJob\n", SERVICE + JOBS),
        (["b.yaml:1:10 claimed-twice"], SERVICE + JOBS, SERVICE.replace("my-app", "nightly") + "profile: cron\n"),
        ([], SERVICE + JOBS, SERVICE.replace("shop", "elsewhere") + JOBS),
        ([], SERVICE + "kind: CronJob\nschedules: [{every: 24h}]\n", SERVICE.replace("my-app", "other") + JOBS),
    ],
)
def test_a_cronjob_that_two_services_watch_is_told(expected: list[str], first: str, second: str) -> None:
    assert expected == [one for one in found(first, second) if "no-routing" not in one]


def test_an_unknown_team_is_told_with_the_nearest_one() -> None:
    assert ["a.yaml:3:7 unknown-team"] == found(SERVICE.replace("web", "wbe"), CHAT)


def test_overrides_and_tiers_that_nothing_feels_are_mistakes_at_every_layer() -> None:
    site = "site: x\ntiers: {gold: {alerts: {}}}\nalerts: {RolloutStuck: {for: 10m}}\n"
    worker = SERVICE + "kind: CronJob\n"
    assert ["c.yaml:2:9 no-effect", "c.yaml:3:10 no-effect"] == found(worker, CHAT, site)


def test_a_secret_is_refused_where_a_file_belongs_and_never_repeated() -> None:
    secret = "R0UT1NGK3Y-do-not-print"  # noqa: S105 - an example of what must not be printed
    routing = ROUTING % f"pagerduty: {{routing_key: {secret}}}"
    build = compiler.compile_spec([("a.yaml", SERVICE.encode()), ("b.yaml", routing.encode())], dt.date.min, "rules.d")
    assert build.failed
    assert {("b.yaml", 5)} == {(d.location.path, d.location.line) for d in build.diagnostics}
    assert secret not in repr(build.diagnostics)


def _alertgen(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ALERTGEN, *arguments], cwd=folder, env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site that is built."""
    (tmp_path / "rules.d").mkdir()
    (tmp_path / "rules.d" / "my-app.yaml").write_text(SERVICE, encoding="utf-8")
    assert 0 == _alertgen(tmp_path, "build").returncode
    return tmp_path


def test_a_failing_build_exits_with_1_and_leaves_the_tree_as_it_was(site: Path) -> None:
    before = {p: p.read_bytes() for p in (site / "golden").rglob("*") if p.is_file()}
    (site / "rules.d" / "my-app.yaml").write_text(SERVICE + "treshold: 3\n", encoding="utf-8")
    done = _alertgen(site, "build")
    assert 1 == done.returncode
    assert "rules.d/my-app.yaml:4:1: error[unknown-key]: unknown key 'treshold'" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert before == {p: p.read_bytes() for p in (site / "golden").rglob("*") if p.is_file()}


def test_every_machine_format_carries_the_place(site: Path) -> None:
    (site / "rules.d" / "my-app.yaml").write_text(SERVICE + "treshold: 3\n", encoding="utf-8")
    (plain,) = json.loads(_alertgen(site, "check", "--format", "json").stdout)["diagnostics"]
    assert ("rules.d/my-app.yaml", 4, 1, "unknown-key") == (
        plain["path"],
        plain["line"],
        plain["column"],
        plain["code"],
    )
    sarif = json.loads(_alertgen(site, "check", "--format", "sarif").stdout)
    region = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert {"startLine": 4, "startColumn": 1} == region
    assert "file=rules.d/my-app.yaml,line=4,col=1" in _alertgen(site, "check", "--format", "github").stdout
    assert 'file="rules.d/my-app.yaml" line="4"' in _alertgen(site, "check", "--format", "junit").stdout


def test_no_spec_no_promtool_and_wrong_usage_have_their_own_exit_status(site: Path, tmp_path: Path) -> None:
    assert 3 == _alertgen(site, "build", "--spec", "nowhere").returncode
    empty = tmp_path / "empty"
    empty.mkdir()
    missing = _alertgen(site, "test", PATH=str(empty))
    assert 3 == missing.returncode
    assert "no promtool 2.42 or newer" in missing.stderr
    assert 2 == _alertgen(site, "build", "--no-such-option").returncode


def test_a_stale_tree_is_not_tested(site: Path) -> None:
    (site / "rules.d" / "my-app.yaml").write_text(SERVICE + "tier: critical\n", encoding="utf-8")
    (site / "golden" / "docs" / "shop" / "my-app.md").unlink()
    done = _alertgen(site, "test", PATH=_with_tools())
    assert 1 == done.returncode
    assert "is stale" in done.stderr
    assert 1 == f"{done.stdout}{done.stderr}".count("run `alertgen build` and commit what it writes")


def test_a_selected_part_is_tested_without_the_tree(site: Path) -> None:
    done = _alertgen(site, "test", "-k", "WorkloadDown: fires", PATH=_with_tools())
    assert 0 == done.returncode, done.stdout + done.stderr
    assert "3 of 3 scenarios hold" in done.stdout


def _with_tools() -> str:
    root = Path(__file__).parent.parent
    found = [str(path.parent) for name in ("promtool", "amtool") for path in (root / ".tools").rglob(f"bin/{name}")]
    return os.pathsep.join([os.environ["PATH"], *found])
