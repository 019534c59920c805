"""A service with one key more, as somebody would write it: read, or told what is wrong with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from examples import ROUTING

from alertgen import compiler, spec
from alertgen.facet import Part
from alertgen.model import Service


def service(**more: Any) -> Service:
    """my-app in shop, with these keys of the spec."""
    return spec.read_service({"service": "my-app", "namespace": "shop", "team": "web", **more})


def part_problems(part: Part, value: str) -> list[str]:
    """What is said of a spec in whose third line the key has this value, in YAML."""
    text = f"service: my-app\nnamespace: shop\n{part.key}: {value}\nteam: web\n"
    build = compiler.compile_spec([("x.yaml", text.encode()), ROUTING], dt.date(2026, 11, 23), "rules.d")
    return [str(problem) for problem in build.diagnostics]
