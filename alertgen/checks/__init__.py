"""Lints: mistakes that parse, one file each. A file that exists is a lint; nothing is registered by hand."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from alertgen.checks._lint import Context, Finding, Lint
from alertgen.expand import Expansion

__all__ = ["Context", "Finding", "Lint", "findings", "lints"]


@functools.cache
def lints() -> Mapping[str, Lint]:
    """Every lint by its code, in alphabetical order."""
    found: dict[str, Lint] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")):
        lint: Lint = importlib.import_module(f"{__name__}.{module}")
        name = lint.CODE.replace("-", "_")
        if name != module:
            raise ImportError(f"{module}.py holds the lint {lint.CODE}: name the file {name}.py")
        found[lint.CODE] = lint
    return MappingProxyType(found)


def findings(expansion: Expansion) -> tuple[Finding, ...]:
    """What all lints find in one service's rules, each thing once; services of one shape have the same findings."""
    context = Context(expansion)
    return tuple(dict.fromkeys(finding for lint in lints().values() for finding in lint.check(context)))
