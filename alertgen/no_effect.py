"""What the spec says to no effect: an error, because whoever wrote it believes that it has one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alertgen import facets
from alertgen.diagnostics import Diagnostic, Location
from alertgen.estate import Estate
from alertgen.expand import Expansion, about
from alertgen.pattern import Pattern
from alertgen.source import Document
from alertgen.tiers import DEFAULT_TIER


def in_service(estate: Estate, document: Document, expansion: Expansion) -> Iterator[Diagnostic]:
    """What a service's document says that none of its alerts feels."""
    yield from _not_applying(estate, document, expansion)
    yield from _unread(estate, document, expansion)


def _not_applying(estate: Estate, document: Document, expansion: Expansion) -> Iterator[Diagnostic]:
    """Overrides of alerts that this service cannot have."""
    for name in document.data.get("alerts", {}):
        pattern = estate.patterns.get(name)
        if pattern and not about(pattern, estate.site, expansion.service):
            why = why_not(pattern, expansion)
            yield Diagnostic(document.key("alerts", name), "no-effect", f"{name} {why}", hint="drop the override")


def why_not(pattern: Pattern, expansion: Expansion) -> str:
    """Why a service, or the installation, does not have this alert."""
    if pattern.alert in expansion.off:
        return f"is off: `alertgen explain {pattern.alert}` says why"
    if pattern.once_per_cluster:
        return "exists once per cluster: tune it in the site document"
    if expansion.service is None:
        return "is about services"
    kind = expansion.service.kind
    if kind not in pattern.kinds or pattern.facet is None:
        return f"is not for a {kind}"
    return f"is for services that say `{pattern.facet.text}`"


def why_nobody(pattern: Pattern, expansions: Sequence[Expansion]) -> str:
    """Why none of these has this alert, said of those that come closest."""
    concerned = [e for e in expansions if (e.service is None) == pattern.once_per_cluster] or expansions
    closest = [e for e in concerned if e.service and e.service.kind in pattern.kinds] or concerned
    return "; ".join(dict.fromkeys(why_not(pattern, expansion) for expansion in closest))


def _unread(estate: Estate, document: Document, expansion: Expansion) -> Iterator[Diagnostic]:
    """Keys of the service that no alert of it reads: they have no effect."""
    assert expansion.service is not None
    read: set[str] = set()
    for pattern in estate.patterns.values():
        if about(pattern, estate.site, expansion.service):
            read |= {*pattern.reads, *([pattern.facet.key] if pattern.facet else [])}
    for key in sorted(facets.parts("service").keys() & document.data.keys() - read):
        yield Diagnostic(
            document.key(key), "no-effect", f"no alert of a {expansion.service.kind} reads '{key}' as it is here",
            hint="`alertgen patterns` lists what each alert needs; drop the key",
        )  # fmt: skip


class Used:
    """Which overrides of the wider layers some service felt, and which tiers and teams some service has."""

    def __init__(self) -> None:
        self.overrides: set[tuple[str, str]] = set()
        self.alerts: set[str] = set()
        self.tiers: set[str] = set()

    def add(self, estate: Estate, expansion: Expansion, document: Document) -> None:
        """Takes note of what a service felt. One service of each shape is enough."""
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
