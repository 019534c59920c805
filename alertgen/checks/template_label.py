"""Templates that show a label which the alert does not have.

An aggregation keeps only the labels it groups by. `{{ $labels.pod }}` after `sum by (namespace) (…)` is no error to
Prometheus: the person who is woken reads "pod  is down". The rule's own labels (`severity`, `team`, …) are not in
`$labels` either: templates are filled in from the labels of the expression.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertgen import gotemplate
from alertgen.checks._lint import Context, Finding, templates
from alertgen.diagnostics import did_you_mean
from alertgen.promql_tree import NO_LABELS, Labels

CODE = "template-label"


def check(context: Context) -> Iterator[Finding]:
    """The labels of each template that the expression certainly does not give."""
    for alert, tree in context.alerts():
        labels = tree.labels or NO_LABELS
        for place in templates(alert):
            for label in gotemplate.read(place.text).labels:
                if not labels.has(label):
                    own = alert.rule.labels.get(label)
                    yield place.finding(
                        CODE,
                        f"the expression drops the label '{label}', so what is filled in for it is always empty",
                        _own(label, own) if own is not None else _kept(label, labels),
                    )


def _own(label: str, value: str) -> str:
    if "{{" in value:
        return f"'{label}' is a label of the rule, and templates see those of the expression only"
    return f"'{label}' is a label of the rule, and templates see those of the expression only: write {value}"


def _kept(label: str, labels: Labels) -> str:
    return did_you_mean(label, labels.named) or f"keep it: by ({label})"
