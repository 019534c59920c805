from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertgen.gotemplate import FUNCTIONS, read
from alertgen.tools.binaries import Binary

NEWER = ("now", "toDuration", "urlQueryEscape")

REFUSED = {
    "{{ }}": "there is nothing between '{{' and '}}'",
    "{{ $labels.x": "this '{{' is never closed",
    "{{ $labels.x }": "this '{{' is never closed",
    "{{": "this '{{' is never closed",
    '{{ "a }}': "a quote in it is never closed",
    "{{ ($value }}": "its parentheses do not match",
    "{{ $x }}": "there is no variable '$x'",
    "{{ $Labels.x }}": "there is no variable '$Labels'",
    "{{ with $x := $value }}{{ $x }}{{ end }}{{ $x }}": "there is no variable '$x'",
    '{{ define "x" }}{{ $value }}{{ end }}': "there is no variable '$value'",
    "{{ if true }}": "the '{{ if }}' has no end",
    "{{ end }}": "this '{{ end }}' ends nothing",
    "{{ else }}": "this '{{ else }}' belongs to nothing",
    "{{ break }}": "'{{ break }}' is outside of a range",
    "{{ foo }}": "there is no function 'foo'",
    "{{ $value | humanise }}": "there is no function 'humanise'",
    "{{ tmpl }}": "there is no function 'tmpl'",
    "{{ $labels.a-b }}": "'-' means nothing in a template",
    '{{ $labels["a"] }}': "'[' means nothing in a template",
    "{{ gt $value > 3 }}": "'>' means nothing in a template",
    "{{ {{ $value }}": "'{' means nothing in a template",
    "{{ 1 + 2 }}": "'+' means nothing in a template",
}
FAILS_LATER = {
    "{{ .labels.x }}": "an alert's template knows no '.labels'",
    "{{ .Foo }}": "an alert's template knows no '.Foo'",
}
FINE = (
    "",
    "no template",
    "a } b }} c { d $labels.x",
    "{{ $labels.x }}{{$value}}",
    "{{- $value -}}",
    "{{/* a comment with }} and {{ */}}",
    "{{ .Labels.x }}{{ .Value }}{{ .ExternalLabels.y }}{{ .ExternalURL }}",
    "{{ $.Labels.x }}{{ $externalLabels.a }}{{ $externalURL }}",
    '{{ index $labels "a" }}',
    '{{ "}}" }}{{ `}}` }}',
    '{{ $value | printf "%.0f" }}{{ printf "%s %v" "a" (humanize $value) }}',
    "{{ if gt $value 5.0 }}a{{ else if lt $value -1e3 }}b{{ else }}c{{ end }}",
    '{{ range query "up" }}{{ .Labels.x }}{{ .Value }}{{ if true }}{{ break }}{{ end }}{{ end }}',
    '{{ range $i, $e := query "up" }}{{ $i }}{{ $e.Labels.x }}{{ end }}',
    '{{ with $x := query "up" }}{{ (first $x).Value }}{{ . | first | label "a" }}{{ else }}{{ $value }}{{ end }}',
    "{{ $x := 1 }}{{ $x }}{{ $x = 2 }}",
    '{{ define "x" }}{{ .Anything }}{{ $ }}{{ end }}{{ template "x" $labels }}',
    "{{ true }}{{ nil }}{{ . }}",
)


@pytest.mark.parametrize("text", [*REFUSED, *FAILS_LATER])
def test_what_cannot_be_filled_in_is_a_mistake(text: str) -> None:
    assert (REFUSED | FAILS_LATER)[text] == read(text).mistakes[0].message


@pytest.mark.parametrize("text", FINE)
def test_what_can_be_filled_in_is_none(text: str) -> None:
    assert () == read(text).mistakes


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{{ $label.x }}", "did you mean '$labels'?"),
        ("{{ .labels.x }}", "did you mean '.Labels'?"),
        ("{{ humanizePercent $value }}", "did you mean 'humanizePercentage'?"),
        ("{{ pod }}", "a label is '$labels.<name>'"),
        ("{{ $value * 100 }}", "templates do not calculate: do it in the expression"),
    ],
)
def test_a_mistake_has_a_hint(text: str, hint: str) -> None:
    assert hint == read(text).mistakes[0].hint


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("{{ $labels.a }} {{ .Labels.b }} {{ $.Labels.c }} {{ $labels.a }}", ("a", "b", "c")),
        ('{{ index $labels "a" }}{{ index .Labels "b" }}', ("a", "b")),
        (
            '{{ range query "x" }}{{ .Labels.a }}{{ $labels.b }}{{ $.Labels.c }}{{ end }}{{ .Labels.d }}',
            ("b", "c", "d"),
        ),
        ('{{ define "x" }}{{ .Labels.a }}{{ $.Labels.b }}{{ end }}', ()),
        ('{{ $labels.a | reReplaceAll "$labels.b" "" }}', ("a",)),
        ("{{ (query `x` | first).Labels.a }}", ()),
        ("{{ $externalLabels.a }}{{/* $labels.b */}} $labels.c", ()),
        ("{{ if eq $labels.a `b` }}{{ $labels.c }}{{ end }}", ("a", "c")),
        ("{{ $labels }}", ()),
    ],
)
def test_the_labels_of_the_alert_are_those_it_reads(text: str, labels: tuple[str, ...]) -> None:
    assert labels == read(text).labels


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("{{ $value }}", True),
        ("{{ .Value }}", True),
        ("{{ printf `%f` $.Value }}", True),
        ("$value", False),
        ("{{ $labels.value }}", False),
        ('{{ range query "x" }}{{ .Value }}{{ end }}', False),
        ('{{ query "x" | first | value }}', False),
        ("{{ (first (query `x`)).Value }}", False),
    ],
)
def test_the_value_is_shown_where_it_is_the_alerts(text: str, shows: bool) -> None:
    assert shows is read(text).shows_value


@given(
    st.lists(
        st.sampled_from(["{{", "}}", " ", "$labels", ".a", "$value", "(", ")", '"', "`", "if", "end", "|", "x", "/*"])
    )
)
def test_any_text_can_be_read(pieces: list[str]) -> None:
    read("".join(pieces))


def test_promtool_refuses_what_the_reader_refuses_and_nothing_else(
    promtools: tuple[Binary, ...], tmp_path: Path
) -> None:
    functions = sorted(FUNCTIONS - set(NEWER))
    texts = [*REFUSED, *FINE, *FAILS_LATER, *(f"{{{{ {name} }}}}" for name in functions)]
    rules = [
        {"alert": f"A{n}", "expr": "up == 0", "labels": {"n": str(n)}, "annotations": {"text": text}}
        for n, text in enumerate(texts)
    ]
    path = tmp_path / "rules.yaml"
    path.write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}), encoding="utf-8")
    for promtool in promtools:
        run = subprocess.run([promtool.path, "check", "rules", path], capture_output=True, text=True, check=False)
        refused = {int(n) for n in re.findall(r'"A(\d+)": annotation', run.stdout + run.stderr)}
        assert list(REFUSED) == [text for n, text in enumerate(texts) if n in refused]
