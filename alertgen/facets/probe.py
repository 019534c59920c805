"""`probe`: what blackbox-exporter asks the service, from where, and whether it should get an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from alertgen.diagnostics import Diagnostic
from alertgen.facet import At, Facet, Part
from alertgen.facets.expose import is_internal
from alertgen.model import Service, Site
from alertgen.schema_words import address, keys, several


class Kind(StrEnum):
    """What a probe asks: the service itself, or a name server for its name."""

    HTTP = "http"
    DNS = "dns"


class From(StrEnum):
    """Where the prober stands."""

    CLUSTER = "cluster"
    OUTSIDE = "outside"


class Expect(StrEnum):
    """What is right."""

    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Probe:
    """One target of a blackbox-exporter. Its series have the labels `job` and, for `target`, `instance`."""

    job: str
    target: str
    kind: Kind = Kind.HTTP
    source: From = From.CLUSTER
    expect: Expect = Expect.REACHABLE

    @property
    def shows_certificate(self) -> bool:
        """Whether its series tell when a certificate expires."""
        return self.target.startswith("https://") and self.expect is Expect.REACHABLE


def _read(data: Sequence[Mapping[str, str]], _document: Mapping[str, Any]) -> tuple[Probe, ...]:
    return tuple(
        Probe(
            job=item["job"],
            target=item["target"],
            kind=Kind(item.get("kind", Kind.HTTP)),
            source=From(item.get("from", From.CLUSTER)),
            expect=Expect(item.get("expect", Expect.REACHABLE)),
        )
        for item in data
    )


def _check(data: Sequence[Mapping[str, str]], _site: Site, at: At) -> Iterator[Diagnostic]:
    first: dict[str, int] = {}
    for index, item in enumerate(data):
        target = item["target"]
        if target in first:
            yield Diagnostic(
                at(index, "target"),
                "duplicate",
                f"'{target}' is probed twice, and its alerts could not be told apart",
                hint="several probers of one target belong to one job",
                related=((at(first[target], "target"), "probed here already"),),
            )
        first.setdefault(target, index)
        if item.get("expect") == Expect.UNREACHABLE and item.get("from", From.CLUSTER) != From.OUTSIDE:
            yield Diagnostic(
                at(index, "expect"),
                "contradiction",
                "what must not be reachable is asked for from outside the cluster",
                hint=f"say `from: {From.OUTSIDE}`: the prober stands where nobody may reach the service",
            )


PART = Part(
    key="probe",
    names=frozenset({"job", "target"}),
    schema=several(
        "What blackbox-exporter asks the service. Where one Prometheus sees several clusters, the series carry the "
        "label of the cluster that they are about.",
        keys(
            "One target.",
            {
                "job": address("The label `job` of the probe's series."),
                "target": address(
                    "The label `instance` of the probe's series: for http the address, for dns the name server."
                ),
                "kind": {
                    "enum": [k.value for k in Kind],
                    "default": Kind.HTTP.value,
                    "description": "http asks the service; dns asks a name server for the service's name.",
                },
                "from": {
                    "enum": [f.value for f in From],
                    "default": From.CLUSTER.value,
                    "description": "Where the prober stands.",
                },
                "expect": {
                    "enum": [e.value for e in Expect],
                    "default": Expect.REACHABLE.value,
                    "description": "unreachable: an answer is the incident. Such a probe comes from outside.",
                },
            },
            "job",
            "target",
        ),
    ),
    read=_read,
    check=_check,
)


def _where(wanted: Callable[[Service, Probe], bool]) -> Callable[[Site, Service | None], Sequence[Probe]]:
    def items(_site: Site, service: Service | None) -> Sequence[Probe]:
        found = service.facets.get(PART.key, ()) if service else ()
        assert isinstance(found, tuple)
        return tuple(probe for probe in found if service and wanted(service, probe))

    return items


def _facet(
    text: str, wanted: Callable[[Service, Probe], bool], sample: Mapping[str, str], **more: object
) -> Facet[Probe]:
    return Facet(
        text=text,
        key=PART.key,
        items=_where(wanted),
        labels=lambda probe: {"target": probe.target},
        select=lambda probe: {"job": probe.job, "instance": probe.target},
        sample={"probe": [dict(sample)], **more},
        neighbour=lambda probe: replace(probe, target=f"{probe.target}-worker"),
        words=lambda probe: {"target": probe.target, "probe_job": probe.job},
    )


def _asks_it(probe: Probe) -> bool:
    return probe.kind is Kind.HTTP and probe.expect is Expect.REACHABLE


ANSWERS = _facet(
    "probe` and not `expose: internal",
    lambda service, probe: _asks_it(probe) and not is_internal(service),
    {"job": "blackbox-http", "target": "http://my-app.shop.svc.cluster.local/health"},
)
"""It should answer, and people outside the cluster depend on that."""
ANSWERS_INSIDE = _facet(
    "probe` and `expose: internal",
    lambda service, probe: _asks_it(probe) and is_internal(service),
    {"job": "blackbox-http", "target": "http://my-app.shop.svc.cluster.local/health"},
    expose="internal",
)
"""It should answer, and other services depend on that. No probe is both this and the one above: none pages twice."""
RESOLVES = _facet(
    "probe.kind: dns",
    lambda _, probe: probe.kind is Kind.DNS and probe.expect is Expect.REACHABLE,
    {"job": "blackbox-dns-my-app", "target": "10.96.0.10:53", "kind": "dns"},
)
"""Its name should resolve."""
HIDDEN = _facet(
    "probe.expect: unreachable",
    lambda _, probe: probe.expect is Expect.UNREACHABLE,
    {"job": "blackbox-outside", "target": "https://my-app.example.com/", "from": "outside", "expect": "unreachable"},
)
"""It should not answer outside the cluster."""
CERTIFIED = _facet(
    "probe.target: https://…",
    lambda _, probe: probe.shows_certificate,
    {"job": "blackbox-http", "target": "https://my-app.example.com/", "from": "outside"},
)
"""It answers with a certificate."""
