"""Documents that passed the schema → Site and Service, and each alert's settings layer by layer. Pure."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from alertgen import profiles
from alertgen.diagnostics import Diagnostic, Location, did_you_mean
from alertgen.facets import parts
from alertgen.model import Kind, Operated, Select, Service, Site
from alertgen.pattern import Pattern, Quantity
from alertgen.podnames import LONGEST_CRON_JOB, SHAPES
from alertgen.quantity import Duration
from alertgen.routing.model import Team
from alertgen.tiers import DEFAULT_TIER, TIERS

At = Callable[..., Location]
"""The place of the value at a path of keys, as `Document.at` gives it."""

_SET = frozenset({"severity", "team", "service", "tier"})
"""Labels that alertgen itself puts on alerts."""
_IDENTITY = frozenset({"namespace", "pod", "container", *(kind.lower() for kind in Kind)})
"""Labels that say which pod or workload a series is about."""
_DURATIONS = {"for": "for_", "keep_firing_for": "keep_firing_for"}
_PLAIN = ("enabled", "severity", "receiver", "reason", "expires")
_MERGED = ("labels", "annotations")


DEFAULT = "default"
"""The layer below all others: what the pattern itself says."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: the layer's name, and the place in the spec when somebody wrote it."""

    layer: str
    location: Location | None = None

    def __str__(self) -> str:
        return f"{self.layer} ({self.location})" if self.location else self.layer


@dataclass(frozen=True, slots=True)
class Layer:
    """One level of overrides: alert name → settings as written, and where each of them stands."""

    name: str
    alerts: Mapping[str, Mapping[str, Any]]
    at: Callable[..., Location | None]


@dataclass(frozen=True, slots=True)
class Settings:
    """An alert's settings for one service, each with its origin."""

    enabled: bool
    severity: str
    for_: Duration
    keep_firing_for: Duration
    params: Any
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    receiver: str = ""
    """Who is told, where that is not whom the severity says."""
    reason: str = ""
    expires: str = ""
    origins: Mapping[str, Origin] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """The reason somebody gave for what is not as by default, and how long it holds; empty without one."""
        return f"{self.reason} (until {self.expires})" if self.reason and self.expires else self.reason


_VERSION = "version"
"""The key of a source that is no label of its series."""


def _labels(source: Mapping[str, str]) -> dict[str, str]:
    return {label: value for label, value in source.items() if label != _VERSION}


def read_site(data: Mapping[str, Any]) -> Site:
    """The site's facts; an empty mapping gives the defaults, which are kube-prometheus'."""
    kubernetes, prometheus = data.get("kubernetes", {}), data.get("prometheus", {})
    defaults = Site()
    rule_namespace = kubernetes.get("namespace", defaults.rule_namespace)
    return Site(
        sources={name: _labels(source) for name, source in data.get("sources", {}).items() if _labels(source)},
        exporter_versions={n: version(s[_VERSION]) for n, s in data.get("sources", {}).items() if _VERSION in s},
        cluster_label=data.get("cluster_label", ""),
        external_labels=data.get("external_labels", {}),
        team=data.get("team", ""),
        scrape_interval=Duration.parse(str(data.get("scrape_interval", defaults.scrape_interval))),
        evaluation_interval=Duration.parse(str(data.get("evaluation_interval", defaults.evaluation_interval))),
        prometheus=version(prometheus["min_version"]) if "min_version" in prometheus else defaults.prometheus,
        retention=Duration.parse(str(prometheus["retention"])) if "retention" in prometheus else None,
        runbook_base=data.get("runbook_base", "").rstrip("/"),
        required_labels=tuple(data.get("required_labels", ())),
        required_annotations=tuple(data.get("required_annotations", ())),
        rule_labels=kubernetes.get("labels", {}),
        rule_namespace=rule_namespace,
        operated=_operated(rule_namespace, kubernetes.get("alertmanager")),
        facets={key: part.read(data[key], data) for key, part in parts("site").items() if key in data},
    )


def _operated(rule_namespace: str, written: Mapping[str, Any] | None) -> Operated | None:
    if written is None:
        return None
    # As the operator does it where spec.configSecret is empty: pkg/alertmanager/operator.go, defaultConfigSecretName.
    secret = written.get("secret", f"alertmanager-{written['name']}")
    configs = written.get("alertmanager_config")
    return Operated(
        namespace=written.get("namespace", rule_namespace),
        secret=secret,
        config_labels=None if configs is None else configs.get("labels", {}),
    )


def check_site(data: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    """What a schema cannot say about the site's own values."""
    for key in ("scrape_interval", "evaluation_interval"):
        if key in data:
            try:
                seconds = Duration.parse(str(data[key]))
            except ValueError as error:
                yield Diagnostic(at(key), "bad-value", f"{key}: {error}")
                continue
            if not 1 <= seconds <= 300:
                yield Diagnostic(
                    at(key),
                    "bad-value",
                    f"{key}: {seconds} is not between 1s and 5m",
                    hint="an instant query looks back five minutes; slower than that, every series has holes",
                )
    for reserved in sorted(_SET & set(data.get("external_labels", {}))):
        yield Diagnostic(
            at("external_labels", reserved), "reserved-label", f"alertgen sets the label '{reserved}' on each alert"
        )
    cluster = data.get("cluster_label", "")
    if cluster in _SET | _IDENTITY:
        yield Diagnostic(
            at("cluster_label"),
            "reserved-label",
            f"the label '{cluster}' says something else: it cannot tell clusters apart",
            hint="name the label that each cluster's series carry, e.g. cluster",
        )
    for exporter, matchers in data.get("sources", {}).items():
        for label in sorted(_IDENTITY & set(matchers)):
            yield Diagnostic(
                at("sources", exporter, label),
                "reserved-label",
                f"alertgen selects each service's own series by the label '{label}'",
                hint="select the exporter by labels of its target, e.g. job",
            )
    oldest = data.get("alertmanager", {}).get("version")
    if oldest and version(oldest) < (0, 25):
        yield Diagnostic(
            at("alertmanager", "version"),
            "bad-value",
            f"Alertmanager {oldest} is too old",
            hint="the oldest supported version is 0.25",
        )
    minimum = data.get("prometheus", {}).get("min_version")
    if minimum and version(minimum) < (2, 42):
        yield Diagnostic(
            at("prometheus", "min_version"),
            "bad-value",
            f"Prometheus {minimum} has no keep_firing_for; 2.42 has",
            hint="the oldest supported version is 2.42",
        )
    yield from check_parts("site", data, Site(), at)


def check_parts(document: str, data: Mapping[str, Any], site: Site, at: At) -> Iterator[Diagnostic]:
    """What a schema cannot say about the keys that hold facets. What passes can be read."""
    for key, part in parts(document).items():
        if key in data:
            yield from part.check(data[key], site, functools.partial(at, key))
            yield from part.fits(data[key], profiles.whole(data), functools.partial(at, key))


def version(text: str) -> tuple[int, ...]:
    """`2.42` or `2.42.0` as numbers that compare."""
    return tuple(int(part) for part in text.split("."))


def read_service(data: Mapping[str, Any]) -> Service:
    """The service with its profile's keys and the defaults filled in."""
    data = profiles.whole(data)
    return Service(
        name=data["service"],
        namespace=data["namespace"],
        team=data["team"],
        tier=data.get("tier", DEFAULT_TIER),
        kind=Kind(data.get("kind", Kind.DEPLOYMENT)),
        container=data.get("container", data["service"]),
        select=Select(data.get("select", Select.NAME)),
        labels=data.get("labels", {}),
        runbook=data.get("runbook", ""),
        dashboard=data.get("dashboard", ""),
        facets={key: part.read(data[key], data) for key, part in parts("service").items() if key in data},
        profile=data.get("profile", ""),
    )


def check_service(service: Service, teams: Mapping[str, Team], tiers: AbstractSet[str], at: At) -> Iterator[Diagnostic]:
    """What a schema cannot say about one service: names that must exist elsewhere or would be cut."""
    if teams and service.team not in teams:
        yield unknown_team(service.team, teams, at("team"))
    if service.tier not in tiers:
        yield Diagnostic(
            at("tier"), "unknown-tier", f"there is no tier '{service.tier}'", hint=did_you_mean(service.tier, tiers)
        )
    longest = SHAPES[service.kind].longest
    if service.select is Select.NAME and len(service.name) > longest:
        yield Diagnostic(
            at("service"),
            "name-too-long",
            f"Kubernetes cuts pod names of a {service.kind} whose name is longer than {longest} characters",
            hint="say `select: owner`, so that its pods are found by their owner instead of by their names",
        )
    elif service.kind is Kind.CRON_JOB and len(service.name) > LONGEST_CRON_JOB:
        yield Diagnostic(
            at("service"),
            "name-too-long",
            f"Kubernetes takes no CronJob whose name is longer than {LONGEST_CRON_JOB} characters",
            hint="write the CronJob's name as it is in the cluster",
        )
    for reserved in sorted(_SET & set(service.labels)):
        yield Diagnostic(
            at("labels", reserved),
            "reserved-label",
            f"alertgen sets the label '{reserved}' itself",
            hint=f"use the key '{reserved}' of the service" if reserved != "severity" else "use alerts.<name>.severity",
        )


def unknown_team(team: str, teams: Mapping[str, Team], place: Location) -> Diagnostic:
    """A service or the site names a team that nobody defined."""
    first = min((team.location for team in teams.values() if team.location), default=None)
    return Diagnostic(
        place,
        "unknown-team",
        f"no routing document defines the team '{team}'",
        hint=did_you_mean(team, teams),
        related=((first, "teams are defined here"),) if first else (),
    )


def layers(
    team: str,
    tier: str,
    service_layer: Layer,
    site_data: Mapping[str, Any],
    site_at: At,
    team_layers: Mapping[str, Layer],
) -> tuple[Layer, ...]:
    """The layers over a pattern's own defaults, lowest first: tier, site, team, service."""
    nowhere = lambda *_: None  # noqa: E731  # a place that nobody wrote
    found = [Layer(f"tier {tier}", TIERS.get(tier, {}).get("alerts", {}), nowhere)]
    own_tier = site_data.get("tiers", {}).get(tier)
    if own_tier is not None:
        found.append(
            Layer(
                f"tier {tier}",
                own_tier.get("alerts", {}),
                lambda *steps: site_at("tiers", tier, "alerts", *steps),
            )
        )
    found.append(Layer("site", site_data.get("alerts", {}), lambda *steps: site_at("alerts", *steps)))
    if team in team_layers:
        found.append(team_layers[team])
    return (*found, service_layer)


def resolve(pattern: Pattern, stack: Sequence[Layer], today: dt.date) -> tuple[Settings, tuple[Diagnostic, ...]]:
    """A pattern's settings under these layers. What a layer got wrong is a diagnostic; the value below it stays."""
    values: dict[str, Any] = {
        "enabled": pattern.enabled,
        "severity": pattern.severity,
        "for_": Duration.parse(pattern.for_),
        "keep_firing_for": Duration.parse(pattern.keep_firing_for),
        "labels": dict(pattern.labels),
        "annotations": {},
        "receiver": "",
        "reason": "",
        "expires": "",
    }
    parameters = pattern.parameters()
    own = {name: f.default for name, f in parameters.items()}
    default = Origin(DEFAULT)
    origins = dict.fromkeys([*values, *own], default)
    problems: list[Diagnostic] = []
    for layer in stack:
        written = layer.alerts.get(pattern.alert)
        if written is None:
            continue
        for key, raw in written.items():
            origin = Origin(layer.name, layer.at(pattern.alert, key))
            if key == "enabled" and not raw and not values[key] and layer is stack[-1]:
                problems.append(_problem(origin, "no-effect", f"{pattern.alert} is off anyway", "drop the override"))
            name = _DURATIONS.get(key, key)
            origins[name] = origin
            try:
                if key in _MERGED:
                    values[key] = {**values[key], **raw}
                elif key in _PLAIN:
                    values[key] = raw
                elif key in _DURATIONS:
                    values[name] = Duration.parse(str(raw))
                else:
                    quantity: Quantity = parameters[key].metadata["quantity"]
                    own[key] = quantity.parse(raw)
            except ValueError as error:
                problems.append(_problem(origin, "bad-value", f"{key}: {error}"))
        problems += _check_override(layer, pattern, written, today)
    settings = Settings(params=pattern.params(**own), origins=origins, **values)
    return settings, tuple(problems)


def _check_override(layer: Layer, pattern: Pattern, written: Mapping[str, Any], today: dt.date) -> Iterator[Diagnostic]:
    at = Origin(layer.name, layer.at(pattern.alert))
    if written.get("enabled") is False and not written.get("reason"):
        yield _problem(
            Origin(layer.name, layer.at(pattern.alert, "enabled")),
            "missing-reason",
            f"{pattern.alert} is switched off without a reason",
            "add reason: whoever reads this next year will ask",
        )
    for label in sorted(_SET & set(written.get("labels", {}))):
        yield _problem(
            Origin(layer.name, layer.at(pattern.alert, "labels", label)),
            "reserved-label",
            f"alertgen sets the label '{label}' itself",
        )
    if not written.keys() - {"reason", "expires"}:
        yield _problem(
            at, "no-effect", f"the override of {pattern.alert} changes nothing", "say what differs, or drop it"
        )
    expires = written.get("expires")
    if expires:
        place = Origin(layer.name, layer.at(pattern.alert, "expires"))
        try:
            day = dt.date.fromisoformat(expires)
        except ValueError:
            yield _problem(place, "bad-value", f"there is no day {expires}", "write it as YYYY-MM-DD")
            return
        if day <= today:
            yield _problem(
                place,
                "expired",
                f"the override of {pattern.alert} expired on {expires}",
                "remove it, or set another day and say why",
            )


def _problem(origin: Origin, code: str, message: str, hint: str = "") -> Diagnostic:
    location = origin.location or Location("built-in", 1, 1)
    return Diagnostic(location, code, message, hint)
