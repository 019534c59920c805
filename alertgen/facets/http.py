"""`http`: who counts the requests to the service, and what the service is called there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from alertgen.diagnostics import Diagnostic
from alertgen.facet import At, Facet, Part
from alertgen.http_source import Counted, HttpSource
from alertgen.http_sources import sources
from alertgen.metrics import CLOUDFLARE, Exporter
from alertgen.model import Service, Site
from alertgen.promql import Matcher
from alertgen.quantity import LATENCY_PATTERN, latency, parse_latency
from alertgen.schema_words import WORD_PATTERN, Schema, keys, name, several, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """Where the requests are counted."""

    source: HttpSource
    counted: Counted
    bounds: tuple[Decimal, ...]
    """The bounds of the latency histogram in seconds; empty when nobody can know."""
    zone: str = ""
    """The zone of Cloudflare in front of it, if there is one."""


def _schema() -> Schema:
    own: dict[str, Schema] = {}
    for source in sources().values():
        own[source.key] = name(f"{source.meaning} ({source.name}; default: the service's name).")
    return keys(
        "The service answers HTTP requests, and something counts them.",
        {
            "source": {"enum": list(sources()), "description": "Who counts them."},
            **own,
            "honor_labels": {
                "type": "boolean",
                "description": "Whether Prometheus scrapes the source with honorLabels, so that the source's own "
                f"labels keep their names ({_honoring()}).",
            },
            "buckets": several(
                "The bounds of the source's latency histogram, where they are not its defaults.",
                text("A bound, e.g. 500ms.", pattern=LATENCY_PATTERN, maxLength=20),
            ),
            "edge": keys(
                "What stands before the source, outside of the cluster. It counts a whole zone: say it for the one "
                "service that its alerts should go to.",
                {
                    "provider": {"enum": ["cloudflare"], "description": "Who runs it."},
                    "zone": text("The zone, as the provider calls it.", pattern=WORD_PATTERN, maxLength=253),
                },
                "provider",
                "zone",
            ),
        },
        "source",
    )


def _honoring() -> str:
    defaults = (f"{s.name}: {str(s.honors_labels).lower()}" for s in sources().values() if s.honors_labels is not None)
    return f"default {', '.join(defaults)}"


def _read(data: Mapping[str, Any], document: Mapping[str, Any]) -> Http:
    source = sources()[data["source"]]
    return Http(
        source=source,
        counted=Counted(
            namespace=document["namespace"],
            name=data.get(source.key, document["service"]),
            honor_labels=data.get("honor_labels", bool(source.honors_labels)),
        ),
        bounds=_bounds(data, source),
        zone=data.get("edge", {}).get("zone", ""),
    )


def _bounds(data: Mapping[str, Any], source: HttpSource) -> tuple[Decimal, ...]:
    if "buckets" in data:
        return tuple(sorted(parse_latency(bound) for bound in data["buckets"]))
    return source.bucket_bounds()


def _check(data: Mapping[str, Any], site: Site, at: At) -> Iterator[Diagnostic]:
    source = sources()[data["source"]]
    if site.prometheus < source.since:
        oldest = ".".join(map(str, source.since))
        message = f"{source.name} needs Prometheus {oldest}, and the site states {'.'.join(map(str, site.prometheus))}"
        hint = f'where every Prometheus is that new, say `prometheus: {{min_version: "{oldest}"}}` in the site'
        yield Diagnostic(at("source"), "old-prometheus", message, hint=hint)
    if source.native and "buckets" in data:
        message = f"{source.name} has a native histogram, which has no bounds of its own"
        yield Diagnostic(at("buckets"), "no-effect", message, hint="drop the key")
    strange = {other.key for other in sources().values()} - {source.key}
    for key in sorted(strange & data.keys()):
        yield Diagnostic(
            at(key), "no-effect", f"{source.name} does not know the service by '{key}'", hint=f"say `{source.key}`"
        )
    if "honor_labels" in data and source.honors_labels is None:
        message = f"no label of {source.name} meets one of a target: honor_labels changes nothing"
        yield Diagnostic(at("honor_labels"), "no-effect", message, hint="drop the key")


PART = Part(
    key="http",
    names=frozenset(source.key for source in sources().values()),
    schema=_schema(),
    read=_read,
    check=_check,
)


def http(service: Service) -> Http | None:
    """Who counts the service's requests, if anybody does."""
    found = service.facets.get(PART.key)
    return found if isinstance(found, Http) else None


def _items(_site: Site, service: Service | None) -> tuple[Http, ...]:
    found = http(service) if service else None
    return (found,) if found else ()


def _select(item: Http) -> Mapping[str, str | Matcher | None]:
    return item.source.select(item.counted)


def _counting(item: Http) -> tuple[Exporter, ...]:
    return item.source.requests.exporter, item.source.duration.exporter


HTTP = Facet(
    text="http",
    key=PART.key,
    items=_items,
    sample={"http": {"source": "ingress-nginx"}},
    select=_select,
    exporters=_counting,
    example=lambda item: item.source.shown(item.counted),
    neighbour=lambda item: replace(item, counted=replace(item.counted, name=f"{item.counted.name}-worker")),
    moved=lambda item, namespace: replace(item, counted=replace(item.counted, namespace=namespace)),
    words=lambda item: {"source": item.source.name, "route": f"{item.source.key} {item.counted.name}"},
)
"""Somebody counts the service's requests."""

SUPPOSED = replace(HTTP, neighbour=None)  # what nobody counts, nobody counts, whatever is counted of another service
"""Somebody should count them."""


EDGE = Facet(
    text="http.edge",
    key=PART.key,
    items=lambda site, service: tuple(item for item in _items(site, service) if item.zone),
    sample={"http": {"source": "ingress-nginx", "edge": {"provider": "cloudflare", "zone": "example.com"}}},
    select=lambda item: {**_select(item), "zone": item.zone},
    exporters=lambda item: (*_counting(item), CLOUDFLARE),
    example=lambda item: {**item.source.shown(item.counted), "zone": item.zone},
    neighbour=lambda item: replace(item, zone=f"shop.{item.zone}"),
    moved=HTTP.moved,
    words=lambda item: {"source": item.source.name, "zone": item.zone},
)
"""A content delivery network stands before it."""


def known_bounds(item: Http) -> str:
    """The bounds of the latency histogram, as people write them."""
    return ", ".join(latency(bound) for bound in item.bounds)
