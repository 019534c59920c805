from __future__ import annotations

import datetime as dt

import pytest

from alertgen.compiler import Build, compile_spec
from alertgen.produced import unproduced

FILES = {
    "rules.d/site.yaml": "site: s\nteam: platform\nexternal_labels: {cluster: prod}\n",
    "rules.d/my-app.yaml": (
        "service: my-app\nnamespace: shop\nteam: web\nlabels: {app: front}\n"
        "alerts: {PodNotReady: {enabled: false, reason: noisy}}\n"
    ),
    "rules.d/nightly.yaml": "service: nightly\nnamespace: shop\nteam: data\nkind: CronJob\ntier: batch\n",
}


@pytest.fixture(scope="module")
def build() -> Build:
    built = compile_spec([(path, text.encode()) for path, text in FILES.items()], dt.date(2026, 11, 23), "rules.d")
    assert not built.failed
    return built


def said(build: Build, labels: str) -> str:
    asked = dict(label.split("=") for label in labels.split(","))
    found = unproduced(build.estate, build.entries, asked)
    return f"{found.label}: {found.message}. {found.hint}".rstrip(". ") if found else ""


@pytest.mark.parametrize(
    "labels",
    [
        "alertname=WorkloadDown",
        "alertname=WorkloadDown,service=my-app,namespace=shop,team=web,severity=critical,tier=standard",
        "team=web,severity=warning",
        "team=platform",
        "alertname=Watchdog",
        "alertname=KubeStateMetricsMissing,team=platform,cluster=prod",
        "alertname=PrometheusWithoutAlertmanager,namespace=monitoring",
        "alertname=CronJobRunFailed,service=nightly",
        "service=my-app,app=front",
    ],
)
def test_nothing_is_odd_about_labels_that_an_alert_of_the_spec_has(labels: str, build: Build) -> None:
    assert "" == said(build, labels)


@pytest.mark.parametrize("labels", ["pod=my-app-1", "service=my-app,pod=my-app-1,container=x", "a=b"])
def test_what_comes_from_the_series_nobody_knows_beforehand(labels: str, build: Build) -> None:
    assert "" == said(build, labels)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("alertname=PodEvictd", "alertname: no alert of this spec has alertname=PodEvictd. did you mean 'PodEvicted'?"),
        ("service=my-ap", "service: no alert of this spec has service=my-ap. did you mean 'my-app'?"),
        ("team=wbe", "team: no alert of this spec has team=wbe. did you mean 'web'?"),
        ("namespace=shpo", "namespace: no alert of this spec has namespace=shpo. did you mean 'shop'?"),
        ("cluster=prd", "cluster: no alert of this spec has cluster=prd. did you mean 'prod'?"),
        ("severity=critcal", "severity: no alert of this spec has severity=critcal. did you mean 'critical'?"),
        ("alert=WorkloadDown", "alert: no alert of this spec has a label 'alert'. did you mean 'alertname'?"),
        ("servce=my-app", "servce: no alert of this spec has a label 'servce'. did you mean 'service'?"),
        ("service=my-app,app=font", "app: no alert of this spec has app=font. did you mean 'front'?"),
    ],
)  # fmt: skip
def test_a_value_that_no_alert_has_is_named_with_the_nearest_one(labels: str, expected: str, build: Build) -> None:
    assert expected == said(build, labels)


def test_values_that_no_alert_has_together_are_named_together(build: Build) -> None:
    assert "service: no alert of this spec has all of service=my-app, team=data" == said(
        build, "service=my-app,team=data"
    )
    assert "alertname: no alert of this spec has all of alertname=WorkloadDown, severity=warning" == said(
        build, "alertname=WorkloadDown,severity=warning"
    )


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ("alertname=PodNotReady,service=my-app", "PodNotReady is off: `alertgen explain PodNotReady` says why"),
        ("alertname=HttpErrorRatioHigh", "HttpErrorRatioHigh is for services that say `http`"),
        ("alertname=WorkloadDown,service=nightly", "WorkloadDown is not for a CronJob"),
        ("alertname=Watchdog,service=my-app", "Watchdog exists once per cluster: tune it in the site document"),
    ],
)
def test_of_an_alert_that_there_is_it_is_said_why_nobody_here_has_it(labels: str, why: str, build: Build) -> None:
    assert f"alertname: {why}" == said(build, labels)
