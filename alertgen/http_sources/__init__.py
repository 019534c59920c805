"""What may count requests: one source, one file. A file that exists is in the schema."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from alertgen.http_source import HttpSource


@functools.cache
def sources() -> Mapping[str, HttpSource]:
    """Every source by its name, in alphabetical order."""
    found: dict[str, HttpSource] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        source: HttpSource = importlib.import_module(f"{__name__}.{module}").SOURCE
        if source.name.replace("-", "_") != module:
            raise ImportError(f"{module}.py holds '{source.name}': name the file {source.name.replace('-', '_')}.py")
        found[source.name] = source
    return MappingProxyType(found)
