from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from lintcase import alert, findings, messages

from alertgen.tools.binaries import Binary

CODE = "unsafe-join"

UNSAFE = {
    "sum by (pod) (x) * on (pod) group_left (node) kube_pod_info": "max by (pod, node) (kube_pod_info)",
    "kube_pod_info * on (pod) group_right () sum by (pod) (x)": "max by (pod) (kube_pod_info)",
    "sum by (pod) (x) / on (pod) kube_pod_info": "max by (pod) (kube_pod_info)",
    "sum by (pod) (x) > on (pod) (kube_pod_info == 1)": "max by (pod) (kube_pod_info)",
    "kube_pod_info / ignoring (instance) sum without (instance) (kube_pod_info)": "max by (…) (kube_pod_info)",
    "sum by (pod) (x) * on (pod) group_left () topk(5, kube_pod_info)": "max by (pod) (kube_pod_info)",
    "sum by (pod) (x) * on (pod) group_left () last_over_time(kube_pod_info[5m])": "max by (pod) (kube_pod_info)",
    "sum by (pod) (x) * on (pod) group_left () (kube_pod_info * on (pod) group_left () sum by (pod) (x))": (
        "max by (pod) (kube_pod_info)"
    ),
}
SAFE = (
    "sum by (pod) (x) * on (pod) group_left (node) max by (pod, node) (kube_pod_info)",
    "kube_pod_info * on (pod) group_left () sum by (pod) (x)",
    "sum by (pod) (x) and on (pod) kube_pod_info",
    "sum by (pod) (x) unless on (pod) kube_pod_labels",
    "kube_pod_info / kube_pod_info",
    "kube_pod_info * on (pod, instance) kube_pod_info",
    'sum by (pod) (x) * on (pod) group_left () kube_pod_info{instance="one"}',
    "kube_pod_info > 0",
    "sum by (pod) (x) * on (pod) group_left () (max by (pod) (kube_pod_info) and on (pod) kube_pod_info)",
    "sum by (pod) (x) * on (pod) group_left () x",
    "sum by (pod) (x) * on () group_left () absent(kube_nothing)",
)


@pytest.mark.parametrize("expr", UNSAFE)
def test_a_doubled_series_where_one_is_wanted_is_found(expr: str) -> None:
    (finding,) = findings(CODE, alert(expr))
    assert finding.message.startswith("with two replicas of its exporter, kube_pod_info is two series where ")
    assert f"make one of them: {UNSAFE[expr]}" == finding.hint


@pytest.mark.parametrize("expr", SAFE)
def test_what_cannot_be_doubled_is_fine(expr: str) -> None:
    assert [] == messages(CODE, alert(expr))


def test_both_sides_may_be_at_fault() -> None:
    assert ["kube_a", "kube_b"] == [
        finding.hint.rpartition("(")[2].rstrip(")") for finding in findings(CODE, alert("kube_a / on (pod) kube_b"))
    ]


@pytest.mark.parametrize("replicas", [1, 2])
def test_prometheus_refuses_unsafe_joins_as_soon_as_there_are_two_replicas(
    replicas: int, promtools: tuple[Binary, ...], tmp_path: Path
) -> None:
    target = 'pod="p",node="n",job="j"'
    series = ['x{pod="p",instance="other"}', *(f'kube_pod_info{{{target},instance="{n}"}}' for n in ("one", "two"))]
    for expr in (*UNSAFE, *SAFE):
        document = {
            "rule_files": [],
            "evaluation_interval": "1m",
            "tests": [
                {
                    "interval": "1m",
                    "input_series": [{"series": name, "values": "1x20"} for name in series[: 1 + replicas]],
                    "promql_expr_test": [
                        {
                            "expr": f"group({expr}) or vector(1)",
                            "eval_time": "10m",
                            "exp_samples": [{"labels": "{}", "value": 1}],
                        }
                    ],
                }
            ],
        }
        path = tmp_path / "test.yaml"
        path.write_text(json.dumps(document), encoding="utf-8")
        run = subprocess.run(
            [promtools[0].path, "test", "rules", path], capture_output=True, text=True, check=False, timeout=60
        )
        works = replicas == 1 or expr in SAFE
        assert (expr, works) == (expr, "SUCCESS" in run.stdout + run.stderr)
