"""Who is told: the routing document → teams and receivers → Alertmanager's tree, and where an alert ends up. Pure."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from alertgen import receivers
from alertgen.diagnostics import Diagnostic, Location, did_you_mean
from alertgen.promql import quote
from alertgen.quantity import DURATION_PATTERN, Duration
from alertgen.receivers import NONE, Receiver, Version, address_problem, shown

At = Callable[..., Location]
"""The place of the value at a path of keys, as `Document.at` gives it."""

Urgency = Literal["page", "ticket", "log"]
"""What an alert asks of people: now, in working hours, never."""
URGENCIES: tuple[Urgency, ...] = ("page", "ticket", "log")

SEVERITIES: Mapping[str, Urgency] = MappingProxyType({"critical": "page", "warning": "ticket", "info": "log"})
"""What each severity means where the site says nothing else."""

DEFAULT_GROUP_BY = ("alertname", "cluster", "namespace", "service")
GROUP_WAIT = Duration(30)
GROUP_INTERVAL = Duration(300)
REPEAT_INTERVAL = Duration(4 * 3600)
HEARTBEAT_EVERY = Duration(60)

TEAM_LABEL = "team"
SEVERITY_LABEL = "severity"
WATCHDOG = "Watchdog"
"""The alert that always fires, so that its silence says that nothing can."""

EVERY_LABEL = "..."
"""In group_by: each alert is a group of its own."""

UNROUTED = Receiver("unrouted")
"""Built in for sites without a routing document: alerts are seen in Alertmanager, and nobody is told."""

_NAME = re.compile(r"[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label: `=` and `!=` compare text, `=~` and `!~` an RE2 expression with the whole value."""

    name: str
    operator: Literal["=", "!=", "=~", "!~"]
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an alert with these labels passes; a label that is absent is empty, as in Alertmanager."""
        actual = labels.get(self.name, "")
        same = actual == self.value if self.operator in {"=", "!="} else bool(_regex(self.value).fullmatch(actual))
        return same is not self.operator.startswith("!")

    def __str__(self) -> str:
        return f"{self.name}{self.operator}{quote(self.value)}"


@functools.lru_cache(maxsize=4_096)
def _regex(value: str) -> re.Pattern[str]:
    # RE2's \d, \w and \s know ASCII only. What else differs (\z, \pL, flags inside) no generated matcher contains.
    return re.compile(value, re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A node of Alertmanager's routing tree; what is None is inherited from the parent.

    `group_by` of a child is never empty: before 0.31, Alertmanager takes that for nothing said. `mute` and `active`
    name time intervals. `location` is the line of the spec that asked for it.
    """

    receiver: str
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] | None = None
    group_wait: Duration | None = None
    group_interval: Duration | None = None
    repeat_interval: Duration | None = None
    continue_: bool = False
    mute: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InhibitRule:
    """While a `source` alert fires, `target` alerts with the same values of the labels in `equal` are not told."""

    name: str
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...]
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRange:
    """Times of day and days that belong together, as Alertmanager writes them; what is empty does not restrict.

    `times` are pairs of `HH:MM`, the first before the second; `location` is an IANA time zone.
    """

    times: tuple[tuple[str, str], ...] = ()
    weekdays: tuple[str, ...] = ()
    days_of_month: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeInterval:
    """Named times: any of the ranges."""

    name: str
    ranges: tuple[TimeRange, ...]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where alerts of one urgency go, and the line that says so; None when nobody wrote it."""

    receiver: str
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Who owns services: where their alerts go, and how to reach the people."""

    name: str
    page: Destination
    ticket: Destination
    log: Destination
    description: str = ""
    contacts: Mapping[str, str] = field(default_factory=dict)
    """Urgency → e-mail address, for the docs."""
    alerts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The team's overrides of alerts, as written."""
    location: Location | None = field(default=None, compare=False)

    def destination(self, urgency: Urgency) -> Destination:
        """Where alerts of this urgency go."""
        return {"page": self.page, "ticket": self.ticket, "log": self.log}[urgency]


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Who expects to hear from Watchdog, and how often."""

    receiver: str
    every: Duration
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The routing document with its defaults filled in. The mappings are by name, in alphabetical order."""

    default: Destination = Destination(UNROUTED.name)
    heartbeat: Heartbeat | None = None
    group_by: tuple[str, ...] = DEFAULT_GROUP_BY
    group_wait: Duration = GROUP_WAIT
    group_interval: Duration = GROUP_INTERVAL
    repeat_interval: Duration = REPEAT_INTERVAL
    teams: Mapping[str, Team] = field(default_factory=dict)
    receivers: Mapping[str, Receiver] = field(default_factory=lambda: {r.name: r for r in (NONE, UNROUTED)})
    """All that are defined, and the built-in ones that may be used."""
    inhibit: tuple[InhibitRule, ...] = ()
    intervals: tuple[TimeInterval, ...] = ()


def _object(meaning: str, properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": meaning,
        "properties": dict(properties),
        **({"required": list(required)} if required else {}),
        "additionalProperties": False,
    }


def _text(meaning: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": meaning, **more}


def _duration(meaning: str, default: Duration) -> dict[str, Any]:
    return _text(meaning, pattern=DURATION_PATTERN, default=str(default))


_RECEIVER_NAME = "A receiver of this document, or 'none' to drop."


def _destination(meaning: str) -> dict[str, Any]:
    return {
        "description": meaning,
        "if": {"type": "string"},
        "then": {"minLength": 1},
        "else": _object(meaning, {"receiver": _text(_RECEIVER_NAME)}, "receiver"),
    }


_TEAM = _object(
    "A team: where its alerts go.",
    {
        "description": _text("What the team does."),
        "page": _destination("Where alerts go that need somebody now (severity critical). Default: where tickets go."),
        "ticket": _destination("Where alerts go that need somebody in working hours (severity warning)."),
        "log": _destination("Where alerts go that need nobody (severity info). Default: none, they are dropped."),
        "contacts": _object(
            "E-mail addresses of the people behind it, for the docs.",
            {urgency: _text(f"Who answers a {urgency}.") for urgency in URGENCIES},
        ),
        # The whole schema has a definition of that name: overrides read the same at every layer.
        "alerts": {"$ref": "#/$defs/alerts"},
    },
)

SCHEMA: dict[str, Any] = _object(
    "Who is told.",
    {
        "default": _destination("Where alerts go that no team owns. A person must read it."),
        "heartbeat": _object(
            f"Where {WATCHDOG} goes: something that raises the alarm when it hears nothing.",
            {
                "receiver": _text("A receiver of this document."),
                "every": _duration("How often it is told.", HEARTBEAT_EVERY),
            },
            "receiver",
        ),
        "group_by": {
            "type": "array",
            "items": _text("A label, or '...' alone for all of them."),
            "description": "Alerts that agree in these labels are told together.",
            "default": list(DEFAULT_GROUP_BY),
        },
        "group_wait": _duration("How long the first notification waits for more alerts.", GROUP_WAIT),
        "group_interval": _duration("How long changes of a group wait for the next notification.", GROUP_INTERVAL),
        "repeat_interval": _duration("How long until an unchanged group is told again.", REPEAT_INTERVAL),
        "teams": {
            "type": "object",
            "description": "Teams by name: the name is what services write, and the label `team` of their alerts.",
            "additionalProperties": _TEAM,
        },
        "receivers": {
            "type": "object",
            "description": "Receivers by name.",
            "additionalProperties": receivers.schema(),
        },
    },
)
"""JSON Schema of the body of a routing document; it refers to DEFS and to `#/$defs/alerts`."""

DEFS: dict[str, Any] = receivers.definitions()
"""The parts that SCHEMA refers to as `#/$defs/<name>`."""


def read(
    data: Mapping[str, Any] | None, at: At, alertmanager_version: Version
) -> tuple[Routing, tuple[Diagnostic, ...]]:
    """The routing, and what is wrong with it. `data` is the document's body and passed the schema; None gives defaults.

    With errors among the diagnostics, the routing is what could be understood and must not be rendered.
    """
    if data is None:
        return Routing(), ()
    defined: dict[str, Receiver] = {NONE.name: NONE}
    problems: list[Diagnostic] = []
    for name, body in sorted(data.get("receivers", {}).items()):
        problems += _bad_name("receiver", name, at("receivers", name))
        if name == NONE.name:
            problems.append(
                Diagnostic(at("receivers", name), "reserved-name", f"'{name}' is built in: it drops what it is sent")
            )
            continue
        receiver, found = receivers.read(name, body, functools.partial(at, "receivers", name), alertmanager_version)
        defined[name] = receiver
        problems += found
    teams = {name: _team(name, body, at) for name, body in sorted(data.get("teams", {}).items())}
    for name, body in data.get("teams", {}).items():
        problems += _check_team(name, body, at)
    routing = Routing(
        default=_read_destination(data, at, "default") or Destination(NONE.name),
        heartbeat=_heartbeat(data, at),
        group_by=tuple(data.get("group_by", DEFAULT_GROUP_BY)),
        group_wait=_span(data, "group_wait", GROUP_WAIT),
        group_interval=_span(data, "group_interval", GROUP_INTERVAL),
        repeat_interval=_span(data, "repeat_interval", REPEAT_INTERVAL),
        teams=teams,
        receivers=dict(sorted(defined.items())),
    )
    problems += _check_default(data, at)
    problems += _check_times(data, at)
    problems += _check_group_by(data, at)
    problems += _check_uses(data, at, defined)
    return routing, tuple(problems)


def _read_destination(data: Mapping[str, Any], at: At, *steps: str) -> Destination | None:
    written = data.get(steps[-1])
    if written is None:
        return None
    return Destination(written if isinstance(written, str) else written["receiver"], at(*steps))


def _team(name: str, body: Mapping[str, Any], at: At) -> Team:
    # What is missing beyond the defaults is a diagnostic of _check_team.
    ticket = _read_destination(body, at, "teams", name, "ticket") or Destination(NONE.name)
    return Team(
        name=name,
        page=_read_destination(body, at, "teams", name, "page") or ticket,
        ticket=ticket,
        log=_read_destination(body, at, "teams", name, "log") or Destination(NONE.name),
        description=body.get("description", ""),
        contacts=body.get("contacts", {}),
        alerts=body.get("alerts", {}),
        location=at("teams", name),
    )


def _heartbeat(data: Mapping[str, Any], at: At) -> Heartbeat | None:
    written = data.get("heartbeat")
    if written is None:
        return None
    return Heartbeat(written["receiver"], _span(written, "every", HEARTBEAT_EVERY), at("heartbeat"))


def _span(data: Mapping[str, Any], key: str, default: Duration) -> Duration:
    """The duration, or the default where it is none; `_check_times` says so."""
    try:
        return Duration.parse(data[key]) if key in data else default
    except ValueError:
        return default


def _bad_name(what: str, name: str, place: Location) -> Iterator[Diagnostic]:
    if _NAME.fullmatch(name) is None:
        yield Diagnostic(
            place,
            "bad-name",
            f"{shown(name)} cannot be the name of a {what}",
            hint="use up to 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends",
        )


def _check_team(name: str, body: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    place = at("teams", name)
    yield from _bad_name("team", name, place)
    ticket = _read_destination(body, at, "teams", name, "ticket")
    if ticket is None:
        yield Diagnostic(
            place,
            "no-ticket-receiver",
            f"the team {shown(name)} does not say where its tickets go",
            hint="add ticket: a receiver for what can wait; pages go there too unless page is given",
        )
    elif ticket.receiver == NONE.name and "page" not in body:
        yield Diagnostic(
            at("teams", name, "ticket"),
            "black-hole",
            f"pages of the team {shown(name)} would reach nobody: they go where tickets go, and those are dropped",
            hint="add page, or give ticket a receiver",
        )
    for urgency, address in body.get("contacts", {}).items():
        problem = address_problem(address)
        if problem or "{{" in address:
            place = at("teams", name, "contacts", urgency)
            yield Diagnostic(place, "bad-value", problem or f"{shown(address)} is not an e-mail address")


def _check_default(data: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    default = _read_destination(data, at, "default")
    if default is None:
        yield Diagnostic(
            at(),
            "no-default-receiver",
            "nobody is told about alerts that no team owns",
            hint="add default: a receiver that a person reads",
        )
    for key, receiver in (("default", default), ("heartbeat", _heartbeat(data, at))):
        if receiver is not None and receiver.receiver == NONE.name:
            yield Diagnostic(
                at(key), "black-hole", f"{key} goes to '{NONE.name}': nobody would be told", hint="name a receiver"
            )


def _check_times(data: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    heartbeat = data.get("heartbeat", {})
    spans: list[tuple[tuple[str, ...], str]]
    spans = [((key,), data[key]) for key in ("group_wait", "group_interval", "repeat_interval") if key in data]
    spans += [(("heartbeat", "every"), heartbeat["every"])] if "every" in heartbeat else []
    for steps, written in spans:
        try:
            span = Duration.parse(written)
        except ValueError as error:
            yield Diagnostic(at(*steps), "bad-value", f"{steps[-1]}: {error}")
            continue
        if steps == ("heartbeat", "every"):
            # The repeat interval is half of it, and Alertmanager refuses 0.
            if span < 2:
                yield Diagnostic(at(*steps), "bad-value", f"every: {span} is too short", hint="2s is the shortest")
        elif span == 0 and steps != ("group_wait",):
            yield Diagnostic(at(*steps), "bad-value", f"{steps[-1]} cannot be zero")
    interval = _span(data, "group_interval", GROUP_INTERVAL)
    repeat = _span(data, "repeat_interval", REPEAT_INTERVAL)
    if 0 < repeat < interval:
        yield Diagnostic(
            at("repeat_interval" if "repeat_interval" in data else "group_interval"),
            "no-effect",
            f"a repeat_interval of {repeat} is as good as {interval}: groups are looked at once in a group_interval",
        )


def _check_group_by(data: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    group_by: list[str] = data.get("group_by", [])
    for index, label in enumerate(group_by):
        place = at("group_by", index)
        if label in group_by[:index]:
            yield Diagnostic(place, "duplicate-label", f"{shown(label)} is already in group_by")
        elif label == EVERY_LABEL and len(group_by) > 1:
            yield Diagnostic(place, "group-by-all", "'...' means all labels: it cannot stand beside others")
        elif label != EVERY_LABEL and _LABEL.fullmatch(label) is None:
            yield Diagnostic(place, "bad-name", f"{shown(label)} cannot be the name of a label")


def _check_uses(data: Mapping[str, Any], at: At, defined: Mapping[str, Receiver]) -> Iterator[Diagnostic]:
    used: set[str] = set()
    for steps in _uses(data):
        written: Any = functools.reduce(lambda part, step: part[step], steps, data)
        name, place = (
            (written, at(*steps)) if isinstance(written, str) else (written["receiver"], at(*steps, "receiver"))
        )
        used.add(name)
        if name not in defined:
            yield Diagnostic(
                place,
                "unknown-receiver",
                f"there is no receiver {shown(name)}",
                hint=did_you_mean(name, defined) or "define it under receivers",
            )
    for name, receiver in defined.items():
        if name not in used and receiver.location is not None:
            yield Diagnostic(
                receiver.location,
                "unused-receiver",
                f"nothing is sent to the receiver {shown(name)}",
                hint="name it in a team, in default or in heartbeat, or remove it",
            )


def _uses(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The paths at which receivers are named."""
    yield from ((key,) for key in ("default", "heartbeat") if key in data)
    for name, body in data.get("teams", {}).items():
        yield from (("teams", name, urgency) for urgency in URGENCIES if urgency in body)


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


def resolve(root: Route, labels: Mapping[str, str]) -> tuple[Route, ...]:
    """The routes that an alert with these labels takes, in order, with what they inherit filled in.

    As Alertmanager does it: the first child that matches takes the alert and, unless it continues, ends the search; a
    node takes it itself only when no child does. The root takes what nobody else does.
    """
    return tuple(_resolve(root, labels)) if _takes(root, labels) else ()


def _resolve(route: Route, labels: Mapping[str, str]) -> list[Route]:
    """The routes at or below one that takes the alert and knows what it inherits."""
    found: list[Route] = []
    for child in route.routes:
        if _takes(child, labels):
            found += _resolve(_inheriting(child, route), labels)
            if not child.continue_:
                break
    return found or [dataclasses.replace(route, routes=())]


def _takes(route: Route, labels: Mapping[str, str]) -> bool:
    return all(matcher.matches(labels) for matcher in route.matchers)


def _inheriting(child: Route, parent: Route) -> Route:
    return dataclasses.replace(
        child,
        group_by=parent.group_by if child.group_by is None else child.group_by,
        group_wait=parent.group_wait if child.group_wait is None else child.group_wait,
        group_interval=parent.group_interval if child.group_interval is None else child.group_interval,
        repeat_interval=parent.repeat_interval if child.repeat_interval is None else child.repeat_interval,
    )
