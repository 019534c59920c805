"""A team's AlertmanagerConfig → the object's YAML. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alertgen.alertmanager_config.effective import TeamObject
from alertgen.alertmanager_config.express import express
from alertgen.receivers import Receiver
from alertgen.render.kubernetes import opening
from alertgen.render.yamltree import entries
from alertgen.routing.model import Matcher, Route, TimeInterval, TimeRange

STRATEGY = """\
# For an Alertmanager whose spec has `alertmanagerConfigMatcherStrategy: {type: None}`. With any other, the operator
# adds the namespace of this object to all that it matches, and nobody is told of alerts from another one.
"""


def render(found: TeamObject, labels: Mapping[str, str]) -> str:
    """The object. It must be free of what it cannot say (`alertgen.alertmanager_config.objects.check`)."""
    spec: dict[str, Any] = {"route": _route(found.route), "receivers": [_receiver(each) for each in found.receivers]}
    if found.intervals:
        spec["muteTimeIntervals"] = [_interval(each) for each in found.intervals]
    head = opening("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", found.name, found.namespace, labels)
    return f"{STRATEGY}{head}spec:\n" + "\n".join(entries(spec, "  ")) + "\n"


def _route(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = {
        "matchers": [_matcher(each) for each in route.matchers],
        "receiver": route.receiver,
        "groupBy": list(route.group_by or ()),
        "groupWait": _span(route.group_wait),
        "groupInterval": _span(route.group_interval),
        "repeatInterval": _span(route.repeat_interval),
        "muteTimeIntervals": list(route.mute),
        "activeTimeIntervals": list(route.active),
        "continue": route.continue_,
        "routes": [_route(child) for child in route.routes],
    }
    return {key: value for key, value in found.items() if value}


def _span(span: object) -> str:
    return "" if span is None else str(span)


def _matcher(matcher: Matcher) -> dict[str, str]:
    return {"name": matcher.name, "matchType": matcher.operator, "value": matcher.value}


def _receiver(receiver: Receiver) -> dict[str, Any]:
    found: dict[str, Any] = {"name": receiver.name}
    for notifier in receiver.notifiers:
        expressed = express(notifier)
        found.setdefault(expressed.key, []).append(expressed.settings)
    return found


def _interval(interval: TimeInterval) -> dict[str, Any]:
    return {"name": interval.name, "timeIntervals": [_range(each) for each in interval.ranges]}


def _range(span: TimeRange) -> dict[str, Any]:
    found: dict[str, Any] = {
        "times": [{"startTime": start, "endTime": end} for start, end in span.times],
        "weekdays": list(span.weekdays),
        "daysOfMonth": [_days(each) for each in span.days_of_month],
        "months": list(span.months),
        "years": list(span.years),
    }
    return {key: value for key, value in found.items() if value}


def _days(written: str) -> dict[str, int]:
    start, _, end = written.partition(":")
    return {"start": int(start), "end": int(end or start)}
