from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

from alertgen.diagnostics import Severity

CODE = "lifetime-counter"
SEED = 'kube_pod_container_status_restarts_total{job="kubelet",container="my-app"} > 5'


def test_the_first_rule_of_the_team_is_explained() -> None:
    (finding,) = findings(CODE, alert(SEED, for_="5m"))
    restarts = "kube_pod_container_status_restarts_total"
    assert (
        f"{restarts} is a counter and only grows: once {restarts} > 5 holds, it holds for ever, and the alert fires "
        "for ever; `for: 5m` says how long that must have been so, and is no window"
    ) == finding.message
    assert finding.hint.startswith("ContainerRestartRateHigh counts those of a window")
    assert ("expr", Severity.ERROR) == (finding.setting, finding.severity)


@pytest.mark.parametrize(
    "expr",
    [
        "x_total > 5",
        "5 < x_total",
        "5 <= x_total",
        "x_total != 0",
        "x_total == 7",
        "x_total > bool 5",
        "sum by (pod) (x_total) >= 5",
        "topk(3, x_total) > 5",
        "round(max_over_time(x_total[1h])) > 5",
        "max_over_time((x_total / 2)[1h:]) > 5",
        "x_total - 5 > 0",
        "x_total / on (pod) limit > 0.5",
        "x_total > on (pod) limit",
        "(x_total > 5) and on (pod) y > 3",
        "(x_total and on (pod) y) > 5",
        "(x_total or y) > 5",
        "x_bucket > 5",
    ],
)
def test_a_counter_that_outgrows_a_number_is_found(expr: str) -> None:
    (finding,) = findings(CODE, alert(expr))
    assert finding.message.startswith(("x_total is a counter", "x_bucket is a counter"))
    assert "increase(x_" in finding.hint


@pytest.mark.parametrize(
    "expr",
    [
        "x > 5",
        "rate(x_total[5m]) > 5",
        "increase(x_total[5m]) > 5",
        "changes(x_total[5m]) > 5",
        "sum by (pod) (rate(x_total[5m])) > 5",
        "x_total - x_total offset 5m > 5",
        "x_total - min_over_time(x_total[1h]) > 5",
        "x_total > y_total",
        "x_total > x_total offset 5m",
        "count(x_total) > 5",
        "x_total == 0",
        "x_total < 5",
        "5 > x_total",
        "absent(x_total) > 0",
        "count_over_time(x_total[5m]) > 5",
        "time() - timestamp(x_total) > 300",
        "rate(x_sum[5m]) / rate(x_count[5m]) > 0.5",
        "histogram_quantile(0.9, rate(x_bucket[5m])) > 0.5",
        "job:x_total > 5",
        "(max by (pod) (x_total) and on (pod) (time() - created < 3600)) > 3",
        "(y unless x_total) > 5",
    ],
)
def test_growth_differences_counts_and_youth_are_fine(expr: str) -> None:
    assert [] == messages(CODE, alert(expr))


@pytest.mark.parametrize("expr", ["x_count > 5", "x_sum > 5"])
def test_a_name_that_gauges_have_too_is_a_warning(expr: str) -> None:
    (finding,) = findings(CODE, alert(expr))
    assert finding.severity is Severity.WARNING
    assert finding.hint.endswith("if it is a gauge, its name misleads")


def test_without_for_nothing_is_said_about_it() -> None:
    (message,) = messages(CODE, alert("x_total > 5"))
    assert message.endswith("the alert fires for ever")
