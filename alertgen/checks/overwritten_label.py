"""Labels of a rule that overwrite those which tell its alerts apart.

A rule's label replaces the series' label of the same name. With `pod: any` on an alert that is about pods, two pods in
trouble are two alerts with equal labels: Prometheus gives up on the rule ("vector contains metrics with the same
labelset"), and nothing fires at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertgen import gotemplate
from alertgen.checks._lint import Context, Finding, rule_labels
from alertgen.promql_tree import NO_LABELS

CODE = "overwritten-label"


def check(context: Context) -> Iterator[Finding]:
    """The labels of each alert that its expression has as well, with more than one value."""
    for alert, tree in context.alerts():
        series = tree.labels or NO_LABELS
        for place in rule_labels(alert):
            # `pod: {{ $labels.pod }}-0` still tells them apart.
            told_apart = place.name in gotemplate.read(place.text).labels
            if place.name in series.always - series.pinned and not series.more and not told_apart:
                yield place.finding(
                    CODE,
                    "it overwrites the label that tells this alert's series apart",
                    f"use another name, or leave '{place.name}' out of the expression",
                )
