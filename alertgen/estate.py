"""The spec as a whole: the site, the routing, the patterns there are, and the layers over each service. Pure."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alertgen import schema, site_pattern, spec
from alertgen.diagnostics import Diagnostic, Location
from alertgen.expand import Expansion, expand
from alertgen.model import Site
from alertgen.pattern import Pattern
from alertgen.patterns import catalogue
from alertgen.receivers import NONE
from alertgen.routing.model import SEVERITIES, Route, Routing
from alertgen.routing.read import read
from alertgen.routing.resolve import resolve
from alertgen.routing.tree import tree
from alertgen.shapes import Shape
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
    tree: Route
    patterns: Mapping[str, Pattern]
    broken: frozenset[str] = frozenset()
    """Alerts whose pattern has errors of its own: what others say of them is not judged."""
    today: dt.date
    alertmanager_version: tuple[int, ...] = DEFAULT_ALERTMANAGER

    @property
    def prometheus_version(self) -> tuple[int, ...]:
        """The oldest Prometheus that evaluates the rules."""
        return spec.version(self.site_data.get("prometheus", {}).get("min_version", "2.42"))

    @property
    def site_data(self) -> Mapping[str, Any]:
        """The site's document as written."""
        return self.site_document.data if self.site_document else {}

    def site_at(self, *steps: str) -> Location:
        """A place in the site's document, or in none."""
        return self.site_document.at(*steps) if self.site_document else Location("(defaults)", 1, 1)

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

    def told(self, team: str, alert: str, severity: str) -> str:
        """Who is told, in words: `web-pager (web-oncall@example.com)`, or that nobody is."""
        return self._told(team, alert, severity)

    @functools.cached_property
    def _told(self) -> Callable[[str, str, str], str]:
        """The answers are few and asked for on every page: each is worked out once."""

        @functools.cache
        def told(team: str, alert: str, severity: str) -> str:
            labels = {"alertname": alert, "severity": severity, **({"team": team} if team else {})}
            names = [route.receiver for route in resolve(self.tree, labels)]
            who = ", ".join("nobody" if name == NONE.name else name for name in names)
            urgency = SEVERITIES.get(severity)
            contacts = self.routing.teams[team].contacts if team in self.routing.teams else {}
            contact = contacts.get(urgency, "") if urgency else ""
            return f"{who} ({contact})" if contact else who

        return told


def _team_at(document: Document, team: str, *steps: str) -> Location:
    return document.at("routing", "teams", team, "alerts", *steps)


def read_estate(documents: Mapping[str, Sequence[Document]], today: dt.date) -> tuple[Estate, list[Diagnostic]]:
    """What holds for every service, and what is wrong with the documents that say so. `documents` are by kind."""
    patterns, broken, problems = _patterns(documents.get("pattern", ()))
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
    problems += wrong
    if site_document and told.teams and site.team and site.team not in told.teams:
        problems.append(spec.unknown_team(site.team, told.teams, site_document.at("team")))
    return Estate(
        site=site,
        site_document=site_document,
        routing=told,
        routing_document=routing_document,
        tree=tree(told, SEVERITIES),
        patterns=patterns,
        broken=broken,
        today=today,
        alertmanager_version=am_version,
    ), problems


def _patterns(
    documents: Sequence[Document],
) -> tuple[Mapping[str, Pattern], frozenset[str], list[Diagnostic]]:
    """The built-in patterns and the site's own, in order of name; the names of broken ones; what is wrong with them."""
    problems: list[Diagnostic] = []
    own: dict[str, tuple[Pattern, Document]] = {}
    validate = validator(schema.build(catalogue()))
    for document in documents:
        if misshapen := validate(document):
            problems += misshapen
            continue
        pattern, found = site_pattern.read(document)
        problems += found
        if pattern is None:
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
    return dict(sorted(patterns.items())), broken, problems
