"""What an alert pattern is: typed parameters, an expression, words for people, and the situations that prove it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from alertgen.diagnostics import Severity
from alertgen.model import Kind
from alertgen.quantity import (
    DURATION_PATTERN,
    LATENCY_PATTERN,
    Duration,
    latency,
    number,
    parse_latency,
    parse_number,
    parse_ratio,
    percent,
)

if TYPE_CHECKING:
    from alertgen.diagnostics import Location
    from alertgen.facet import Facet
    from alertgen.metrics import Exporter
    from alertgen.model import Proof, RecordingRule, Scenario
    from alertgen.promql import Expr
    from alertgen.subject import Subject
    from alertgen.world import World


@dataclass(frozen=True, slots=True)
class Quantity:
    """What kind of value a parameter takes: how it is written, read, checked and shown."""

    name: str
    schema: Mapping[str, Any]
    parse: Callable[[Any], Any]
    show: Callable[[Any], str]


def _count(value: Any) -> int:
    if int(value) < 1:
        raise ValueError("must be 1 or more")
    return int(value)


def _ratio(value: Any) -> Decimal:
    ratio = parse_ratio(value)
    if ratio <= 0:
        raise ValueError("must be more than 0")
    if ratio > 1:
        meant = "" if str(value).endswith("%") else f"; did you mean {number(ratio)}%?"
        raise ValueError(f"{value} is more than the whole{meant}")
    return ratio


def _share(value: Any) -> Decimal:
    share = _ratio(value)
    if share == 1:
        meant = "" if str(value).endswith("%") else "; did you mean 1%?"
        raise ValueError(f"more than the whole never happens: say less than 100%{meant}")
    return share


def _positive(value: Any) -> Decimal:
    result = parse_number(str(value))
    if result <= 0:
        raise ValueError("must be more than 0")
    return result


def _latency(value: Any) -> Decimal:
    seconds = parse_latency(str(value))
    if seconds <= 0:
        raise ValueError("must be more than 0")
    return seconds


def _duration(value: Any) -> Duration:
    return Duration.parse(str(value))


def _window(value: Any) -> Duration:
    duration = _duration(value)
    if duration == 0:
        raise ValueError("must be longer than 0s")
    return duration


_DURATION_SCHEMA = {"type": ["string", "integer"], "pattern": DURATION_PATTERN, "maximum": 0, "minimum": 0}

COUNT = Quantity("count", {"type": "integer", "minimum": 1, "maximum": 10**9}, _count, str)
RATIO = Quantity("ratio", {"type": ["number", "string"], "pattern": r"^[0-9]*\.?[0-9]+ ?%?$"}, _ratio, percent)
SHARE = Quantity("share", RATIO.schema, _share, percent)
"""A ratio of what cannot be more than the whole, for a threshold that it must be able to pass."""
NUMBER = Quantity("number", {"type": "number", "exclusiveMinimum": 0}, _positive, number)
LATENCY = Quantity("latency", {"type": "string", "pattern": LATENCY_PATTERN, "maxLength": 20}, _latency, latency)
"""How long an answer takes, in seconds."""
DURATION = Quantity("duration", _DURATION_SCHEMA, _duration, str)
WINDOW = Quantity("window", _DURATION_SCHEMA, _window, str)


def param(default: str, meaning: str, quantity: Quantity) -> Any:
    """A parameter: its default as an SRE would write it, what it means, and what kind of value it takes."""
    return dataclasses.field(
        default=quantity.parse(default), metadata={"meaning": meaning, "quantity": quantity, "default": default}
    )


@dataclass(frozen=True, slots=True)
class NoParams:
    """For patterns that have none of their own."""


class Level(StrEnum):
    """What one alert is about; decides which series labels it keeps."""

    CONTAINER = "container"
    POD = "pod"
    WORKLOAD = "workload"
    SERVICE = "service"
    """Something of the service that Kubernetes has no object for: a queue, a route, a backlog."""
    TRAFFIC = "traffic"
    """All requests to the service, summed up: no label of their series is left, so the rule itself says whose."""
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """What the person who is woken needs first."""

    meaning: str
    diagnosis: tuple[str, ...]
    mitigation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Parameters that cannot work together: which one to change, why, and how.

    `location` is where to change it when that is no parameter but a line of the spec.
    """

    parameter: str
    message: str
    hint: str = ""
    location: Location | None = None
    severity: Severity = Severity.ERROR
    """A warning is about what somebody wrote; of a default nothing is said."""


@dataclass(frozen=True, slots=True)
class Symptoms:
    """Alerts that tell nothing new while another fires about the same thing: its consequences, or its milder form.

    `same` are the labels in which both must agree besides the cluster and, for alerts of a service, the service: with
    `pod` they are about one pod, without about one service.
    """

    alerts: tuple[str, ...]
    same: tuple[str, ...] = ()


def _no_refusal(_site: Any, _params: Any) -> Iterator[Refusal]:
    return iter(())


def _no_records(_subject: Any, _params: Any) -> Iterator[RecordingRule]:
    return iter(())


def _no_proofs(_world: Any, _params: Any) -> Iterator[Proof]:
    return iter(())


def _for_ever(_site: Any, _params: Any) -> None:
    return None


LONG_RUNNING = (Kind.DEPLOYMENT, Kind.STATEFUL_SET, Kind.DAEMON_SET)
EVERY_KIND = tuple(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """An alert that alertgen knows: one file in `patterns/` each.

    `expr` says when the alert's condition holds, in PromQL; `scenarios` say the same in situations, from the meaning of
    the parameters and without reading the expression. `summary` and `description` are Prometheus templates in which
    `${parameter}` stands for a parameter's value.
    """

    alert: str
    pack: str
    level: Level
    severity: str
    for_: str
    keep_firing_for: str = "0s"
    enabled: bool = True
    kinds: tuple[Kind, ...] = EVERY_KIND
    facet: Facet[Any] | None = None
    """What a service must have; None: every service of these kinds has the alert. Each item has its own."""
    reads: tuple[str, ...] = ()
    """Keys of the service's document that the pattern reads when they are there, beside its facet's."""
    keeps: tuple[str, ...] = ()
    """Labels of the series that the alert keeps besides those of its level."""
    any_container: bool = False
    """Sidecars count too."""
    late_after_exporter_restart: str = ""
    """Why the alert may come late when its exporter is replaced while the condition builds up; most never do."""
    params: type[Any] = NoParams
    expr: Callable[[Subject, Any], Expr]
    records: Callable[[Subject, Any], Iterator[RecordingRule]] = _no_records
    """Recording rules that the expression reads; rules that several alerts share are written once."""
    proofs: Callable[[World, Any], Iterator[Proof]] = _no_proofs
    """What the recording rules make of situations: scenarios prove only what comes through the alert."""
    scenarios: Callable[[World, Any], Iterator[Scenario]]
    refusals: Callable[[Any, Any], Iterator[Refusal]] = _no_refusal
    misfits: Callable[[Subject, Any], Iterator[Refusal]] = _no_refusal
    """Parameters that do not go together with what the service has: `refusals` that depend on the facet's item."""
    lasts: Callable[[Any, Any], Duration | None] = _for_ever
    """On a site and with these parameters: how long the condition holds at most, however bad things are."""
    summary: str
    description: str
    runbook: Runbook
    silences: tuple[Symptoms, ...] = ()
    """Whom nobody need hear of while this fires, unless they are more urgent (see `alertgen.inhibition`)."""
    blinds: Exporter | None = None
    """While this fires there are no metrics of that exporter: what alerts say that need them means nothing."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Static labels on the alert, besides those that every alert has."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    """Annotations besides summary and description; templates like those."""
    place: Location | None = None
    """Where the site wrote it; None for a built-in pattern."""
    places: Mapping[str, Location] = field(default_factory=dict)
    """The same for its `expr` and its texts."""
    unparsed: bool = False
    """Whether promql-parser does not know the expression's syntax: it is kept as written, and promtool decides."""

    @property
    def file_name(self) -> str:
        """The module that holds it: `WorkloadDown` lives in workload_down.py."""
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", self.alert)
        return words.lower()

    @property
    def once_per_cluster(self) -> bool:
        """It watches the installation, not a service."""
        return self.level is Level.CLUSTER

    def settings(self) -> Iterator[tuple[str, str, str]]:
        """What can be set about when it fires: name, default and meaning."""
        for name, field_ in self.parameters().items():
            yield name, field_.metadata["default"], field_.metadata["meaning"]
        yield "for", self.for_, "how long the condition must hold"
        yield "keep_firing_for", self.keep_firing_for, "how long it stays after the condition is over"

    def parameters(self) -> dict[str, dataclasses.Field[Any]]:
        """The pattern's own parameters by name, in the order they were declared."""
        return {f.name: f for f in dataclasses.fields(self.params)}
