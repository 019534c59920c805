"""Routing → Alertmanager's configuration file. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from alertgen.receivers import Receiver, Version, integrations
from alertgen.render import templates
from alertgen.render.yamltext import plainest
from alertgen.render.yamltree import entries, flow, item
from alertgen.routing.model import InhibitRule, Matcher, Route, Routing, TimeInterval, TimeRange
from alertgen.routing.resolve import reached

_NAMED_INHIBITION: Version = (0, 30)
"""The first Alertmanager that lets inhibit rules have names; before, the name stands in a comment."""


def render(
    routing: Routing,
    tree: Route,
    version: Version,
    header: str,
    templates_at: str = templates.PATH,
    whole: Route | None = None,
) -> str:
    """alertmanager.yaml for this version: the tree, and the receivers that it reaches.

    `header` is the comment that comes first, without a line break at its end; `templates_at` is where Alertmanager
    finds the templates. `whole` is the tree of which this one is a part, where it is one: all of it shares the
    templates. Routing and tree must be free of errors.
    """
    sections = (
        ("route:", _route(tree, "  ")),
        ("inhibit_rules:", (line for rule in routing.inhibit for line in _inhibit_rule(rule, version))),
        ("time_intervals:", (line for interval in routing.intervals for line in _time_interval(interval))),
        ("receivers:", (line for receiver in reached(routing, tree) for line in _receiver(receiver))),
    )
    lines = [header, *([f"templates: {flow([templates_at])}"] if reads_templates(routing, whole or tree) else [])]
    for title, body in sections:
        content = list(body)
        lines += [title, *content] if content else []
    return "\n".join(lines) + "\n"


def reads_templates(routing: Routing, tree: Route) -> bool:
    """Whether anybody who is told is told in alertgen's words, or in those of the site."""
    used = (n.integration for receiver in reached(routing, tree) for n in receiver.notifiers)
    return bool(routing.templates) or any(integrations()[key].ours for key in used)


def _route(route: Route, margin: str) -> Iterator[str]:
    if route.matchers:
        yield f"{margin}matchers: {_matchers(route.matchers)}"
    yield f"{margin}receiver: {plainest(route.receiver)}"
    if route.group_by is not None:
        yield f"{margin}group_by: {flow(route.group_by)}"
    for key, span in (
        ("group_wait", route.group_wait),
        ("group_interval", route.group_interval),
        ("repeat_interval", route.repeat_interval),
    ):
        if span is not None:
            yield f"{margin}{key}: {span}"
    for key, intervals in (("mute_time_intervals", route.mute), ("active_time_intervals", route.active)):
        if intervals:
            yield f"{margin}{key}: {flow(intervals)}"
    if route.continue_:
        yield f"{margin}continue: true"
    if route.routes:
        yield f"{margin}routes:"
        for child in route.routes:
            yield from item(_route(child, f"{margin}  "), margin)


def _inhibit_rule(rule: InhibitRule, version: Version) -> Iterator[str]:
    named = version >= _NAMED_INHIBITION
    if not named:
        yield f"# {rule.name}"
    body = [f"  name: {plainest(rule.name)}"] if named else []
    body += [f"  source_matchers: {_matchers(rule.source)}", f"  target_matchers: {_matchers(rule.target)}"]
    body += [f"  equal: {flow(rule.equal)}"] if rule.equal else []
    yield from item(body, "")


def _time_interval(interval: TimeInterval) -> Iterator[str]:
    ranges = [_time_range(each) for each in interval.ranges]
    yield from item(entries({"name": interval.name, "time_intervals": ranges}, "  "), "")


def _time_range(span: TimeRange) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "times": [{"start_time": start, "end_time": end} for start, end in span.times],
        "weekdays": list(span.weekdays),
        "days_of_month": list(span.days_of_month),
        "months": list(span.months),
        "years": list(span.years),
        "location": span.location,
    }
    return {key: value for key, value in parts.items() if value}


def _receiver(receiver: Receiver) -> Iterator[str]:
    configs: dict[str, Any] = {"name": receiver.name}
    for notifier in receiver.notifiers:
        integration = integrations()[notifier.integration]
        configs.setdefault(integration.config, []).append(integration.completed(notifier.settings))
    yield from item(entries(configs, "  "), "")


def _matchers(matchers: Iterable[Matcher]) -> str:
    """In a list, each as `name="value"`: the one form that every matcher parser of every version reads alike."""
    return flow(str(matcher) for matcher in matchers)
