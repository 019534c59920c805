from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

CODE = "overwritten-label"
MESSAGE = "it overwrites the label that tells this alert's series apart"


def test_a_label_that_the_expression_has_is_found() -> None:
    (finding,) = findings(CODE, alert("max by (pod) (x) > 1", labels={"pod": "any"}))
    assert f"label 'pod': {MESSAGE}" == finding.message
    assert ("labels", "pod") == (finding.setting, finding.key)


def test_a_label_of_the_service_is_no_setting_of_the_alert() -> None:
    (finding,) = findings(CODE, alert("max by (app) (x) > 1"))
    assert (None, "app") == (finding.setting, finding.key)


@pytest.mark.parametrize(
    ("expr", "labels"),
    [
        ("max by (pod) (x) > 1", {"node": "any"}),
        ('max by (pod) (x{pod="a"}) > 1', {"pod": "any"}),
        ("max by (pod) (x) > 1", {"pod": "{{ $labels.pod }}-0"}),
        ("x > 1", {"pod": "any"}),
    ],
)
def test_other_pinned_filled_in_and_unknown_labels_are_fine(expr: str, labels: dict[str, str]) -> None:
    assert [] == messages(CODE, alert(expr, labels=labels))
