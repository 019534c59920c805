"""What many tests need: a service, a site, and the rules that come of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from alertgen.diagnostics import Location
from alertgen.expand import Expansion, expand
from alertgen.model import Kind, Service, Site
from alertgen.pattern import Pattern
from alertgen.patterns import catalogue
from alertgen.spec import Layer

TODAY = dt.date(2026, 1, 1)
NOWHERE = Location("test", 1, 1)

ROUTING = (
    "rules.d/routing.yaml",
    b'routing: {default: all, heartbeat: {receiver: all}, receivers: {all: {webhook: {url: "http://all/"}}}}\n',
)
"""A file of a spec in which everybody is told of everything."""

_SERVICE = Service(
    name="my-app", namespace="shop", team="web", tier="standard", kind=Kind.DEPLOYMENT, container="app"
)  # fmt: skip


def service(**changes: Any) -> Service:
    """A service called my-app."""
    return replace(_SERVICE, **changes)


def layer(alerts: Mapping[str, Mapping[str, Any]]) -> Layer:
    """Overrides that nobody wrote down."""
    return Layer("test", alerts, lambda *_: None)


def expansion(
    of: Service | None = _SERVICE,
    site: Site | None = None,
    alerts: Mapping[str, Mapping[str, Any]] | None = None,
    patterns: Mapping[str, Pattern] | None = None,
) -> Expansion:
    """The rules of a service, or with None of the installation; every alert is switched on. Nothing may be wrong."""
    patterns = catalogue() if patterns is None else patterns
    on = {name: {"enabled": True, **(alerts or {}).get(name, {})} for name in patterns}
    found, problems = expand(site or Site(), of, patterns, [layer(on)], TODAY, NOWHERE)
    assert [] == [str(problem) for problem in problems]
    return found
