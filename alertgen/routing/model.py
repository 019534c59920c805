"""What routing is made of: matchers, routes, intervals, teams. Pure."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from alertgen.diagnostics import Location
from alertgen.promql import quote
from alertgen.quantity import Duration
from alertgen.receivers import NONE, Receiver

At = Callable[..., Location]
"""The place of the value at a path of keys, as `Document.at` gives it."""

Urgency = Literal["page", "ticket", "log"]
"""What an alert asks of people: now, in working hours, never."""
URGENCIES: tuple[Urgency, ...] = ("page", "ticket", "log")

SEVERITIES: Mapping[str, Urgency] = MappingProxyType({"critical": "page", "warning": "ticket", "info": "log"})
"""What each severity means where the site says nothing else."""


def grouped_by(cluster_label: str = "cluster") -> tuple[str, ...]:
    """Which labels make a group where the spec does not say: an alert of a service in a cluster."""
    return ("alertname", cluster_label, "namespace", "service")


DEFAULT_GROUP_BY = grouped_by()
GROUP_WAIT = Duration(30)
GROUP_INTERVAL = Duration(300)
REPEAT_INTERVAL = Duration(4 * 3600)
HEARTBEAT_EVERY = Duration(60)

ALERT_LABEL = "alertname"
TEAM_LABEL = "team"
SEVERITY_LABEL = "severity"
WATCHDOG = "Watchdog"
"""The alert that always fires, so that its silence says that nothing can."""

EVERY_LABEL = "..."
"""In group_by: each alert is a group of its own."""

UNROUTED = Receiver("unrouted")
"""Built in for sites without a routing document: alerts are seen in Alertmanager, and nobody is told."""


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
    name time intervals; they are not inherited. `location` is the line of the spec that asked for it, and `muted_by`
    what of `mute` the spec asks for under that name.
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
    muted_by: tuple[Mute, ...] = field(default=(), compare=False)
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

    `times` are pairs of `HH:MM`, the first before the second; `location` is an IANA time zone, UTC where it is empty.
    `place` is the part of the spec that it says, alone or with others.
    """

    times: tuple[tuple[str, str], ...] = ()
    weekdays: tuple[str, ...] = ()
    days_of_month: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    location: str = ""
    place: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeInterval:
    """Named times: any of the ranges."""

    name: str
    ranges: tuple[TimeRange, ...]
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """Alerts with all these labels are not told during these hours, and why."""

    match: Mapping[str, str]
    during: str
    reason: str
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Who must be told of an alert that begins to fire at a moment while others fire; `tells` in the order of time."""

    name: str
    labels: Mapping[str, str]
    moment: dt.datetime
    tells: tuple[str, ...]
    location: Location
    firing: tuple[Mapping[str, str], ...] = ()
    inhibited_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Who is told too when an alert still fires so long after it began."""

    after: Duration
    receiver: str
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where alerts of one urgency go, and the line that says so; None when nobody wrote it.

    With `during`, that is so in these hours, and `otherwise` says where they go at all other times.
    """

    receiver: str
    location: Location | None = field(default=None, compare=False)
    escalate: tuple[Step, ...] = ()
    during: str = ""
    otherwise: Destination | None = None

    def chain(self) -> Iterator[Destination]:
        """Itself, what holds outside its hours, what holds outside of those too, and so on."""
        link: Destination | None = self
        while link is not None:
            yield link
            link = link.otherwise


@dataclass(frozen=True, slots=True)
class Override:
    """One alert goes elsewhere than its severity says.

    `match` are the labels besides the alert's name that it must have, `team` who owns it; None stands for every team.
    """

    alert: str
    receiver: str
    team: str | None
    match: Mapping[str, str] = field(default_factory=dict)
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
    severities: Mapping[str, Urgency] = field(default_factory=lambda: SEVERITIES)
    """What each value of the label `severity` asks of people."""
    inhibit: tuple[InhibitRule, ...] = ()
    intervals: tuple[TimeInterval, ...] = ()
    mutes: tuple[Mute, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)
    """Templates of notifications by name: in place of alertgen's own, or besides."""
