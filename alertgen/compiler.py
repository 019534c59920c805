"""The spec's documents → everything that is to be written, or everything that is wrong with them. Pure."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from alertgen import checks, clashes, inhibition, no_effect, schema, shapes, source, spec
from alertgen.alertmanager_config import objects
from alertgen.alertmanager_config.divide import Division, divide
from alertgen.alertmanager_config.effective import TeamObject, effective
from alertgen.artifact import Artifact, header
from alertgen.diagnostics import Diagnostic, Location, Severity, in_order
from alertgen.estate import Entry, Estate, read_estate
from alertgen.example import example
from alertgen.expand import SITE_GROUP, SITE_NAMESPACE, Alert, Expansion, expand
from alertgen.expectations import doubtful
from alertgen.inhibition import Pair
from alertgen.inhibition_check import Sort, check_written, sorts
from alertgen.own_tests.read import own_tests
from alertgen.own_tests.schema import KEY as TESTS
from alertgen.pattern import Pattern
from alertgen.render import alertmanager, alertmanager_config, docs, kubernetes, prometheus, routes, secret, templates
from alertgen.render import tests as render_tests
from alertgen.routing import words
from alertgen.routing.answer import may_inhibit
from alertgen.routing.model import InhibitRule, Route, Routing
from alertgen.shapes import Shape, Template, shape_of
from alertgen.source import Document
from alertgen.spec import At
from alertgen.testgen.generate import tests_of
from alertgen.testgen.situations import Situations, situations
from alertgen.unheard import asks_for, unheard
from alertgen.validate import validator

FULL_TESTS_UP_TO = 25
"""How many services have a test file each in the tree, unless the site says otherwise; beyond, one for each shape."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a build makes."""

    services: int
    alerts: int
    recording_rules: int
    shapes: int


@dataclass(frozen=True, slots=True)
class Mould:
    """What a shape's services have in common: their files with holes, and how many rules are in them."""

    rules: Template
    tests: Template
    objects: Template
    page: Template
    alerts: int
    recording_rules: int
    pages: str
    """The first alert that needs somebody now; empty when none does."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """All that came of a spec. With an error among the diagnostics there are no artifacts."""

    estate: Estate
    entries: tuple[Entry, ...]
    moulds: Mapping[str, Mould]
    inhibit: tuple[InhibitRule, ...]
    """Who silences whom: what the patterns of the alerts here declare."""
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
        page = _LATER.sub(functools.partial(_here, self.estate), page)
        yield Artifact(f"docs/{namespace}/{name}.md", f"{header('md', source_file)}\n{page}")

    def _source(self, document: Document | None) -> str:
        """A document's file as everybody's checkout has it: below the spec's folder, wherever that is."""
        folder = self.spec_folder.rstrip("/")
        name = folder.rpartition("/")[2]
        return f"{name}{document.path.removeprefix(folder)}" if document else name

    def _site_files(self) -> Iterator[Artifact]:
        estate = self.estate
        expansion, _ = estate.expansion(None)
        proof = situations(expansion)
        path = f"{SITE_NAMESPACE}/{SITE_GROUP}"
        written_in = self._source(estate.site_document)
        head = header("yaml", written_in)
        yield Artifact(f"prometheus/{path}.yaml", f"{head}\n{prometheus.rule_file(expansion.groups)}")
        yield Artifact(f"tests/{path}.yaml", f"{head}\n{_tests(expansion, proof)}")
        yield Artifact(f"kubernetes/{path}.yaml", f"{head}\n{_objects(expansion, prometheus.pretty_block)}")
        page = _page(estate, expansion, _pairs(expansion, expansion), proof)
        page = _LATER.sub(functools.partial(_here, estate), page)
        yield Artifact(f"docs/{path}.md", f"{header('md', written_in)}\n{page}")
        yield from self.routing_artifacts
        yield self._routes_page
        yield self.schema_artifact

    @property
    def _routes_page(self) -> Artifact:
        """Who is told, drawn and in words."""
        estate = self.estate
        head = header("md", self._source(estate.routing_document))
        return Artifact(f"docs/{SITE_NAMESPACE}/routes.md", f"{head}\n{routes.page(self.routing, estate.tree)}")

    @property
    def schema_artifact(self) -> Artifact:
        """What editors complete and check the spec with."""
        whole = {"$comment": header("json", self._source(None)), **schema.build(self.estate.patterns)}
        return Artifact("schema/alertgen.schema.json", json.dumps(whole, indent=1, ensure_ascii=False) + "\n")

    @property
    def routing(self) -> Routing:
        """The routing with all that silences: what the spec says, then what the patterns say."""
        routing = self.estate.routing
        return replace(routing, inhibit=(*routing.inhibit, *self.inhibit))

    @property
    def routing_artifacts(self) -> tuple[Artifact, ...]:
        """Alertmanager's configuration, and the templates that it reads."""
        found = [Artifact("alertmanager/alertmanager.yaml", self._configuration(templates.PATH))]
        if texts := self._templates:
            found.append(Artifact(f"alertmanager/{templates.PATH}", texts))
        operated = self.estate.site.operated
        if operated:
            head = header("yaml", self._source(self.estate.routing_document))
            body = secret.render(operated.secret, operated.namespace, self._secret_files)
            found.append(Artifact(f"kubernetes/{SITE_NAMESPACE}/alertmanager.yaml", f"{head}\n{body}"))
            found += (
                Artifact(
                    f"kubernetes/{SITE_NAMESPACE}/alertmanager-{each.name}.yaml",
                    f"{head}\n{alertmanager_config.render(each, operated.config_labels or {})}",
                )
                for each in self.team_objects
            )
        return tuple(found)

    @functools.cached_property
    def division(self) -> Division:
        """The routing tree in parts: what is no team's, and the teams' where each has an object."""
        operated = self.estate.site.operated
        asked = operated is not None and operated.config_labels is not None
        return divide(self.estate.tree, self.estate.routing.teams if asked else {})

    @functools.cached_property
    def team_objects(self) -> tuple[TeamObject, ...]:
        """The AlertmanagerConfig objects; none where the site does not ask for them."""
        operated = self.estate.site.operated
        return objects.objects(self.estate.routing, self.division, operated.namespace) if operated else ()

    @property
    def effective(self) -> Route:
        """The tree that the operator makes of its objects; the plain one where no object is asked for."""
        return effective(self.division.base, self.team_objects)

    def _configuration(self, templates_at: str, part: Route | None = None) -> str:
        """alertmanager.yaml where the templates are at a path: of the whole tree, or of a part of it."""
        head, whole = header("yaml", self._source(self.estate.routing_document)), self.estate.tree
        tree = part or whole
        routing = replace(self.routing, intervals=objects.hours_of(tree, self.routing.intervals))
        return alertmanager.render(routing, tree, self.estate.alertmanager_version, head, templates_at, whole)

    @property
    def _templates(self) -> str:
        """The file of templates; empty where nobody is told in these words."""
        if not alertmanager.reads_templates(self.routing, self.estate.tree):
            return ""
        return templates.render(self.routing.templates, header("tmpl", self._source(self.estate.routing_document)))

    @property
    def _secret_files(self) -> Mapping[str, str]:
        """What the operator's Secret holds, by key."""
        found = {secret.CONFIGURATION: self._configuration(f"{secret.FOLDER}/{templates.FILE}", self.division.base)}
        if texts := self._templates:
            found[templates.FILE] = texts
        return found

    def unfit(self) -> Iterator[Diagnostic]:
        """What the operator's objects cannot hold. The spec must be free of errors."""
        document = self.estate.routing_document
        if document is not None:
            yield from objects.check(self.team_objects, functools.partial(document.at, "routing"))
        if self.estate.site.operated and (size := secret.size(self._secret_files)) > secret.MAX_BYTES:
            yield Diagnostic(
                self.estate.site_at("kubernetes", "alertmanager"), "too-large",
                f"the routing is {size:,} bytes, and a Secret holds {secret.MAX_BYTES:,}",
                hint="let fewer services send single alerts elsewhere, or give Alertmanager the plain file",
            )  # fmt: skip


_LATER = re.compile("\x0e([^\x0e]*)\x0e")


def _later(estate: Estate, what: str, alert: Alert) -> str:
    """Stands in a page for what routing says of an alert: that depends on the labels, in which are holes."""
    labels = (part for each in sorted(estate.routed_by(alert.certain_labels).items()) for part in each)
    return "\x0e" + "\x0f".join((what, *labels)) + "\x0e"


def _here(estate: Estate, match: re.Match[str]) -> str:
    what, *parts = match[1].split("\x0f")
    labels = dict(zip(parts[::2], parts[1::2], strict=True))
    return estate.told(labels) if what == "told" else _silenced_by_site(estate, labels)


def _silenced_by_site(estate: Estate, labels: Mapping[str, str]) -> str:
    # A page does not change because a line of the routing has moved.
    rules = (replace(rule, location=None) for rule in may_inhibit(estate.routing, labels))
    return docs.silence("; ".join(words.silencing(rules)))


def _silenced(estate: Estate, pairs: Collection[Pair], alert: Alert) -> str:
    """By what the catalogue says, then by what the site adds."""
    by_site = _later(estate, "silenced", alert) if estate.routing.inhibit else ""
    return docs.silence(inhibition.causes(pairs, alert, estate.routing.severities)) + by_site


def _pairs(once: Expansion, expansion: Expansion) -> frozenset[Pair]:
    """The alerts of a service are silenced by its own and by the installation's."""
    own = expansion.alerts if expansion.service else ()
    return frozenset(inhibition.pairs((*once.alerts, *own), expansion))


def _page(estate: Estate, expansion: Expansion, pairs: Collection[Pair], proof: Situations) -> str:
    return docs.page(
        expansion,
        functools.partial(_later, estate, "told"),
        functools.partial(_silenced, estate, pairs),
        lambda alert: proof[alert.title],
    )


def _tests(expansion: Expansion, proof: Situations) -> str:
    path = f"../../prometheus/{expansion.namespace}/{expansion.name}.yaml"
    return render_tests.render(tests_of(expansion, proof, lambda _: True), [path])


def _objects(expansion: Expansion, block: prometheus.Block) -> str:
    site, service = expansion.subject.site, expansion.service
    return kubernetes.prometheus_rule(
        name=service.name if service else "alertgen-cluster",
        namespace=service.namespace if service else site.rule_namespace,
        labels=site.rule_labels,
        groups=expansion.groups,
        expr_block=block,
    )


def _mould(estate: Estate, document: Document, shape: Shape, pairs: Collection[Pair]) -> Mould:
    """The files of a shape: rendered for a service whose names are holes."""
    holed = spec.read_service(shape.data)
    expansion, _ = expand(
        estate.site, holed, estate.patterns, estate.stack(document), estate.today, Location(document.path, 1, 1)
    )
    proof = situations(expansion)
    return Mould(
        rules=Template.of(prometheus.rule_file(expansion.groups, shapes.marked_block)),
        tests=Template.of(_tests(expansion, proof)),
        objects=Template.of(_objects(expansion, shapes.marked_block)),
        page=Template.of(_page(estate, expansion, pairs, proof)),
        alerts=len(expansion.alerts),
        recording_rules=len(expansion.records),
        pages=_paging(estate, expansion),
    )


def _paging(estate: Estate, expansion: Expansion) -> str:
    return next((alert.rule.alert for alert in expansion.alerts if asks_for(estate, alert) == "page"), "")


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
    estate, estate_problems = read_estate(documents, today)
    once, wrong = estate.expansion(None)
    alerts = _Alerts(once)
    entries, moulds, service_problems = _services(estate, documents["service"], alerts)
    inhibit = inhibition.rules(alerts.pairs, estate.routing.severities)
    if not estate_problems:
        service_problems += [*wrong, *_linted(once, estate.site_at)]
        service_problems += check_written(estate.routing.inhibit, inhibit, alerts.sorts, estate.inhibit_at)
    problems += [*estate_problems, *service_problems]
    for pattern in estate.unproven:
        problems += _sketched(estate, pattern)
    build = Build(
        estate=estate,
        entries=entries,
        moulds=moulds,
        inhibit=inhibit,
        diagnostics=in_order(problems),
        spec_folder=spec_folder,
    )
    return build if build.failed else replace(build, diagnostics=in_order([*problems, *_of_the_whole(build, once)]))


def _of_the_whole(build: Build, once: Expansion) -> Iterator[Diagnostic]:
    """What only shows in all documents together, once each is right by itself. `once` are the installation's alerts."""
    estate, entries = build.estate, build.entries
    first = min((entry.document.key("team") for entry in entries), default=Location(build.spec_folder, 1, 1))
    pages = {estate.site.team: _paging(estate, once)}
    for entry in reversed(entries):
        if alert := build.moulds[entry.shape.key].pages:
            pages[entry.document.data["team"]] = f"{alert} of {'/'.join(entry.key)}"
    yield from unheard(estate, once, pages, first)
    yield from doubtful(estate, entries)
    yield from build.unfit()


class _Alerts:
    """The alerts there are, as far as it matters for who silences whom: a few for each shape."""

    def __init__(self, once: Expansion) -> None:
        self._once = once
        self.pairs: set[Pair] = set()
        self.sorts: set[Sort] = set()
        self.add(once)

    def add(self, expansion: Expansion) -> frozenset[Pair]:
        """Counts the alerts of one more service; returns which alerts silence those."""
        own = _pairs(self._once, expansion)
        self.pairs |= own
        self.sorts |= set(sorts(expansion))
        return own


def _services(
    estate: Estate, documents: Sequence[Document], alerts: _Alerts
) -> tuple[tuple[Entry, ...], dict[str, Mould], list[Diagnostic]]:
    """Every service's entry in order of name, what its shape is made into, and all that is wrong.

    `alerts` gets those of every shape.
    """
    problems: list[Diagnostic] = []
    validate = validator(schema.build(estate.patterns, estate.broken))
    moulds: dict[str, Mould] = {}
    hopeless: set[str] = set()
    entries: list[Entry] = []
    known: dict[str, Shape] = {}
    used = no_effect.Used()
    for document in documents:
        shape, names = shape_of(document.data)
        team = document.data.get("team")
        if isinstance(team, str) and team in estate.team_layers:  # it is not validated yet
            shape = Shape(f"{team} {shape.key}", shape.data)
        shape = known.setdefault(shape.key, shape)  # one object: there are many services, and few shapes
        new = shape.key not in moulds and shape.key not in hopeless
        has_tests = TESTS in document.data
        if (new or has_tests) and (misshapen := validate(document)):
            problems += misshapen
            continue
        if new and (senseless := tuple(spec.check_parts("service", document.data, estate.site, document.at))):
            problems += senseless
            continue
        problems += spec.check_service(
            spec.read_service(document.data), estate.routing.teams, estate.tiers, document.at
        )
        if new:
            expansion, found = estate.expansion(document)
            found = (*found, *no_effect.in_service(estate, document, expansion), *_linted(expansion, document.at))
            problems += found
            used.add(estate, expansion, document)
            errors = _errors(found)
            if not errors:
                moulds[shape.key] = _mould(estate, document, shape, alerts.add(expansion))
            elif all(error.location.path != document.path for error in errors):
                hopeless.add(shape.key)  # a wider layer is wrong, and the next service would only say so again
        if has_tests and shape.key in moulds:
            problems += own_tests(document, estate.expansion(document)[0])[1]
        entries.append(Entry(document, shape, names))
    problems += clashes.twice(entries)
    problems += clashes.colliding(entries)
    if not _errors(problems):
        problems += used.unused(estate)
    problems += clashes.claimed(entries)
    entries.sort(key=lambda entry: entry.key)
    return tuple(entries), moulds, problems


def _errors(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [problem for problem in problems if problem.severity is Severity.ERROR]


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
        if alert and where is None:
            where = alert.pattern.places.get(finding.setting or "", alert.pattern.place)
        where = where or at("service" if expansion.service else "site")
        said = Diagnostic(where, finding.code, finding.message, finding.hint, finding.severity)
        found.setdefault(said, []).append(finding.alert)
    for said, names in found.items():
        who = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        yield replace(said, message=f"{who}: {said.message}") if names[0] else said


def _sketched(estate: Estate, pattern: Pattern) -> Iterator[Diagnostic]:
    """What the lints find in a site pattern whose scenarios are wrong, tried on a service that it fits.

    Whoever wrote it may believe of the expression what is not so; the scenarios cannot be put right before that.
    """
    _, service = example(pattern)
    place = pattern.place or Location("(defaults)", 1, 1)
    on = replace(pattern, enabled=True)
    expansion, found = expand(estate.site, service, {pattern.alert: on}, (), estate.today, place)
    if not found:
        yield from _linted(expansion, lambda *_: place)
