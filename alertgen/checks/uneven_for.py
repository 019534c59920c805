"""`for` and `keep_firing_for` between two evaluations.

Rules are looked at once per evaluation interval, so an alert cannot begin to fire, or stop, in between: `for: 45s` with
evaluations every 30s is a minute. The file says one thing and production does another.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.checks._lint import Context, Finding
from alertgen.diagnostics import Severity
from alertgen.quantity import Duration

CODE = "uneven-for"


def check(context: Context) -> Iterator[Finding]:
    """The durations of each alert that are no multiple of the evaluation interval."""
    step = context.site.evaluation_interval
    for alert in context.expansion.alerts:
        rule = alert.rule
        for setting, name, duration in (
            ("for_", "for", rule.for_),
            ("keep_firing_for", "keep_firing_for", rule.keep_firing_for),
        ):
            if duration % step:
                longer = Duration(duration + -duration % step)
                yield Finding(
                    alert=rule.alert,
                    code=CODE,
                    message=f"{name}: {duration} is {longer} in fact: rules are evaluated every {step}",
                    hint=f"say {' or '.join(str(d) for d in (longer, Duration(longer - step)) if d)}",
                    setting=setting,
                    severity=Severity.WARNING,
                )
