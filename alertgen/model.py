"""The nouns: services, the rules that watch them, and the situations that prove the rules. Without behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from alertgen.quantity import Duration


class Kind(StrEnum):
    """What Kubernetes runs the service as; decides how its pods are named and which replica metrics exist."""

    DEPLOYMENT = "Deployment"
    STATEFUL_SET = "StatefulSet"
    DAEMON_SET = "DaemonSet"
    CRON_JOB = "CronJob"


class Select(StrEnum):
    """How a service's pods are told from others: by the exact shape of their names, or by their owner."""

    NAME = "name"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service as the spec describes it, defaults filled in."""

    name: str
    namespace: str
    team: str
    tier: str
    kind: Kind
    container: str
    select: Select = Select.NAME
    labels: Mapping[str, str] = field(default_factory=dict)
    runbook: str = ""
    dashboard: str = ""
    facets: Mapping[str, object] = field(default_factory=dict)
    """What it says it has beside its name, by key of the spec; `alertgen.facets` knows the types."""
    profile: str = field(default="", compare=False)
    """The profile it has keys from; a service that writes them itself is the same service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operated:
    """An `Alertmanager` object of the Prometheus operator, as far as it says where its configuration is read from."""

    namespace: str
    secret: str
    """The Secret that it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is true of the whole installation."""

    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Exporter name → label matchers that select its series, where they differ from kube-prometheus'."""
    exporter_versions: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Exporter name → the version that runs here, where the site says so."""
    cluster_label: str = ""
    external_labels: Mapping[str, str] = field(default_factory=dict)
    team: str = ""
    """Who owns the alerts that exist once per cluster."""
    scrape_interval: Duration = Duration(30)
    evaluation_interval: Duration = Duration(30)
    prometheus: tuple[int, ...] = (2, 42)
    """The version of the oldest Prometheus that evaluates the rules."""
    retention: Duration | None = None
    """How long Prometheus keeps samples, where the site says so."""
    runbook_base: str = ""
    required_labels: tuple[str, ...] = ()
    """What every alert must carry, from its rule, its series or the external labels."""
    required_annotations: tuple[str, ...] = ()
    """What every alert must say."""
    facets: Mapping[str, object] = field(default_factory=dict)
    """What it has that services refer to, by key of the spec; `alertgen.facets` knows the types."""
    rule_labels: Mapping[str, str] = field(default_factory=dict)
    """metadata.labels of the PrometheusRule objects, for Prometheus' ruleSelector."""
    rule_namespace: str = "monitoring"
    """Namespace of the PrometheusRule that holds the once-per-cluster rules."""
    operated: Operated | None = None
    """The Alertmanager that gets the routing from the operator, where the site asks for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertingRule:
    """One alerting rule; `expr` is PromQL on one line, labels and annotations may hold Go templates."""

    alert: str
    expr: str
    for_: Duration
    keep_firing_for: Duration
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    as_written: bool = False
    """The expression is not formatted: promql-parser does not know its syntax, and promtool may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRule:
    """One recording rule; its labels are identity only (DESIGN section 4)."""

    record: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGroup:
    """Rules that Prometheus evaluates one after the other, at one time."""

    name: str
    rules: tuple[AlertingRule | RecordingRule, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """The same value for `seconds`; None means until the test ends."""

    value: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Ramp:
    """A value that starts at `start` and grows by `per_second`, for `seconds` or until the test ends."""

    start: Decimal
    per_second: Decimal
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """No samples for `seconds`, as when a scrape fails; the last sample stays visible for five minutes."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Stale:
    """The series ends here: its target or its object is gone."""


Part = Hold | Ramp | Gap | Stale


def lasting(part: Part, step: int) -> int | None:
    """How many seconds a part lasts, where samples come each `step`; None: until the test ends."""
    return step if isinstance(part, Stale) else part.seconds


@dataclass(frozen=True, slots=True)
class Shares:
    """How observations spread over buckets of a native histogram, each twice as wide as the one below it."""

    exponent: int
    """The first bucket's upper bound is 2 to the power of this, its lower bound half of that."""
    shares: tuple[Decimal, ...]
    """What share of the observations is in this bucket, the next, and so on; together 1."""


@dataclass(frozen=True, slots=True)
class Series:
    """An input series of a test: a metric, its labels, and its values from time 0 on."""

    metric: str
    labels: Mapping[str, str]
    parts: tuple[Part, ...]
    native: Shares | None = None
    """The series is a native histogram: its values say how many observations there are, this how they spread."""

    @property
    def identity(self) -> object:
        """What makes it itself: its name and its labels."""
        return self.metric, frozenset(self.labels.items())


@dataclass(frozen=True, slots=True)
class Span:
    """When an alert's condition holds: first and last instant, in seconds; no end means until the test ends."""

    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What an expression gives at an instant (seconds): one sample without labels, or nothing."""

    at: int
    expr: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """A situation and what recording rules make of it; the name is a sentence that starts with "records"."""

    name: str
    series: tuple[Series, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One situation and what the alert must do in it.

    The name is a sentence that starts with "fires" or "silent". `breached` says when the condition holds; how long the
    alert is then pending and keeps firing follows from the rule. None: it holds at no time. `subjects` are the labels
    of the alerts this scenario is about, `value` how the annotations render `$value`, `slack` and `early` by how
    many seconds its end may come later and its start sooner, where Prometheus versions differ (closed and left-open
    ranges).
    """

    name: str
    series: tuple[Series, ...]
    breached: Span | None = None
    subjects: tuple[Mapping[str, str], ...] = ()
    value: str = ""
    slack: int = 0
    early: int = 0
    brief: bool = False
    """The condition holds, but for less than `for`: pending is right, firing is not."""
    background: tuple[Series, ...] = ()
    """Series that are there besides and must not count."""
    alone: bool = False
    """Its series may change what other scenarios of the service give: it needs a test group of its own."""
