"""The committed tree and the built one → which alerts reach others than before, in words. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import yaml

from alertgen.golden import Drift
from alertgen.quantity import Duration
from alertgen.routing.model import ALERT_LABEL, Matcher, Route
from alertgen.routing.resolve import resolve
from alertgen.routing.words import in_words

ROUTING_FILE = "alertmanager/alertmanager.yaml"
_MATCHER = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MOST = 3
"""How many alerts of a service are named; the others are counted."""

Labels = Mapping[str, str]


def changes(
    drifts: Iterable[Drift], tree: Route, external: Labels, alerts: Iterable[tuple[str, Iterable[Labels]]]
) -> Iterator[str]:
    """A line for all alerts of a service that were told to the same people before and are told to the same now.

    `alerts` are the services as `namespace/name`, with the labels that their alerts have now, the name included; those
    are looked at only where something can have changed. What was committed and cannot be read is not compared: the diff
    shows it.
    """
    changed = {drift.path: drift for drift in drifts if drift.committed and drift.built}
    old_tree = _tree(changed[ROUTING_FILE].committed) if ROUTING_FILE in changed else tree
    if old_tree is None:
        return
    for service, labels in alerts:
        drift = changed.get(f"prometheus/{service}.yaml")
        if drift is None and old_tree is tree:
            continue
        now = list(labels)
        before = now if drift is None else _alerts(drift.committed, service, external)
        yield from _of_service(service, _told(old_tree, before), _told(tree, now))


def _of_service(service: str, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    moved: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for alert, who in now.items():
        if alert in before and before[alert] != who:
            moved[before[alert], who].append(alert)
    for (old, new), names in moved.items():
        named = ", ".join(f"`{alert}`" for alert in sorted(names)[:_MOST])
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        yield f"{named}{more} of `{service.partition('/')[2]}`: {old} → {new}"


def _told(tree: Route, alerts: Iterable[Labels]) -> Mapping[str, str]:
    """Each alert's name → who is told; where alerts of one name are told to several, all of them."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for labels in alerts:
        found[labels[ALERT_LABEL]][in_words(resolve(tree, labels))] = None
    return {alert: " or ".join(sorted(who)) for alert, who in found.items()}


def _alerts(committed: bytes, service: str, external: Labels) -> list[Labels]:
    """The labels of the alerts in a rule file."""
    namespace = service.partition("/")[0]
    try:
        groups = yaml.safe_load(committed)["groups"]
        return [
            {**external, "namespace": namespace, **rule["labels"], ALERT_LABEL: rule["alert"]}
            for group in groups
            for rule in group["rules"]
            if "alert" in rule
        ]
    except (yaml.YAMLError, LookupError, TypeError, AttributeError):
        return []


def _tree(committed: bytes) -> Route | None:
    try:
        return _route(yaml.safe_load(committed)["route"])
    except (yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError):
        return None


def _route(written: Mapping[str, Any]) -> Route:
    """A node as `render.alertmanager` writes it. Raises for anything else."""
    group_wait = written.get("group_wait")
    return Route(
        receiver=written["receiver"],
        matchers=tuple(_matcher(text) for text in written.get("matchers", ())),
        group_wait=None if group_wait is None else Duration.parse(group_wait),
        continue_=written.get("continue", False),
        mute=tuple(written.get("mute_time_intervals", ())),
        active=tuple(written.get("active_time_intervals", ())),
        routes=tuple(_route(child) for child in written.get("routes", ())),
    )


def _matcher(text: str) -> Matcher:
    match = _MATCHER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no matcher")
    value = _ESCAPE.sub(lambda escaped: "\n" if escaped[1] == "n" else escaped[1], match[3])
    return Matcher(match[1], cast("Any", match[2]), value)
