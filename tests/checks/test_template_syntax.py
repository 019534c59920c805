from __future__ import annotations

from lintcase import alert, findings, messages

CODE = "template-syntax"


def test_a_broken_template_is_found_where_it_stands() -> None:
    (finding,) = findings(CODE, alert("x > 1", description="{{ humanise $value }}"))
    assert "annotation 'description': there is no function 'humanise'" == finding.message
    assert "did you mean 'humanize'?" == finding.hint
    assert "description" == finding.setting


def test_labels_are_templates_as_well() -> None:
    assert ["label 'a': this '{{' is never closed"] == messages(CODE, alert("x > 1", labels={"a": "{{ $labels.b"}))


def test_texts_that_are_fine_are_fine() -> None:
    whole = alert("x > 1", summary="{{ $labels.a }} has {{ $value | humanize }}", description="a } b }} c { d")
    assert [] == messages(CODE, whole)
