"""Templates that Prometheus cannot fill in.

`{{ $labels.pod }` and `{{ humanise $value }}` are fine as YAML. Prometheus refuses to load the rule, or puts `<error
expanding template …>` where the person who is woken looks for a name. Found are brackets, quotes and blocks that do not
close, functions and variables that do not exist, and fields that an alert's data does not have.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertgen import gotemplate
from alertgen.checks._lint import Context, Finding, templates

CODE = "template-syntax"


def check(context: Context) -> Iterator[Finding]:
    """What is wrong with the templates of each alert."""
    for alert in context.expansion.alerts:
        for place in templates(alert):
            for mistake in gotemplate.read(place.text).mistakes:
                yield place.finding(CODE, mistake.message, mistake.hint)
