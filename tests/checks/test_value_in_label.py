from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

CODE = "value-in-label"


@pytest.mark.parametrize("template", ["{{ $value }}", "{{ .Value | humanize }}", "{{ if gt $value 5.0 }}a{{ end }}"])
def test_the_value_in_a_label_is_found(template: str) -> None:
    (finding,) = findings(CODE, alert("x > 1", labels={"now": template}))
    assert "label 'now': it shows the value, so each new value is a new alert, and pending again" == finding.message
    assert ("labels", "now") == (finding.setting, finding.key)


def test_labels_of_the_series_and_values_in_annotations_are_fine() -> None:
    whole = alert("x > 1", labels={"pod": "{{ $labels.pod }}", "text": "$value"}, summary="{{ $value }}")
    assert [] == messages(CODE, whole)
