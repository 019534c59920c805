"""Routing → Alertmanager's configuration file. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from alertgen.receivers import NONE, Receiver, Version, integrations
from alertgen.render import templates
from alertgen.render.yamltext import plainest
from alertgen.routing.model import InhibitRule, Matcher, Route, Routing, TimeInterval, TimeRange

_NAMED_INHIBITION: Version = (0, 30)
"""The first Alertmanager that lets inhibit rules have names; before, the name stands in a comment."""


def render(routing: Routing, tree: Route, version: Version, header: str, templates_at: str = templates.PATH) -> str:
    """alertmanager.yaml for this version: the tree, and the receivers that it reaches.

    `header` is the comment that comes first, without a line break at its end; `templates_at` is where Alertmanager
    finds the templates. Routing and tree must be free of errors.
    """
    sections = (
        ("route:", _route(tree, "  ")),
        ("inhibit_rules:", (line for rule in routing.inhibit for line in _inhibit_rule(rule, version))),
        ("time_intervals:", (line for interval in routing.intervals for line in _time_interval(interval))),
        ("receivers:", (line for receiver in _reached(routing, tree) for line in _receiver(receiver))),
    )
    lines = [header, *([f"templates: {_flow([templates_at])}"] if reads_templates(routing, tree) else [])]
    for title, body in sections:
        content = list(body)
        lines += [title, *content] if content else []
    return "\n".join(lines) + "\n"


def reads_templates(routing: Routing, tree: Route) -> bool:
    """Whether anybody who is told is told in alertgen's words, or in those of the site."""
    used = (n.integration for receiver in _reached(routing, tree) for n in receiver.notifiers)
    return bool(routing.templates) or any(integrations()[key].ours for key in used)


def _route(route: Route, margin: str) -> Iterator[str]:
    if route.matchers:
        yield f"{margin}matchers: {_matchers(route.matchers)}"
    yield f"{margin}receiver: {plainest(route.receiver)}"
    if route.group_by is not None:
        yield f"{margin}group_by: {_flow(route.group_by)}"
    for key, span in (
        ("group_wait", route.group_wait),
        ("group_interval", route.group_interval),
        ("repeat_interval", route.repeat_interval),
    ):
        if span is not None:
            yield f"{margin}{key}: {span}"
    for key, intervals in (("mute_time_intervals", route.mute), ("active_time_intervals", route.active)):
        if intervals:
            yield f"{margin}{key}: {_flow(intervals)}"
    if route.continue_:
        yield f"{margin}continue: true"
    if route.routes:
        yield f"{margin}routes:"
        for child in route.routes:
            yield from _item(_route(child, f"{margin}  "), margin)


def _inhibit_rule(rule: InhibitRule, version: Version) -> Iterator[str]:
    named = version >= _NAMED_INHIBITION
    if not named:
        yield f"# {rule.name}"
    body = [f"  name: {plainest(rule.name)}"] if named else []
    body += [f"  source_matchers: {_matchers(rule.source)}", f"  target_matchers: {_matchers(rule.target)}"]
    body += [f"  equal: {_flow(rule.equal)}"] if rule.equal else []
    yield from _item(body, "")


def _time_interval(interval: TimeInterval) -> Iterator[str]:
    ranges = [_time_range(each) for each in interval.ranges]
    yield from _item(_entries({"name": interval.name, "time_intervals": ranges}, "  "), "")


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


def _reached(routing: Routing, tree: Route) -> Iterator[Receiver]:
    """The receivers that the tree names, in alphabetical order: any other would be configuration for nothing."""
    known = {NONE.name: NONE, **routing.receivers}
    yield from (known[name] for name in sorted(set(_named(tree))))


def _named(route: Route) -> Iterator[str]:
    yield route.receiver
    for child in route.routes:
        yield from _named(child)


def _receiver(receiver: Receiver) -> Iterator[str]:
    configs: dict[str, Any] = {"name": receiver.name}
    for notifier in receiver.notifiers:
        integration = integrations()[notifier.integration]
        configs.setdefault(integration.config, []).append(integration.completed(notifier.settings))
    yield from _item(_entries(configs, "  "), "")


def _matchers(matchers: Iterable[Matcher]) -> str:
    """In a list, each as `name="value"`: the one form that every matcher parser of every version reads alike."""
    return _flow(str(matcher) for matcher in matchers)


def _flow(texts: Iterable[str]) -> str:
    return f"[{', '.join(plainest(t) for t in texts)}]"


def _entries(mapping: Mapping[str, Any], margin: str) -> Iterator[str]:
    """A mapping, key by key in the order given."""
    for key, value in mapping.items():
        head = f"{margin}{plainest(key)}:"
        if isinstance(value, Mapping) and value:
            yield head
            yield from _entries(value, f"{margin}  ")
        elif isinstance(value, list) and value:
            yield head
            yield from _items(value, margin)
        elif isinstance(value, str) and _reads_better_in_lines(value):
            yield f"{head} |-"
            yield from (f"{margin}  {line}" if line else "" for line in value.split("\n"))
        else:
            yield f"{head} {_scalar(value)}"


def _items(values: Sequence[Any], margin: str) -> Iterator[str]:
    """A list, item by item; its dashes stand at the margin."""
    for value in values:
        if isinstance(value, Mapping) and value:
            yield from _item(_entries(value, f"{margin}  "), margin)
        elif isinstance(value, list) and value:
            yield from _item(_items(value, f"{margin}  "), margin)
        else:
            yield f"{margin}- {_scalar(value)}"


def _item(lines: Iterable[str], margin: str) -> Iterator[str]:
    """The lines, indented by two more than the margin, as one item of a list."""
    rest = iter(lines)
    yield f"{margin}- {next(rest).removeprefix(f'{margin}  ')}"
    yield from rest


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return plainest(value)
        case float():
            plain = format(Decimal(repr(value)), "f")
            return plain if "." in plain else f"{plain}.0"
        case {} | []:
            return "{}" if isinstance(value, Mapping) else "[]"
        case _:
            return str(value)


def _reads_better_in_lines(value: str) -> bool:
    """Whether a literal block says the same: several lines, none of which relies on blanks that nobody sees."""
    lines = value.split("\n")
    return (
        len(lines) > 1
        and all(line.isprintable() and line == line.rstrip() for line in lines)
        and lines[0] == lines[0].lstrip() != ""
        and lines[-1] != ""
    )
