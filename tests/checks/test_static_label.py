from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

CODE = "static-label"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("alertname", "a", "label 'alertname': it is the alert's own name, and Prometheus overwrites it"),
        ("__x", "a", "label '__x': names that begin with '__' are Prometheus' own: it drops them"),
        ("a-b", "a", "label 'a-b': it is no label name"),
        ("1a", "a", "label '1a': it is no label name"),
        ("größe", "a", "label 'größe': it is no label name"),
        ("a", "", "label 'a': an empty value is the same as no label"),
        ("a", " ", "label 'a': an empty value is the same as no label"),
        ("a", "ä" * 1025, "label 'a': its value has 2050 bytes, and 2048 is the limit"),
        ("a" * 1025, "b", f"label '{'a' * 1025}': its name has 1025 bytes, and 1024 is the limit"),
    ],
)
def test_a_label_that_is_not_taken_as_it_is_is_found(name: str, value: str, message: str) -> None:
    (finding,) = findings(CODE, alert("x > 1", labels={name: value}))
    assert message == finding.message
    assert ("labels", name) == (finding.setting, finding.key)


@pytest.mark.parametrize(("name", "value"), [("a", "b"), ("_a1", "x y\nz"), ("a", "x" * 2048), ("a" * 1024, "b")])
def test_ordinary_labels_are_fine(name: str, value: str) -> None:
    assert [] == messages(CODE, alert("x > 1", labels={name: value}))
