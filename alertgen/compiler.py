"""The spec's documents → everything that is to be written, or everything that is wrong with them. Pure."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alertgen import checks, facets, routing, schema, shapes, site_pattern, source, spec
from alertgen.artifact import Artifact, header
from alertgen.diagnostics import Diagnostic, Location, Severity, in_order
from alertgen.expand import SITE_GROUP, SITE_NAMESPACE, Alert, Expansion, about, expand
from alertgen.model import Select, Site
from alertgen.pattern import Pattern
from alertgen.patterns import catalogue
from alertgen.podnames import collides
from alertgen.receivers import NONE
from alertgen.render import alertmanager, docs, kubernetes, prometheus
from alertgen.render import tests as render_tests
from alertgen.routing import Route, Routing
from alertgen.shapes import Shape, Template, shape_of
from alertgen.source import Document
from alertgen.spec import At, Layer
from alertgen.testgen import TestFile, scenarios, test_file
from alertgen.tiers import DEFAULT_TIER, TIERS
from alertgen.validate import validator

DEFAULT_ALERTMANAGER = (0, 25)
"""The oldest Alertmanager that is supported; what it loads, all newer ones load."""
FULL_TESTS_UP_TO = 25
"""How many services have a test file each in the tree, unless the site says otherwise; beyond, one for each shape."""


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


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a build makes."""

    services: int
    alerts: int
    recording_rules: int
    shapes: int


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
            names = [route.receiver for route in routing.resolve(self.tree, labels)]
            who = ", ".join("nobody" if name == NONE.name else name for name in names)
            urgency = routing.SEVERITIES.get(severity)
            contacts = self.routing.teams[team].contacts if team in self.routing.teams else {}
            contact = contacts.get(urgency, "") if urgency else ""
            return f"{who} ({contact})" if contact else who

        return told


def _team_at(document: Document, team: str, *steps: str) -> Location:
    return document.at("routing", "teams", team, "alerts", *steps)


@dataclass(frozen=True, slots=True)
class Mould:
    """What a shape's services have in common: their files with holes, and how many rules are in them."""

    rules: Template
    tests: Template
    objects: Template
    page: Template
    alerts: int
    recording_rules: int


@dataclass(frozen=True, kw_only=True)
class Build:
    """All that came of a spec. With an error among the diagnostics there are no artifacts."""

    estate: Estate
    entries: tuple[Entry, ...]
    moulds: Mapping[str, Mould]
    diagnostics: tuple[Diagnostic, ...]
    spec_folder: str

    @property
    def failed(self) -> bool:
        """Whether anything keeps it from being written."""
        return any(d.severity is Severity.ERROR for d in self.diagnostics)

    @property
    def counts(self) -> Counts:
        """How much it makes, the once-per-cluster rules included."""
        site = self.estate.expansion(None)[0]
        moulds = [self.moulds[entry.shape.key] for entry in self.entries]
        return Counts(
            services=len(self.entries),
            alerts=sum(m.alerts for m in moulds) + len(site.alerts),
            recording_rules=sum(m.recording_rules for m in moulds),
            shapes=len(self.moulds),
        )

    @functools.cached_property
    def proven(self) -> tuple[Entry, ...]:
        """The services whose tests are in the tree: all of a small site, else the first of each shape."""
        most = self.estate.site_data.get("tests", {}).get("full_up_to", FULL_TESTS_UP_TO)
        if len(self.entries) <= most:
            return self.entries
        first: dict[str, Entry] = {}
        for entry in self.entries:
            first.setdefault(entry.shape.key, entry)
        return tuple(first.values())

    def document(self, namespace: str, name: str) -> Document:
        """The document of a service. Raises KeyError when there is none."""
        return self._by_key[namespace, name].document

    @functools.cached_property
    def _by_key(self) -> Mapping[tuple[str, str], Entry]:
        return {entry.key: entry for entry in self.entries}

    def artifacts(self) -> Iterator[Artifact]:
        """Every file of the tree, one at a time. Raises ValueError when the spec has errors."""
        if self.failed:
            raise ValueError("a spec with errors has no artifacts")
        proven = {entry.key for entry in self.proven}
        for entry in self.entries:
            yield from self._files(entry, tests=entry.key in proven)
        yield from self._site_files()

    def _files(self, entry: Entry, *, tests: bool) -> Iterator[Artifact]:
        """One service's files: its shape's, with its names."""
        namespace, name = entry.key
        mould, source_file = self.moulds[entry.shape.key], self._source(entry.document)
        head = header("yaml", source_file)
        yield Artifact(f"prometheus/{namespace}/{name}.yaml", f"{head}\n{mould.rules.fill(entry.names)}")
        if tests:
            yield Artifact(f"tests/{namespace}/{name}.yaml", f"{head}\n{mould.tests.fill(entry.names)}")
        yield Artifact(f"kubernetes/{namespace}/{name}.yaml", f"{head}\n{mould.objects.fill(entry.names)}")
        page = mould.page.fill(entry.names)
        page = _TOLD.sub(functools.partial(_told_here, self.estate, entry.document.data["team"]), page)
        yield Artifact(f"docs/{namespace}/{name}.md", f"{header('md', source_file)}\n{page}")

    def _source(self, document: Document | None) -> str:
        """A document's file as everybody's checkout has it: below the spec's folder, wherever that is."""
        folder = self.spec_folder.rstrip("/")
        name = folder.rpartition("/")[2]
        return f"{name}{document.path.removeprefix(folder)}" if document else name

    def _site_files(self) -> Iterator[Artifact]:
        estate = self.estate
        expansion, _ = estate.expansion(None)
        path = f"{SITE_NAMESPACE}/{SITE_GROUP}"
        written_in = self._source(estate.site_document)
        head = header("yaml", written_in)
        yield Artifact(f"prometheus/{path}.yaml", f"{head}\n{prometheus.rule_file(expansion.groups)}")
        yield Artifact(f"tests/{path}.yaml", f"{head}\n{_tests(expansion)}")
        yield Artifact(f"kubernetes/{path}.yaml", f"{head}\n{_objects(expansion, prometheus.pretty_block)}")
        page = _TOLD.sub(functools.partial(_told_here, estate, estate.site.team), _page(expansion))
        yield Artifact(f"docs/{path}.md", f"{header('md', written_in)}\n{page}")
        yield self.routing_artifact
        whole = {"$comment": header("json", self._source(None)), **schema.build(estate.patterns)}
        yield Artifact("schema/alertgen.schema.json", json.dumps(whole, indent=1, ensure_ascii=False) + "\n")

    @property
    def routing_artifact(self) -> Artifact:
        """Alertmanager's configuration."""
        estate = self.estate
        about = self._source(estate.routing_document)
        rendered = alertmanager.render(estate.routing, estate.tree, estate.alertmanager_version, header("yaml", about))
        return Artifact("alertmanager/alertmanager.yaml", rendered)


_TOLD = re.compile("\x0e([^\x0f]*)\x0f([^\x0f]*)\x0f")


def _told_later(alert: Alert) -> str:
    """Stands in a page for who is told: that depends on the team, which is a hole."""
    return f"\x0e{alert.rule.alert}\x0f{alert.settings.severity}\x0f"


def _told_here(estate: Estate, team: str, match: re.Match[str]) -> str:
    return estate.told(team, match[1], match[2])


def _page(expansion: Expansion) -> str:
    return docs.page(expansion, _told_later, lambda alert: scenarios(expansion, alert))


def _tests(expansion: Expansion) -> str:
    path = f"../../prometheus/{expansion.namespace}/{expansion.name}.yaml"
    return render_tests.render(test_file(expansion), [path])


def _objects(expansion: Expansion, block: prometheus.Block) -> str:
    site, service = expansion.subject.site, expansion.service
    return kubernetes.prometheus_rule(
        name=service.name if service else "alertgen-cluster",
        namespace=service.namespace if service else site.rule_namespace,
        labels=site.rule_labels,
        groups=expansion.groups,
        expr_block=block,
    )


def _mould(estate: Estate, document: Document, shape: Shape) -> Mould:
    """The files of a shape: rendered for a service whose names are holes."""
    holed = spec.read_service(shape.data)
    expansion, _ = expand(
        estate.site, holed, estate.patterns, estate.stack(document), estate.today, Location(document.path, 1, 1)
    )
    return Mould(
        rules=Template.of(prometheus.rule_file(expansion.groups, shapes.marked_block)),
        tests=Template.of(_tests(expansion)),
        objects=Template.of(_objects(expansion, shapes.marked_block)),
        page=Template.of(_page(expansion)),
        alerts=len(expansion.alerts),
        recording_rules=len(expansion.records),
    )


def compile_spec(files: Iterable[tuple[str, bytes]], today: dt.date, spec_folder: str) -> Build:
    """Reads, validates and expands a spec. `files` are paths as shown to the user and their bytes."""
    problems: list[Diagnostic] = []
    documents: dict[str, list[Document]] = defaultdict(list)
    for path, raw in files:
        found, wrong = source.parse(path, raw)
        problems += wrong
        for document in found:
            documents[document.kind].append(document)
    if not any(documents.values()) and not problems:
        problems.append(
            Diagnostic(
                Location(spec_folder, 1, 1), "empty-spec", "there is not a single document of a spec here",
                hint="`alertgen init` writes one to start from",
            )
        )  # fmt: skip
    estate, estate_problems = _estate(documents, today)
    entries, moulds, service_problems = _services(estate, documents["service"])
    if not estate_problems:
        once, wrong = estate.expansion(None)
        service_problems += [*wrong, *_linted(once, estate.site_at)]
    problems += [*estate_problems, *service_problems]
    return Build(estate=estate, entries=entries, moulds=moulds, diagnostics=in_order(problems), spec_folder=spec_folder)


def _estate(documents: Mapping[str, Sequence[Document]], today: dt.date) -> tuple[Estate, list[Diagnostic]]:
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
    told, wrong = routing.read(body, at, am_version)
    problems += wrong
    if site_document and told.teams and site.team and site.team not in told.teams:
        problems.append(spec.unknown_team(site.team, told.teams, site_document.at("team")))
    return Estate(
        site=site,
        site_document=site_document,
        routing=told,
        routing_document=routing_document,
        tree=routing.tree(told, routing.SEVERITIES),
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


def _services(
    estate: Estate, documents: Sequence[Document]
) -> tuple[tuple[Entry, ...], dict[str, Mould], list[Diagnostic]]:
    """Every service's entry in order of name, what its shape is made into, and all that is wrong."""
    problems: list[Diagnostic] = []
    validate = validator(schema.build(estate.patterns, estate.broken))
    moulds: dict[str, Mould] = {}
    hopeless: set[str] = set()
    entries: list[Entry] = []
    known: dict[str, Shape] = {}
    teams, used = frozenset(estate.routing.teams), _Used()
    for document in documents:
        shape, names = shape_of(document.data)
        team = document.data.get("team")
        if isinstance(team, str) and team in estate.team_layers:  # it is not validated yet
            shape = Shape(f"{team} {shape.key}", shape.data)
        shape = known.setdefault(shape.key, shape)  # one object: there are many services, and few shapes
        new = shape.key not in moulds and shape.key not in hopeless
        if new and (misshapen := validate(document)):
            problems += misshapen
            continue
        if new and (senseless := tuple(spec.check_parts("service", document.data, estate.site, document.at))):
            problems += senseless
            continue
        problems += spec.check_service(spec.read_service(document.data), teams, estate.tiers, document.at)
        if new:
            expansion, found = estate.expansion(document)
            found = (
                *found,
                *_not_applying(estate, document, expansion),
                *_unread(estate, document, expansion),
                *_linted(expansion, document.at),
            )
            problems += found
            used.add(estate, expansion, document)
            errors = [problem for problem in found if problem.severity is Severity.ERROR]
            if not errors:
                moulds[shape.key] = _mould(estate, document, shape)
            elif all(error.location.path != document.path for error in errors):
                hopeless.add(shape.key)  # a wider layer is wrong, and the next service would only say so again
        entries.append(Entry(document, shape, names))
    problems += _twice(entries)
    problems += _colliding(entries)
    if not problems:
        problems += used.unused(estate)
    entries.sort(key=lambda entry: entry.key)
    return tuple(entries), moulds, problems


def _linted(expansion: Expansion, at: At) -> Iterator[Diagnostic]:
    """What the lints find, at the line that says so: the setting's, else the site pattern's, else the service's.

    What many alerts have in common is said once. `at` gives places in the service's document, or the site's.
    """
    alerts = {alert.rule.alert: alert for alert in expansion.alerts}
    labels = expansion.service.labels if expansion.service else {}
    found: dict[Diagnostic, list[str]] = {}
    for finding in checks.findings(expansion):
        alert = alerts.get(finding.alert)
        origin = alert.settings.origins.get(finding.setting or "") if alert else None
        if (
            finding.severity is Severity.WARNING
            and alert
            and not alert.pattern.place
            and origin
            and not origin.location
        ):
            continue  # about a default, which nobody here wrote
        where = origin.location if origin else None
        if where is None and finding.setting is None and finding.key in labels:
            where = at("labels", finding.key)
        where = where or (alert.pattern.place if alert else None) or at("service" if expansion.service else "site")
        said = Diagnostic(where, finding.code, finding.message, finding.hint, finding.severity)
        found.setdefault(said, []).append(finding.alert)
    for said, names in found.items():
        who = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        yield replace(said, message=f"{who}: {said.message}") if names[0] else said


def _not_applying(estate: Estate, document: Document, expansion: Expansion) -> Iterator[Diagnostic]:
    """Overrides of alerts that this service cannot have."""
    for name in document.data.get("alerts", {}):
        pattern = estate.patterns.get(name)
        if pattern and not about(pattern, estate.site, expansion.service):
            why = _why_not(pattern, document)
            yield Diagnostic(document.key("alerts", name), "no-effect", f"{name} {why}", hint="drop the override")


def _why_not(pattern: Pattern, document: Document) -> str:
    """Why a service does not have this alert."""
    if pattern.once_per_cluster:
        return "exists once per cluster: tune it in the site document"
    kind = document.data.get("kind", "Deployment")
    if kind not in pattern.kinds or pattern.facet is None:
        return f"is not for a {kind}"
    return f"is for services that say `{pattern.facet.text}`"


def _unread(estate: Estate, document: Document, expansion: Expansion) -> Iterator[Diagnostic]:
    """Keys of the service that no alert of it reads: they have no effect."""
    read: set[str] = set()
    for pattern in estate.patterns.values():
        if about(pattern, estate.site, expansion.service):
            read |= {*pattern.reads, *([pattern.facet.key] if pattern.facet else [])}
    for key in sorted(facets.parts("service").keys() & document.data.keys() - read):
        yield Diagnostic(
            document.key(key), "no-effect", f"no alert of a {document.data.get('kind', 'Deployment')} reads '{key}' "
            "as it is here", hint="`alertgen patterns` lists what each alert needs; drop the key",
        )  # fmt: skip


class _Used:
    """Which overrides of the wider layers some service felt, and which tiers and teams some service has."""

    def __init__(self) -> None:
        self.overrides: set[tuple[str, str]] = set()
        self.alerts: set[str] = set()
        self.tiers: set[str] = set()

    def add(self, estate: Estate, expansion: Expansion, document: Document) -> None:
        felt = {p.alert for p in estate.patterns.values() if about(p, estate.site, expansion.service)}
        for layer in estate.stack(document):
            self.overrides |= {(layer.name, alert) for alert in layer.alerts if alert in felt}
        self.alerts |= {alert.pattern.alert for alert in expansion.alerts}
        self.tiers.add(document.data.get("tier", DEFAULT_TIER))

    def unused(self, estate: Estate) -> Iterator[Diagnostic]:
        """A thing that has no effect is an error (DESIGN section 3)."""
        document = estate.site_document
        if document:
            once = {p.alert for p in estate.patterns.values() if p.once_per_cluster}
            for alert in document.data.get("alerts", {}):
                if alert not in once and ("site", alert) not in self.overrides:
                    yield _unfelt(document.key("alerts", alert), alert)
            for tier, body in document.data.get("tiers", {}).items():
                if tier not in self.tiers:
                    yield Diagnostic(document.key("tiers", tier), "no-effect", f"no service has the tier '{tier}'")
                    continue
                for alert in body.get("alerts", {}):
                    if (f"tier {tier}", alert) not in self.overrides:
                        yield _unfelt(document.key("tiers", tier, "alerts", alert), alert)
        once_on = {alert.pattern.alert for alert in estate.expansion(None)[0].alerts}
        for pattern in estate.patterns.values():
            if pattern.place and pattern.alert not in self.alerts | once_on:
                yield Diagnostic(
                    pattern.place, "no-effect", f"no service has the alert {pattern.alert}",
                    hint="say `enabled: true` here for every service it fits, or under `alerts` of a service",
                )  # fmt: skip
        for name, layer in estate.team_layers.items():
            for alert in layer.alerts:
                if (layer.name, alert) not in self.overrides and estate.routing_document:
                    yield _unfelt(estate.routing_document.key("routing", "teams", name, "alerts", alert), alert)


def _unfelt(place: Location, alert: str) -> Diagnostic:
    return Diagnostic(place, "no-effect", f"no service here has the alert {alert}", hint="drop the override")


def _twice(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        first = seen.setdefault(entry.key, entry)
        if first is not entry:
            namespace, name = entry.key
            yield Diagnostic(
                entry.place, "duplicate-service", f"{namespace}/{name} was already described at {first.place}",
                hint="one document for each service", related=((first.place, "the first one"),),
            )  # fmt: skip


def _colliding(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """Services one of whose pod-name shapes also matches the other's pods."""
    by_key = {entry.key: entry for entry in entries}
    for entry in entries:
        namespace, name = entry.key
        words = name.split("-")
        for end in range(1, len(words)):
            shorter = by_key.get((namespace, "-".join(words[:end])))
            if shorter is None:
                continue
            mine, theirs = spec.read_service(entry.document.data), spec.read_service(shorter.document.data)
            if theirs.select is Select.NAME and collides(theirs.kind, theirs.name, mine.kind, mine.name):
                yield Diagnostic(
                    shorter.place, "pod-collision",
                    f"pods of the {mine.kind} {mine.name} look like pods of the {theirs.kind} {theirs.name}",
                    hint=f"say `select: owner` in {theirs.name}, so that its pods are found by their owner",
                    related=((entry.place, "the other service"),),
                )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proven:
    """One service's tests, with what they are about: for reports that need more than text."""

    expansion: Expansion
    tests: TestFile

    @property
    def path(self) -> str:
        """Where the tests stand in the tree."""
        return f"tests/{self.expansion.namespace}/{self.expansion.name}.yaml"

    def artifacts(self) -> Iterator[Artifact]:
        """The test file and the rule file it loads, as `build` would write them."""
        head = header("yaml", "the spec")
        path = self.path.removeprefix("tests/")
        yield Artifact(f"prometheus/{path}", f"{head}\n{prometheus.rule_file(self.expansion.groups)}")
        yield Artifact(self.path, f"{head}\n{render_tests.render(self.tests, [f'../../prometheus/{path}'])}")


def proofs(build: Build, wanted: Callable[[str], bool]) -> Iterator[Proven]:
    """The tests that prove the build, reduced to the scenarios whose full name is wanted."""
    documents = [*(entry.document for entry in build.proven), None]
    for document in documents:
        expansion, _ = build.estate.expansion(document)
        tests = test_file(expansion, wanted)
        if tests.groups:
            yield Proven(expansion, tests)
