"""One routing tree → each team's part of it, and what is no team's. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from alertgen.promql import escape_regex
from alertgen.routing.model import TEAM_LABEL, Matcher, Route

_NEGATED = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}


@dataclass(frozen=True, slots=True)
class Division:
    """A tree in parts that the operator puts together again: teams' subtrees by name, and the tree without them."""

    base: Route
    teams: Mapping[str, Route]


def divide(tree: Route, teams: Mapping[str, object]) -> Division:
    """The parts, such that nobody is told twice and nobody less.

    The operator puts the objects' routes before all others, and has each continue. So what comes before the teams in
    the tree, the heartbeat, is refused by each team's route; and what comes after them refuses the teams' alerts.
    ValueError where something before the teams has other than one matcher: its opposite could not be said.
    """
    owned = {name: route for route in tree.routes if (name := _team_of(route)) in teams}
    if not owned:
        return Division(tree, {})
    first = next(index for index, route in enumerate(tree.routes) if _team_of(route) in owned)
    before = tree.routes[:first]
    refused = tuple(_opposite(route) for route in before)
    strangers = Matcher(TEAM_LABEL, "!~", "|".join(escape_regex(name) for name in sorted(owned)))
    after = (
        replace(route, matchers=(*route.matchers, strangers))
        for route in tree.routes[first:]
        if _team_of(route) not in owned
    )
    return Division(
        base=replace(tree, routes=(*before, *after)),
        teams={name: replace(route, matchers=(*route.matchers, *refused)) for name, route in sorted(owned.items())},
    )


def _team_of(route: Route) -> str:
    """Whose subtree it is; empty when it is none."""
    match route.matchers:
        case (Matcher(name=label, operator="=", value=team),) if label == TEAM_LABEL:
            return team
    return ""


def _opposite(route: Route) -> Matcher:
    if len(route.matchers) != 1 or route.continue_:
        raise ValueError(f"no single matcher says the opposite of {', '.join(map(str, route.matchers))}")
    (matcher,) = route.matchers
    return Matcher(matcher.name, _NEGATED[matcher.operator], matcher.value)  # type: ignore[arg-type]  # one of the four
