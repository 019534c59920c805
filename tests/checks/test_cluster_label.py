from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

from alertgen.model import Site

CODE = "cluster-label"
CLUSTERS = Site(cluster_label="cluster")


@pytest.mark.parametrize(
    ("expr", "message", "hint"),
    [
        ("sum(x) > 1", "sum(x) mixes clusters: it drops 'cluster'", "by (cluster)"),
        ("sum by (a) (x) > 1", "sum by (a) (x) mixes clusters: it drops 'cluster'", "by (cluster, a)"),
        (
            "sum without (cluster) (x)",
            "sum without (cluster) (x) mixes clusters: it drops 'cluster'",
            "do not leave out",
        ),
        ("x and on () y", "x and on () y matches across clusters", "on (cluster)"),
        ("x / on (a) y", "x / on (a) y matches across clusters", "on (cluster, a)"),
        ("x / ignoring (cluster) y", "x / ignoring (cluster) y matches across clusters", "do not ignore"),
        ("absent(x)", "absent(x) is silent while any cluster has the series", "compare with what was there"),
        ("absent_over_time(x[5m])", "absent_over_time(x[5m]) is silent while", "compare with what was there"),
        ("x > scalar(max by (cluster) (y))", "scalar(max by (cluster) (y)) is NaN as soon as", "join on (cluster)"),
    ],
)
def test_what_loses_the_cluster_is_found(expr: str, message: str, hint: str) -> None:
    (finding,) = findings(CODE, alert(expr, site=CLUSTERS))
    assert finding.message.startswith(message)
    assert finding.hint.startswith(hint)


@pytest.mark.parametrize(
    "expr",
    [
        "sum by (cluster, a) (x)",
        "sum without (a) (x)",
        "topk(3, x)",
        "x / y",
        "x / on (cluster, a) y",
        "x / ignoring (a) y",
        'absent(x{cluster="one"})',
        'x > scalar(y{cluster="one"})',
        "x > scalar(vector(1))",
    ],
)
def test_what_keeps_the_cluster_is_fine(expr: str) -> None:
    assert [] == messages(CODE, alert(expr, site=CLUSTERS))


def test_without_a_cluster_label_there_is_nothing_to_keep() -> None:
    assert [] == messages(CODE, alert("sum(x) and on () absent(y)"))


def test_recording_rules_are_looked_at_as_well() -> None:
    (finding,) = findings(CODE, alert("x", site=CLUSTERS, record="sum(x)"))
    assert "a:record" == finding.alert
