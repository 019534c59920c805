"""Teams and receivers → Alertmanager's routing tree. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from alertgen.quantity import Duration
from alertgen.receivers import NONE
from alertgen.routing.model import (
    SEVERITY_LABEL,
    TEAM_LABEL,
    URGENCIES,
    WATCHDOG,
    Heartbeat,
    Matcher,
    Route,
    Routing,
    Team,
    Urgency,
)


def tree(routing: Routing, severities: Mapping[str, Urgency]) -> Route:
    """Alertmanager's tree: the heartbeat, then one subtree for each team with one route for each severity.

    Siblings match different values of one label, so none can shadow another; the heartbeat comes first because
    Watchdog is a team's alert, too. What a team's alert with another severity finds is where tickets go.
    """
    beat = (_beat(routing.heartbeat),) if routing.heartbeat else ()
    return Route(
        receiver=routing.default.receiver,
        group_by=routing.group_by,
        group_wait=routing.group_wait,
        group_interval=routing.group_interval,
        repeat_interval=routing.repeat_interval,
        routes=(*beat, *(_subtree(routing, team, severities) for _, team in sorted(routing.teams.items()))),
        location=routing.default.location,
    )


def _beat(heartbeat: Heartbeat) -> Route:
    return Route(
        receiver=heartbeat.receiver,
        matchers=(Matcher("alertname", "=", WATCHDOG),),
        group_wait=Duration(0),
        group_interval=heartbeat.every,
        # Not the same as group_interval: by the time the group is looked at again, the last notification is younger
        # than that by the time it took to send, and every second beat would be left out.
        repeat_interval=Duration(max(1, heartbeat.every // 2)),
        location=heartbeat.location,
    )


def _subtree(routing: Routing, team: Team, severities: Mapping[str, Urgency]) -> Route:
    ranked = sorted(severities.items(), key=lambda item: (URGENCIES.index(item[1]), item[0]))
    # A severity that nobody mapped is a mistake somebody should see, so it is not dropped with the tickets.
    rest = routing.default if team.ticket.receiver == NONE.name else team.ticket
    return Route(
        receiver=rest.receiver,
        matchers=(Matcher(TEAM_LABEL, "=", team.name),),
        routes=tuple(
            Route(
                receiver=team.destination(urgency).receiver,
                matchers=(Matcher(SEVERITY_LABEL, "=", severity),),
                location=team.destination(urgency).location or team.location,
            )
            for severity, urgency in ranked
        ),
        location=team.location,
    )
