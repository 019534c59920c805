"""The value of an alert in one of its labels.

Labels are an alert's identity. With `{{ $value }}` in one, each evaluation that gives another value is another alert:
`for` starts again, silences do not hold, and the old alert is reported as resolved. Values belong into annotations.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertgen import gotemplate
from alertgen.checks._lint import Context, Finding, rule_labels

CODE = "value-in-label"


def check(context: Context) -> Iterator[Finding]:
    """The labels of each alert that show its value."""
    for alert in context.expansion.alerts:
        for place in rule_labels(alert):
            if gotemplate.read(place.text).shows_value:
                yield place.finding(
                    CODE,
                    "it shows the value, so each new value is a new alert, and pending again",
                    "show the value in an annotation; for two severities, write two alerts",
                )
