"""Ranges that hold too few samples.

`rate(x[1m])` with a scrape each 30 seconds has two samples to work with: one scrape that fails, and it gives nothing.
Then the alert resolves, or never fires. Four intervals survive a failed scrape and samples that come late. A range of
a recorded series is measured in evaluations: that is how often a rule writes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.checks._lint import Context, Finding, duration_parameter
from alertgen.promql_tree import Node, Range, Selector, brief, walk
from alertgen.quantity import Duration

CODE = "short-range"

ENOUGH = 4
"""Intervals: two samples at least, also when one is lost and the others are late."""


def check(context: Context) -> Iterator[Finding]:
    """The ranges of all rules that are shorter than four intervals."""
    alerts = {alert.rule.alert: alert for alert in context.expansion.alerts}
    for name, tree in context.expressions():
        for part in _ranges(tree):
            assert isinstance(part.of, Selector)
            recorded = part.of.recorded
            interval = context.site.evaluation_interval if recorded else context.site.scrape_interval
            if part.seconds < ENOUGH * interval:
                every = "evaluation" if recorded else "scrape"
                yield Finding(
                    alert=name,
                    code=CODE,
                    message=f"{brief(part)} is shorter than {ENOUGH} {every} intervals of {interval}",
                    hint=f"use {Duration(ENOUGH * interval)} or more: after a failed {every} it may give nothing",
                    setting=duration_parameter(alerts.get(name), part.seconds),
                )


def _ranges(tree: Node) -> Iterator[Range]:
    """A subquery has its own steps and is no concern here."""
    return (part for part in walk(tree) if isinstance(part, Range) and isinstance(part.of, Selector))
