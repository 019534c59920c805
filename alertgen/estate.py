"""The spec as a whole: the site, the routing, the patterns there are, and the layers over each service. Pure."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alertgen import schema, spec
from alertgen.diagnostics import Diagnostic, Location, Severity
from alertgen.expand import Expansion, expand
from alertgen.model import Site
from alertgen.pattern import Pattern
from alertgen.patterns import catalogue
from alertgen.quantity import Duration
from alertgen.routing.complete import RETENTION, check_overrides, check_whole
from alertgen.routing.model import SEVERITY_LABEL, TEAM_LABEL, At, Override, Route, Routing, grouped_by
from alertgen.routing.read import read
from alertgen.routing.resolve import every_route, resolve
from alertgen.routing.tree import tree
from alertgen.routing.words import in_words
from alertgen.shapes import Shape
from alertgen.site_patterns import read as site_patterns
from alertgen.source import Document
from alertgen.spec import Layer
from alertgen.tiers import DEFAULT_TIER, TIERS
from alertgen.validate import validator

DEFAULT_ALERTMANAGER = (0, 25)
"""The oldest Alertmanager that is supported; what it loads, all newer ones load."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One service of the spec: its document and the names that fill its shape's holes."""

    document: Document
    shape: Shape
    names: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str]:
        """Namespace and name: what a service is called, and where its files go."""
        return self.document.data["namespace"], self.document.data["service"]

    @property
    def place(self) -> Location:
        """Where its name stands."""
        return self.document.at("service")


@dataclass(frozen=True, kw_only=True)
class Estate:
    """The spec as a whole: what holds for every service of it."""

    site: Site
    site_document: Document | None
    routing: Routing
    routing_document: Document | None
    overrides: tuple[Override, ...] = ()
    """Alerts that go elsewhere than their severity says."""
    tree: Route
    patterns: Mapping[str, Pattern]
    broken: frozenset[str] = frozenset()
    """Alerts whose pattern has errors of its own: what others say of them is not judged."""
    unproven: tuple[Pattern, ...] = ()
    """Those of them of which only the scenarios are wrong."""
    today: dt.date
    alertmanager_version: tuple[int, ...] = DEFAULT_ALERTMANAGER

    @property
    def site_data(self) -> Mapping[str, Any]:
        """The site's document as written."""
        return self.site_document.data if self.site_document else {}

    def site_at(self, *steps: str) -> Location:
        """A place in the site's document, or in none."""
        return self.site_document.at(*steps) if self.site_document else Location("(defaults)", 1, 1)

    def inhibit_at(self, *steps: str | int) -> Location:
        """A place in what the routing document says under `inhibit`."""
        document = self.routing_document
        return document.at("routing", "inhibit", *steps) if document else Location("(defaults)", 1, 1)

    @functools.cached_property
    def team_layers(self) -> Mapping[str, Layer]:
        """Each team's overrides, for teams that have any."""
        document = self.routing_document
        if document is None:
            return {}
        teams = document.data["routing"].get("teams", {})
        return {
            name: Layer(f"team {name}", body["alerts"], functools.partial(_team_at, document, name))
            for name, body in teams.items()
            if body and body.get("alerts")
        }

    @functools.cached_property
    def tiers(self) -> frozenset[str]:
        """The tiers a service may pick."""
        return frozenset({*TIERS, *self.site_data.get("tiers", {})})

    def stack(self, document: Document | None) -> tuple[Layer, ...]:
        """The layers of overrides for a service, or for the installation."""
        if document is None:
            return (Layer("site", self.site_data.get("alerts", {}), lambda *steps: self.site_at("alerts", *steps)),)
        own = Layer("service", document.data.get("alerts", {}), lambda *steps: document.at("alerts", *steps))
        tier = document.data.get("tier", DEFAULT_TIER)
        return spec.layers(document.data["team"], tier, own, self.site_data, self.site_at, self.team_layers)

    def expansion(self, document: Document | None) -> tuple[Expansion, tuple[Diagnostic, ...]]:
        """A service's rules under its own name, with what is wrong with its settings."""
        service = spec.read_service(document.data) if document else None
        place = document.at("service") if document else self.site_at("site")
        return expand(self.site, service, self.patterns, self.stack(document), self.today, place)

    def told(self, labels: Mapping[str, str]) -> str:
        """Who is told of an alert with these labels, in words: `web-pager (web-oncall@example.com)`, or `nobody`."""
        return self._told(tuple(sorted(self.routed_by(labels).items())), self._contact(labels))

    def routed_by(self, labels: Mapping[str, str]) -> Mapping[str, str]:
        """Those of an alert's labels that decide who is told, and what the site says silences it."""
        return {name: value for name, value in labels.items() if name in self._deciding}

    @functools.cached_property
    def _deciding(self) -> frozenset[str]:
        of_routes = {matcher.name for route in every_route(self.tree) for matcher in route.matchers}
        of_silence = {matcher.name for rule in self.routing.inhibit for matcher in rule.target}
        return frozenset({TEAM_LABEL, SEVERITY_LABEL, *of_routes, *of_silence})

    @functools.cached_property
    def _told(self) -> Callable[[tuple[tuple[str, str], ...], str], str]:
        """The answers are few and asked for on every page: each is worked out once."""

        @functools.cache
        def told(labels: tuple[tuple[str, str], ...], contact: str) -> str:
            return in_words(resolve(self.tree, dict(labels)), contact)

        return told

    def _contact(self, labels: Mapping[str, str]) -> str:
        """How the people are reached whom an alert of this severity is for, where their team says so."""
        team = self.routing.teams.get(labels.get(TEAM_LABEL, ""))
        urgency = self.routing.severities.get(labels[SEVERITY_LABEL])
        return team.contacts.get(urgency, "") if team and urgency else ""


def _team_at(document: Document, team: str, *steps: str) -> Location:
    return document.at("routing", "teams", team, "alerts", *steps)


def read_estate(documents: Mapping[str, Sequence[Document]], today: dt.date) -> tuple[Estate, list[Diagnostic]]:
    """What holds for every service, and what is wrong with the documents that say so. `documents` are by kind."""
    patterns, broken, unproven, problems = _patterns(documents.get("pattern", ()))
    validate = validator(schema.build(patterns, broken))

    def only(kind: str) -> Document | None:
        """The one valid document of its kind; a second one is an error."""
        written = documents.get(kind, ())
        for second in written[1:]:
            problems.append(
                Diagnostic(
                    second.key(kind), f"second-{kind}", f"there is a {kind} document already",
                    hint=f"put both into {written[0].path}", related=((written[0].key(kind), "the first one"),),
                )
            )  # fmt: skip
        if not written:
            return None
        wrong = validate(written[0])
        problems.extend(wrong)
        return None if wrong else written[0]

    site_document, routing_document = only("site"), only("routing")
    site_data = site_document.data if site_document else {}
    if site_document:
        problems += spec.check_site(site_data, site_document.at)
    usable = not any(problem.location.path == site_document.path for problem in problems) if site_document else True
    site = spec.read_site(site_data) if usable else Site()
    am_version = spec.version(site_data.get("alertmanager", {}).get("version", "0.25"))
    body = routing_document.data["routing"] if routing_document else None
    at = functools.partial(routing_document.at, "routing") if routing_document else lambda *_: Location("", 1, 1)
    told, wrong = read(body, at, am_version)
    if site.cluster_label and "group_by" not in (body or {}):
        told = replace(told, group_by=grouped_by(site.cluster_label))
    problems += wrong
    if site_document and told.teams and site.team and site.team not in told.teams:
        problems.append(spec.unknown_team(site.team, told.teams, site_document.at("team")))
    services = documents.get("service", ())
    overrides = tuple(_overrides(services, body or {}, at, site_data, site_document))
    owned = _owned(services)
    problems += check_overrides(told, overrides)
    if body is not None and not wrong:
        kept = (
            Duration.parse(str(site_data.get("alertmanager", {}).get("retention", RETENTION))) if usable else RETENTION
        )
        problems += check_whole(told, overrides, owned, kept, today, at)
    return Estate(
        site=site,
        site_document=site_document,
        routing=told,
        routing_document=routing_document,
        overrides=overrides,
        tree=tree(told, overrides, owned),
        patterns=patterns,
        broken=broken,
        unproven=unproven,
        today=today,
        alertmanager_version=am_version,
    ), problems


def _owned(services: Sequence[Document]) -> tuple[Mapping[str, str], ...]:
    """The labels that say whose a service's alerts are. The documents may have errors."""
    keys = {TEAM_LABEL: "", "namespace": "", "service": "", "tier": DEFAULT_TIER}
    return tuple({key: str(document.data.get(key, default)) for key, default in keys.items()} for document in services)


def _overrides(
    services: Sequence[Document], routing: Mapping[str, Any], at: At, site: Mapping[str, Any], document: Document | None
) -> Iterator[Override]:
    """Alerts that go elsewhere than their severity says, the narrowest layer first. Services may have errors."""
    for labels, service in sorted(
        zip(_owned(services), services, strict=True), key=lambda pair: tuple(pair[0].items())
    ):
        match = {key: labels[key] for key in ("namespace", "service")}
        for alert, receiver in _receivers(service.data.get("alerts")):
            yield Override(alert, receiver, labels[TEAM_LABEL], match, service.at("alerts", alert, "receiver"))
    for team, body in sorted(routing.get("teams", {}).items()):
        for alert, receiver in _receivers(body.get("alerts")):
            yield Override(alert, receiver, team, {}, at("teams", team, "alerts", alert, "receiver"))
    if document is None:
        return
    for alert, receiver in _receivers(site.get("alerts")):
        yield Override(alert, receiver, None, {}, document.at("alerts", alert, "receiver"))
    for tier, body in sorted(site.get("tiers", {}).items()):
        for alert, receiver in _receivers(body.get("alerts")):
            place = document.at("tiers", tier, "alerts", alert, "receiver")
            yield Override(alert, receiver, None, {"tier": tier}, place)


def _receivers(alerts: Any) -> Iterator[tuple[str, str]]:
    """Who is told of which alert; what the schema does not know is left to it."""
    if isinstance(alerts, dict):
        for alert, settings in sorted(alerts.items()):
            if isinstance(settings, dict) and isinstance(settings.get("receiver"), str):
                yield alert, settings["receiver"]


def _patterns(
    documents: Sequence[Document],
) -> tuple[Mapping[str, Pattern], frozenset[str], tuple[Pattern, ...], list[Diagnostic]]:
    """The built-in patterns and the site's own, in order of name; the names of broken ones; what is wrong with them.

    Third come the broken ones of which only the scenarios are wrong.
    """
    problems: list[Diagnostic] = []
    unproven: list[Pattern] = []
    own: dict[str, tuple[Pattern, Document]] = {}
    validate = validator(schema.build(catalogue()))
    for document in documents:
        if misshapen := validate(document):
            problems += misshapen
            continue
        pattern, found = site_patterns.read(document)
        problems += found
        if pattern is None or any(problem.severity is Severity.ERROR for problem in found):
            unproven += [pattern] if pattern else []
            continue
        _, first = own.setdefault(pattern.alert, (pattern, document))
        if first is not document:
            problems.append(
                Diagnostic(
                    document.at("pattern"), "second-pattern", f"there is a pattern {pattern.alert} already",
                    hint="one document for each alert", related=((first.at("pattern"), "the first one"),),
                )
            )  # fmt: skip
    patterns = {**catalogue(), **{name: p for name, (p, _) in own.items()}}
    broken = frozenset(str(d.data["pattern"]) for d in documents) - patterns.keys()
    return dict(sorted(patterns.items())), broken, tuple(unproven), problems
