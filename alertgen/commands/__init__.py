"""The commands, one file each. A file that exists is a command; nothing is registered by hand."""

from __future__ import annotations

import importlib
import pkgutil

import click


def names() -> list[str]:
    """The commands there are, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def command(name: str) -> click.Command:
    """The command of that name: what its file calls so."""
    found: click.Command = getattr(importlib.import_module(f"{__name__}.{name}"), name)
    return found
