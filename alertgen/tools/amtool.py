"""Running amtool: its check of a configuration, and where that configuration routes an alert."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from alertgen.diagnostics import AlertgenError
from alertgen.tools import process
from alertgen.tools.binaries import Binary

_SECONDS = 60.0


def check_config(amtool: Binary, file: Path) -> str:
    """What amtool finds wrong with an Alertmanager configuration, in its words; empty when it accepts it."""
    completed = _run(amtool, "check-config", str(file.absolute()))
    # Checking 'alertmanager.yaml'  FAILED: undefined receiver "nosuch" used in route
    failed = re.search(r"  FAILED: (.*)", completed.stdout, re.DOTALL)
    if completed.status == 0 and failed is None and "  SUCCESS" in completed.stdout:
        return ""
    if completed.status == 1 and failed is not None:
        return failed[1].strip()
    raise _senseless(amtool, completed)


def routes_test(amtool: Binary, file: Path, labels: Mapping[str, str]) -> tuple[str, ...]:
    """The receivers that an alert with these labels is sent to, in order.

    AlertgenError when amtool does not accept the file. Receivers with a comma in their name cannot be told apart.
    """
    # An empty label is one that the alert does not have.
    pairs = [f'{name}="{_escaped(value)}"' for name, value in labels.items() if value]
    completed = _run(amtool, "config", "routes", "test", f"--config.file={file.absolute()}", *pairs)
    lines = completed.stdout.splitlines()
    if completed.status != 0 or len(lines) != 1:
        raise _senseless(amtool, completed)
    return tuple(lines[0].split(","))


def _run(amtool: Binary, *arguments: str) -> process.Completed:
    # Without HOME it finds no configuration of the user's own.
    command = process.Command((str(amtool.path), *arguments), process.clean_environment())
    return process.run(command, timeout=_SECONDS)


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _senseless(amtool: Binary, completed: process.Completed) -> AlertgenError:
    return AlertgenError(f"{amtool} exited with status {completed.status}: {completed.last_words}")
