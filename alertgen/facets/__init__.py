"""What services can say they have: one key of the spec, one file. A file that exists is in the schema."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from alertgen.facet import Part


@functools.cache
def parts(document: str) -> Mapping[str, Part]:
    """The keys of this kind of document that hold facets, in alphabetical order."""
    return {key: part for key, part in _all().items() if part.document == document}


@functools.cache
def _all() -> Mapping[str, Part]:
    """Modules whose name begins with `_` are no keys."""
    found: dict[str, Part] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")):
        part: Part = importlib.import_module(f"{__name__}.{module}").PART
        if part.key != module:
            raise ImportError(f"{module}.py holds '{part.key}': name the file {part.key}.py")
        found[part.key] = part
    return MappingProxyType(found)
