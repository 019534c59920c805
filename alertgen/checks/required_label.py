"""Alerts without a label that the site requires (`site.required_labels`).

A label counts when the rule sets it, when each sample of the expression has it, or when Prometheus puts it on whatever
it sends (`site.external_labels`).
"""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.checks._lint import Context, Finding, missing
from alertgen.promql_tree import NO_LABELS

CODE = "required-label"


def check(context: Context) -> Iterator[Finding]:
    """The required labels that are missing, once for the service when all its alerts lack one."""
    kept = {alert.rule.alert: tree.labels or NO_LABELS for alert, tree in context.alerts()}
    for label in context.site.required_labels:
        if label == "alertname" or context.site.external_labels.get(label):
            continue
        without = [
            alert.rule.alert
            for alert in context.expansion.alerts
            if not alert.rule.labels.get(label) and label not in kept.get(alert.rule.alert, NO_LABELS).always
        ]
        hint = f"say labels: {{{label}: …}}, in the service for all its alerts, or in alerts.<name> for one"
        yield from missing(context, CODE, without, f"the label '{label}'", hint)
