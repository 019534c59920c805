"""The catalogue: one alert, one file. A file that exists is in it; nothing is registered by hand."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from alertgen.pattern import Pattern


@functools.cache
def catalogue() -> Mapping[str, Pattern]:
    """Every built-in pattern by alert name, in alphabetical order."""
    found: dict[str, Pattern] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        pattern: Pattern = importlib.import_module(f"{__name__}.{module}").PATTERN
        if pattern.file_name != module:
            raise ImportError(f"{module}.py holds {pattern.alert}: name the file {pattern.file_name}.py")
        found[pattern.alert] = pattern
    return MappingProxyType(dict(sorted(found.items())))
