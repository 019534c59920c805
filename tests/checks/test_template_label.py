from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

CODE = "template-label"


@pytest.mark.parametrize(
    "template",
    [
        "{{ $labels.pdo }}",
        "{{$labels.pdo}}",
        "{{ .Labels.pdo }}",
        "{{ $.Labels.pdo }}",
        '{{ index $labels "pdo" }}',
        "{{ if $labels.pdo }}yes{{ end }}",
        '{{ with query "up" }}{{ $labels.pdo }}{{ end }}',
        "{{ $labels.pdo | title }}",
    ],
)
def test_a_label_that_the_expression_drops_is_found(template: str) -> None:
    (finding,) = findings(CODE, alert("max by (pod, namespace) (x) > 1", summary=f"{template} is down"))
    assert (
        "annotation 'summary': the expression drops the label 'pdo', so what is filled in for it is always empty"
    ) == finding.message
    assert "did you mean 'pod'?" == finding.hint
    assert ("summary", "") == (finding.setting, finding.key)


@pytest.mark.parametrize(
    ("expr", "template"),
    [
        ("max by (pod) (x) > 1", "{{ $labels.pod }} {{ $value }}"),
        ("x > 1", "{{ $labels.anything }}"),
        ("max without (pod) (x) > 1", "{{ $labels.node }}"),
        ("max by (pod) (x) > 1", '{{ range query "y" }}{{ .Labels.node }}{{ end }}'),
        ("max by (pod) (x) > 1 or max by (node) (y) > 1", "{{ $labels.pod }}{{ $labels.node }}"),
        ('label_replace(max by (pod) (x), "app", "$1", "pod", "(.*)-.*") > 1', "{{ $labels.app }}"),
        ("max by (pod) (x) > 1", "no template: $labels.node"),
    ],
)
def test_labels_that_are_there_or_may_be_there_are_fine(expr: str, template: str) -> None:
    assert [] == messages(CODE, alert(expr, description=template))


def test_what_without_drops_is_found() -> None:
    assert [] != messages(CODE, alert("max without (pod) (x) > 1", summary="{{ $labels.pod }}"))


def test_a_label_of_the_rule_is_not_in_its_templates() -> None:
    (finding,) = findings(CODE, alert("max by (pod) (x) > 1", summary="{{ $labels.team }}"))
    assert "'team' is a label of the rule, and templates see those of the expression only: write web" == finding.hint


def test_a_label_may_use_a_template_as_well() -> None:
    (finding,) = findings(CODE, alert("max by (pod) (x) > 1", labels={"where": "{{ $labels.zone }}"}))
    assert finding.message.startswith("label 'where': the expression drops the label 'zone'")
    assert ("labels", "where") == (finding.setting, finding.key)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"summary": "{{ $labels.a }}"}, ("summary", "")),
        ({"description": "{{ $labels.a }}"}, ("description", "")),
        ({"pattern_annotations": {"more": "{{ $labels.a }}"}}, ("annotations", "more")),
        ({"annotations": {"more": "{{ $labels.a }}"}}, ("annotations", "more")),
    ],
)
def test_each_text_is_named_by_its_key(said: dict[str, object], place: tuple[str, str]) -> None:
    (finding,) = findings(CODE, alert("sum(x) > 1", **said))  # type: ignore[arg-type]  # keywords of several types
    assert place == (finding.setting, finding.key)
