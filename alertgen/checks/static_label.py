"""Labels of a rule that Prometheus or its peers do not take as they are.

A name that is no label name, or one that is reserved: `alertname` is the alert's own, and what begins with two
underscores is dropped. An empty value is no label at all. What is longer than Mimir's default limits (1024 bytes for a
name, 2048 for a value) is refused by a ruler that writes to one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from alertgen.checks._lint import Context, Finding, Place, rule_labels

CODE = "static-label"

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
LONGEST_NAME = 1024
LONGEST_VALUE = 2048


def check(context: Context) -> Iterator[Finding]:
    """The labels of each alert that would be refused, dropped or overwritten."""
    for alert in context.expansion.alerts:
        for place in rule_labels(alert):
            problem = _problem(place)
            if problem:
                yield place.finding(CODE, *problem)


def _problem(place: Place) -> tuple[str, str] | None:
    name, value = place.name, place.text
    if name == "alertname":
        return "it is the alert's own name, and Prometheus overwrites it", "use another name"
    if name.startswith("__"):
        return "names that begin with '__' are Prometheus' own: it drops them", "use another name"
    if not _NAME.fullmatch(name):
        return "it is no label name", "use letters, digits and '_', and no digit first"
    if not value.strip():
        return "an empty value is the same as no label", "give it a value, or drop it"
    for what, text, longest in (("name", name, LONGEST_NAME), ("value", value, LONGEST_VALUE)):
        size = len(text.encode())
        if size > longest:
            return f"its {what} has {size} bytes, and {longest} is the limit", "put long texts into annotations"
    return None
