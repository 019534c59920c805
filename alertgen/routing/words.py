"""The routes that an alert takes → who is told, when, and who next, as a person says it. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from alertgen.quantity import Duration
from alertgen.receivers import NONE
from alertgen.routing.model import Route

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
