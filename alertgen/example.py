"""An installation and a service that have what a pattern needs: for the pages about patterns, and for tests. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alertgen import spec
from alertgen.facet import Facet
from alertgen.facets import parts
from alertgen.model import Kind, Service, Site
from alertgen.pattern import Pattern


def example(pattern: Pattern, kind: Kind | None = None, **more: Any) -> tuple[Site, Service | None]:
    """The smallest service of this kind (by default the pattern's first) that has the alert, and its installation.

    `more` are further keys of the service's document, as somebody would write them.
    """
    wanted = None if pattern.once_per_cluster else kind or pattern.kinds[0]
    return having(pattern.facet, wanted, **more)


def asking_for(pattern: Pattern) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What a service's document and the site's say so that there is the alert, beside what each says anyway."""
    sample: Mapping[str, Any] = pattern.facet.sample if pattern.facet else {}
    own, of_site = _by_document(sample)
    switch = {} if pattern.enabled else {"alerts": {pattern.alert: {"enabled": True}}}
    if pattern.once_per_cluster:
        return {}, {**of_site, **switch}
    kind = pattern.kinds[0]
    return {**({} if Kind.DEPLOYMENT in pattern.kinds else {"kind": kind.value}), **own, **switch}, of_site


def _by_document(sample: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys of a service's document, and those of the site's."""
    of_site = parts("site")
    own = {key: value for key, value in sample.items() if key not in of_site}
    return own, {key: value for key, value in sample.items() if key in of_site}


def having(facet: Facet[Any] | None, kind: Kind | None, **more: Any) -> tuple[Site, Service | None]:
    """The same for whoever has the facet: a service of this kind, or (None) the installation itself."""
    sample: Mapping[str, Any] = facet.sample if facet else {}
    own, of_site = _by_document(sample)
    site = spec.read_site(of_site)
    if kind is None:
        return site, None
    document = {"service": "my-app", "namespace": "shop", "team": "web", "kind": kind}
    return site, spec.read_service(document | own | more)
