from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

from alertgen.model import Site

CODE = "wrong-exporter"
RESTARTS = "kube_pod_container_status_restarts_total"


@pytest.mark.parametrize(
    ("expr", "message", "hint"),
    [
        (
            f'{RESTARTS}{{job="kubelet",container="my-app"}} > 5',
            f'{RESTARTS}{{job="kubelet"}} selects nothing: kube-state-metrics exports that metric, not the kubelet',
            'use job="kube-state-metrics"',
        ),
        (
            'kube_pod_created{job="ksm"}',
            'kube_pod_created{job="ksm"} selects nothing: kube-state-metrics exports that metric',
            'use job="kube-state-metrics"',
        ),
        (
            'kube_pod_created{job!="kube-state-metrics"}',
            'kube_pod_created{job!="kube-state-metrics"} selects nothing: kube-state-metrics exports that metric',
            'use job="kube-state-metrics"',
        ),
        (
            'container_cpu_usage_seconds_total{job="kube-state-metrics"}',
            (
                'container_cpu_usage_seconds_total{job="kube-state-metrics"} selects nothing: '
                "cadvisor exports that metric, not kube-state-metrics"
            ),
            'use job="kubelet", metrics_path="/metrics/cadvisor"',
        ),
        (
            'container_cpu_usage_seconds_total{job="kubelet",metrics_path="/metrics"}',
            'container_cpu_usage_seconds_total{metrics_path="/metrics"} selects nothing: cadvisor exports that metric',
            'use job="kubelet", metrics_path="/metrics/cadvisor"',
        ),
    ],
)
def test_another_exporters_metric_is_found(expr: str, message: str, hint: str) -> None:
    assert [(message, hint)] == [(f.message, f.hint) for f in findings(CODE, alert(expr))]


@pytest.mark.parametrize(
    "expr",
    [
        'kube_pod_created{job="kube-state-metrics"}',
        'kube_pod_created{job=~"kube-.*"}',
        'kube_pod_created{namespace="shop"}',
        'container_cpu_usage_seconds_total{job="kubelet",metrics_path="/metrics/cadvisor"}',
        'up{job="anything"}',
        'unknown_metric{job="anything"}',
    ],
)
def test_the_right_exporter_and_unknown_metrics_are_fine(expr: str) -> None:
    assert [] == messages(CODE, alert(expr))


def test_the_labels_of_the_site_count() -> None:
    site = Site(sources={"kube-state-metrics": {"job": "ksm"}})
    assert [] == messages(CODE, alert('kube_pod_created{job="ksm"}', site=site))
    (finding,) = findings(CODE, alert('kube_pod_created{job="kube-state-metrics"}', site=site))
    assert 'use job="ksm"' == finding.hint
