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


def having(facet: Facet[Any] | None, kind: Kind | None, **more: Any) -> tuple[Site, Service | None]:
    """The same for whoever has the facet: a service of this kind, or (None) the installation itself."""
    sample: Mapping[str, Any] = facet.sample if facet else {}
    site = spec.read_site({key: sample[key] for key in parts("site") if key in sample})
    if kind is None:
        return site, None
    own = {key: value for key, value in sample.items() if key not in parts("site")}
    document = {"service": "my-app", "namespace": "shop", "team": "web", "kind": kind}
    return site, spec.read_service(document | own | more)
