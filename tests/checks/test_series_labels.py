from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

from alertgen.diagnostics import Severity
from alertgen.pattern import Level

CODE = "series-labels"


@pytest.mark.parametrize("label", ["instance", "endpoint", "uid", "id"])
def test_a_label_that_changes_by_itself_is_found(label: str) -> None:
    (finding,) = findings(CODE, alert(f"max by (pod, {label}) (x) > 1"))
    assert finding.message.startswith(f"it keeps '{label}': ")
    assert Severity.ERROR is finding.severity


@pytest.mark.parametrize(
    "expr",
    [
        "max by (pod) (x) > 1",
        "sum(x) > 1",
        'max by (instance) (x{instance="https://example.com"}) > 1',
        "max by (instance) (probe_success) == 0",
        "probe_success == 0",
        "vector(1) > 0",
    ],
)
def test_steady_pinned_and_probed_labels_are_fine(expr: str) -> None:
    assert [] == messages(CODE, alert(expr))


@pytest.mark.parametrize("expr", ["x > 1", "max without (instance) (x) > 1", "a:recorded > 1", "topk(3, x) > 1"])
def test_series_as_they_are_get_a_warning(expr: str) -> None:
    (finding,) = findings(CODE, alert(expr))
    assert finding.message.startswith("it keeps every label of its series")
    assert Severity.WARNING is finding.severity


def test_alerts_of_the_cluster_may_be_about_instances() -> None:
    assert [] == messages(CODE, alert("max by (instance) (x) > 1", level=Level.CLUSTER))


def test_what_a_rule_of_the_service_recorded_has_been_aggregated_there() -> None:
    assert [] == messages(CODE, alert('alertgen:slo_errors:ratio_rate1h{service="my-app"} > 1'))
