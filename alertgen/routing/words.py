"""The routes that an alert takes → who is told, when, who next, and what keeps it from being told, as people say it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence

from alertgen.quantity import Duration
from alertgen.receivers import NONE
from alertgen.routing.model import ALERT_LABEL, InhibitRule, Matcher, Route

NOBODY = "nobody"


def in_words(routes: Sequence[Route], contact: str = "") -> str:
    """`web-pager, after 15m web-lead`, `web-chat during office; web-quiet outside office`, or `nobody`.

    The routes know what they inherit, as `resolve` gives them. `contact` is how the first of them is reached.
    """
    by_hours = [list(group) for _, group in itertools.groupby(routes, key=lambda route: (route.active, route.mute))]
    parts = [
        " ".join(filter(None, (_names(group, contact if index == 0 else ""), when(group[0].active, group[0].mute))))
        for index, group in enumerate(by_hours)
    ]
    return "; ".join(parts)


def _names(routes: Sequence[Route], contact: str) -> str:
    """Receivers that are told in the same hours: the first at once, the others after a while."""
    first, *later = routes
    at_once = f"{name(first)} ({contact})" if contact else name(first)
    return ", ".join((at_once, *(f"after {route.group_wait or Duration(0)} {name(route)}" for route in later)))


def name(route: Route) -> str:
    """Who it tells."""
    return NOBODY if route.receiver == NONE.name else route.receiver


def when(active: Sequence[str], mute: Sequence[str]) -> str:
    """`during office`, `outside office and nights`; empty for always."""
    during = f"during {' or '.join(active)}" if active else ""
    outside = f"outside {' and '.join(mute)}" if mute else ""
    return ", ".join(filter(None, (during, outside)))


def silencing(rules: Iterable[InhibitRule]) -> tuple[str, ...]:
    """What silences: `WorkloadDown, WorkloadMissing with the same cluster`, a line for each set of equal labels.

    What the spec itself asks for has a line of its own with its place.
    """
    by_equal: defaultdict[tuple[tuple[str, ...], str], dict[str, list[str]]] = defaultdict(dict)
    for rule in rules:
        place = f" ({rule.location})" if rule.location else ""
        for cause, which in _alerts(rule.source):
            by_equal[rule.equal, place].setdefault(cause, []).append(which)
    return tuple(
        f"{', '.join(_of_which(*each) for each in sorted(causes.items()))}{_the_same(equal)}{place}"
        for (equal, place), causes in by_equal.items()
    )


def symptoms(rule: InhibitRule) -> str:
    """What a rule silences: `PodNotReady, RolloutStuck (severity=warning)`."""
    return ", ".join(_of_which(name, [which]) for name, which in _alerts(rule.target))


def _alerts(source: Sequence[Matcher]) -> list[tuple[str, str]]:
    """The alerts that may be on this side of a rule, and which of them that are called so."""
    names = [name for matcher in source if matcher.name == ALERT_LABEL for name in _values(matcher)]
    which = ", ".join(f"{m.name}{m.operator}{m.value}" for m in source if m.name != ALERT_LABEL)
    return [(name, which) for name in names] or [("any alert", which)]


def _values(matcher: Matcher) -> list[str]:
    """One by one where the operator lets any of several be; names have no character that means something else."""
    return matcher.value.split("|") if matcher.operator == "=~" else [matcher.value]


def _of_which(cause: str, which: Sequence[str]) -> str:
    return f"{cause} ({' or '.join(which)})" if all(which) else cause


def _the_same(labels: Sequence[str]) -> str:
    return f" with the same {', '.join(labels)}" if labels else ""
