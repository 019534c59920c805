"""Ranges of samples that Prometheus has thrown away.

A range that is longer than what Prometheus keeps gives no error: it holds what is left, and the alert means something
else than it says. Unless the site says how long samples are kept (`prometheus.retention`), an alert is held to the 15
days that Prometheus keeps them by default; a recording rule is not: the budget of an objective is about 30 days, and
sites that have objectives mostly keep more.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.checks._lint import Context, Finding, duration_parameter
from alertgen.diagnostics import Severity
from alertgen.promql_tree import Range, brief, walk
from alertgen.quantity import Duration

CODE = "beyond-retention"

DEFAULT = Duration.parse("15d")
"""What Prometheus keeps unless --storage.tsdb.retention.time says otherwise."""


def check(context: Context) -> Iterator[Finding]:
    """The ranges that are longer than samples are kept."""
    alerts = {alert.rule.alert: alert for alert in context.expansion.alerts}
    kept = context.site.retention or DEFAULT
    for name, tree in context.expressions():
        if name not in alerts and context.site.retention is None:
            continue
        for part in walk(tree):
            if isinstance(part, Range) and part.seconds > kept:
                yield Finding(
                    alert=name,
                    code=CODE,
                    message=f"{brief(part)} asks for more than the {kept} that Prometheus keeps",
                    hint="use a shorter one, or say in site.prometheus.retention how long samples are kept",
                    setting=duration_parameter(alerts.get(name), part.seconds),
                    severity=Severity.WARNING,
                )
