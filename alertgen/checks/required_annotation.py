"""Alerts without an annotation that the site requires (`site.required_annotations`).

`runbook_url` and `dashboard_url` are there when the service says `runbook` and `dashboard`; for runbooks the site can
have a base address for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from alertgen.checks._lint import Context, Finding, missing

CODE = "required-annotation"

_HINTS: Final[Mapping[str, str]] = {
    "runbook_url": "say runbook: https://… in the service, or runbook_base in the site",
    "dashboard_url": "say dashboard: https://… in the service",
}


def check(context: Context) -> Iterator[Finding]:
    """The required annotations that are missing, once for the service when all its alerts lack one."""
    for name in context.site.required_annotations:
        without = [a.rule.alert for a in context.expansion.alerts if not a.rule.annotations.get(name)]
        hint = f"say annotations: {{{name}: …}} in alerts.<name>"
        if context.expansion.service:
            hint = _HINTS.get(name, hint)
        yield from missing(context, CODE, without, f"the annotation '{name}'", hint)
