"""What is to be proven of a build: the scenarios of its alerts, what services expect themselves, who is told. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from alertgen.artifact import Artifact, header
from alertgen.compiler import Build
from alertgen.diagnostics import Location
from alertgen.drawing import Sitter
from alertgen.expand import Expansion, only
from alertgen.own_tests.model import OwnTests
from alertgen.own_tests.read import own_tests
from alertgen.own_tests.schema import KEY
from alertgen.render import prometheus
from alertgen.render import tests as render_tests
from alertgen.routecases import RouteCase, route_cases
from alertgen.testgen.generate import test_file
from alertgen.testgen.situations import situations
from alertgen.testgen.testfile import TestFile
from alertgen.verdict import CaseId, cases

Wanted = Callable[[str], bool]
"""Says of a case's full name whether it is to be proven."""


@dataclass(frozen=True, slots=True)
class Proven:
    """One alert of one service with its tests: what a test costs grows with the rules that it loads."""

    alert: str
    expansion: Expansion
    tests: TestFile

    @property
    def service(self) -> str:
        """Its `namespace/name`."""
        return f"{self.expansion.namespace}/{self.expansion.name}"

    @property
    def path(self) -> str:
        """The file of its tests."""
        return f"tests/{self._name}"

    @property
    def _name(self) -> str:
        return f"{self.service}--{self.alert}.yaml"

    def artifacts(self) -> Iterator[Artifact]:
        """A rule file with the alert and what it reads, word for word as in the service's own, and the tests of it."""
        head = header("yaml", "the spec")
        yield Artifact(f"rules/{self._name}", f"{head}\n{prometheus.rule_file(self.expansion.groups)}")
        yield Artifact(self.path, f"{head}\n{render_tests.render(self.tests, [f'../../rules/{self._name}'])}")

    def scenes(self) -> Iterator[tuple[CaseId, Sitter]]:
        """Every scenario of the alert, whatever is to be proven of it."""
        for alert, found in zip(self.expansion.alerts, situations(self.expansion).values(), strict=True):
            for scenario in found:
                yield CaseId(self.service, alert.title, scenario.name), Sitter(self.expansion, alert, scenario)


@dataclass(frozen=True, slots=True)
class OwnProof:
    """What a service itself expects of its alerts: run on all of its rules."""

    tests: OwnTests

    @property
    def path(self) -> str:
        """The file of its tests."""
        return f"tests/{self._name}"

    @property
    def asked(self) -> str:
        """The file with what is asked about texts; there is none where nothing is."""
        return f"asked/{self._name}"

    @property
    def expansion(self) -> Expansion:
        """The service."""
        return self.tests.expansion

    @property
    def service(self) -> str:
        """Its `namespace/name`."""
        return f"{self.expansion.namespace}/{self.expansion.name}"

    @property
    def _name(self) -> str:
        return f"{self.service}--its-own.yaml"

    def artifacts(self) -> Iterator[Artifact]:
        """A rule file with all that the service has, the tests, and what is asked about texts."""
        head, rules = header("yaml", "the spec"), f"rules/{self._name}"
        yield Artifact(rules, f"{head}\n{prometheus.rule_file(self.expansion.groups)}")
        yield Artifact(self.path, f"{head}\n{render_tests.render(self.tests.file, [f'../../{rules}'])}")
        if self.tests.questions:
            yield Artifact(self.asked, f"{head}\n{render_tests.render(self.tests.asked(), [f'../../{rules}'])}")

    def scenes(self) -> Iterator[tuple[CaseId, Sitter]]:
        """Every case as a scenario of the alert that it is about."""
        for case, alert, scenario in self.tests.scenes():
            yield case, Sitter(self.expansion, alert, scenario)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be proven. `places`: by test file, its cases and where in the spec each is from."""

    build: Build
    proofs: tuple[Proven, ...]
    own: tuple[OwnProof, ...]
    places: Mapping[str, Mapping[CaseId, Location]]

    @property
    def files(self) -> Mapping[CaseId, str]:
        """The test file of each case."""
        return {case: path for path, found in self.places.items() for case in found}

    @property
    def services(self) -> Mapping[str, Plan]:
        """The same for each service alone, as `namespace/name`; the installation is one of them."""
        names = dict.fromkeys(one.service for one in self._parts())
        proofs: dict[str, list[Proven]] = {name: [] for name in names}
        own: dict[str, list[OwnProof]] = {name: [] for name in names}
        for proof in self.proofs:
            proofs[proof.service].append(proof)
        for one in self.own:
            own[one.service].append(one)
        return {name: _planned(self.build, proofs[name], own[name]) for name in names}

    def only(self, wanted: Wanted) -> Plan:
        """The cases whose full name is wanted, and the files that have any."""
        proofs = [replace(one, tests=test_file(one.expansion, wanted)) for one in self.proofs]
        own = [OwnProof(one.tests.only(wanted)) for one in self.own]
        return _planned(self.build, [p for p in proofs if p.tests.groups], [o for o in own if o.tests.claims])

    def artifacts(self) -> Iterator[Artifact]:
        """The rule files and the test files."""
        for one in self._parts():
            yield from one.artifacts()

    def scenes(self) -> Iterator[tuple[CaseId, Sitter]]:
        """Every scenario of the alerts here, to be drawn."""
        for one in self._parts():
            yield from one.scenes()

    def _parts(self) -> tuple[Proven | OwnProof, ...]:
        return (*self.proofs, *self.own)

    def routes(self) -> list[RouteCase]:
        """The alerts that fire in the proofs, and who must be told of each."""
        estate = self.build.estate
        fired = ((proof.expansion, proof.tests) for proof in self.proofs)
        return list(route_cases(estate.routing, fired, estate.site.external_labels))


def plan(build: Build, wanted: Wanted, *, exhaustive: bool = False) -> Plan:
    """What is to be proven of a build, reduced to the cases whose full name is wanted."""
    return _planned(build, list(proofs(build, wanted, exhaustive=exhaustive)), list(own_proofs(build, wanted)))


def _planned(build: Build, generated: list[Proven], own: list[OwnProof]) -> Plan:
    places: dict[str, Mapping[CaseId, Location]] = {
        one.path: {case: _place_of(build, one.expansion, case) for case in cases(one.tests)} for one in generated
    }
    places |= {one.path: one.tests.places() for one in own}
    return Plan(build=build, proofs=tuple(generated), own=tuple(own), places=places)


def _place_of(build: Build, expansion: Expansion, case: CaseId) -> Location:
    """Where the spec speaks of a case: the alert's override, else the service."""
    if expansion.service is None:
        return build.estate.site_at("site")
    document = build.document(expansion.namespace, expansion.name)
    written = case.alert in document.data.get("alerts", {})
    return document.key("alerts", case.alert) if written else document.at("service")


def proofs(build: Build, wanted: Wanted, *, exhaustive: bool = False) -> Iterator[Proven]:
    """The tests that prove the build, reduced to the scenarios whose full name is wanted.

    Those of `build.proven`, or of every service there is.
    """
    documents = [*(entry.document for entry in (build.entries if exhaustive else build.proven)), None]
    for document in documents:
        whole, _ = build.estate.expansion(document)
        for name in dict.fromkeys(alert.rule.alert for alert in whole.alerts):
            alone = only(whole, name)
            tests = test_file(alone, wanted)
            if tests.groups:
                yield Proven(name, alone, tests)


def own_proofs(build: Build, wanted: Wanted) -> Iterator[OwnProof]:
    """The tests that services have themselves, reduced to the cases whose full name is wanted."""
    for entry in build.entries:
        if KEY in entry.document.data:
            found, _ = own_tests(entry.document, build.estate.expansion(entry.document)[0])
            if (kept := found.only(wanted)).claims:
                yield OwnProof(kept)
