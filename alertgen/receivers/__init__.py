"""How people are told: every integration of Alertmanager as data, one file each. A file that exists is in it.

Facts are Alertmanager's own: its configuration structs at each release, and what it does with them when it loads.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from alertgen.diagnostics import Diagnostic, Location
from alertgen.receivers import _schema, _settings
from alertgen.receivers._field import FLOOR, Integration, Version, dotted
from alertgen.receivers._http import HTTP_CONFIG
from alertgen.receivers._settings import address_problem, shown

__all__ = [
    "FLOOR",
    "NONE",
    "Integration",
    "Notifier",
    "Receiver",
    "Version",
    "address_problem",
    "definitions",
    "dotted",
    "integrations",
    "read",
    "schema",
    "shown",
]

At = Callable[..., Location]


@dataclass(frozen=True, slots=True)
class Notifier:
    """One channel of a receiver: the integration's key and its settings as Alertmanager reads them."""

    integration: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is told, and how; without notifiers, nobody."""

    name: str
    notifiers: tuple[Notifier, ...] = ()
    location: Location | None = field(default=None, compare=False)
    """Where the spec defines it; None for the built-in ones."""


NONE = Receiver("none")
"""Built in: what is sent here is dropped on purpose."""


@functools.cache
def integrations() -> Mapping[str, Integration]:
    """Every integration by its key, in alphabetical order."""
    found: dict[str, Integration] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")):
        integration: Integration = importlib.import_module(f"{__name__}.{module}").INTEGRATION
        if integration.key != module:
            raise ImportError(f"{module}.py holds {integration.key}: name the file {integration.key}.py")
        found[integration.key] = integration
    return MappingProxyType(found)


def schema() -> dict[str, Any]:
    """JSON Schema of one receiver; it refers to `definitions()`."""
    return {
        "type": "object",
        "description": "Who is told and how: one integration or more.",
        "properties": {key: _schema.reference(f"receiver_{key}") for key in integrations()},
        "additionalProperties": False,
    }


def definitions() -> dict[str, Any]:
    """The parts that `schema()` refers to, for `$defs` of the whole schema."""
    return {
        _schema.HTTP: _schema.field(HTTP_CONFIG),
        **{f"receiver_{key}": _schema.definition(each) for key, each in integrations().items()},
    }


def read(
    name: str, data: Mapping[str, Any], at: At, alertmanager_version: Version
) -> tuple[Receiver, tuple[Diagnostic, ...]]:
    """The receiver, and what is wrong with it. `data` passed the schema; `at` starts at the receiver."""
    problems: list[Diagnostic] = []
    notifiers: list[Notifier] = []
    for key in sorted(data):
        integration = integrations()[key]
        for steps, settings in _channels(key, data[key]):
            problems += _settings.check(integration, settings, functools.partial(at, *steps), alertmanager_version)
            if not problems:
                notifiers.append(Notifier(key, _settings.written(integration, settings)))
    if not data:
        problems.append(
            Diagnostic(
                at(),
                "empty-receiver",
                f"the receiver {shown(name)} tells nobody",
                hint=f"give it an integration, or say '{NONE.name}' where alerts are to be dropped",
            )
        )
    return Receiver(name, tuple(notifiers), at()), tuple(problems)


def _channels(key: str, value: Any) -> Iterator[tuple[tuple[Any, ...], Mapping[str, Any]]]:
    """Each channel of one integration, with the path to it."""
    if isinstance(value, list):
        for index, settings in enumerate(value):
            yield (key, index), settings
    else:
        yield (key,), value
