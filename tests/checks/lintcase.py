"""An alert made for a lint to look at, and what the lint says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from alertgen.checks import Context, Finding, lints
from alertgen.diagnostics import Location
from alertgen.expand import Expansion, expand
from alertgen.model import Kind, RecordingRule, Scenario, Service, Site
from alertgen.pattern import WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr
from alertgen.quantity import Duration
from alertgen.spec import Layer
from alertgen.subject import Subject
from alertgen.world import World

SERVICE = Service(
    name="my-app", namespace="shop", team="web", tier="standard", kind=Kind.DEPLOYMENT, container="app",
    labels={"app": "shop"}, runbook="https://runbooks.example.com/my-app",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("5m", "what it looks at", WINDOW)
    pause: Duration = param("1h", "something else", WINDOW)


def alert(
    expr: str,
    *,
    site: Site | None = None,
    level: Level = Level.WORKLOAD,
    severity: str = "warning",
    record: str = "",
    summary: str = "text",
    description: str = "text",
    pattern_annotations: Mapping[str, str] | None = None,
    **override: Any,
) -> Expansion:
    """One alert, called Example, of a service; `override` is what the service says about it."""

    def expression(_subject: Subject, _params: Params) -> Expr:
        return Expr(expr)

    def scenarios(_world: World, _params: Params) -> Iterator[Scenario]:
        return iter(())

    pattern = Pattern(
        alert="Example", pack="test", level=level, severity=severity, for_="0s", params=Params, expr=expression,
        scenarios=scenarios, summary=summary, description=description, annotations=pattern_annotations or {},
        runbook=Runbook(meaning="", diagnosis=(), mitigation=()),
    )  # fmt: skip
    said = {key.rstrip("_"): value for key, value in override.items()}
    layer = Layer("service", {"Example": said} if said else {}, lambda *_: None)
    service = None if level is Level.CLUSTER else SERVICE
    made, problems = expand(
        site or Site(), service, {"Example": pattern}, [layer], dt.date(2026, 1, 1), Location("test", 1, 1)
    )
    assert not problems
    return replace(made, records=(RecordingRule(record="a:record", expr=record),)) if record else made


def findings(code: str, expansion: Expansion) -> tuple[Finding, ...]:
    """What one lint finds."""
    return tuple(lints()[code].check(Context(expansion)))


def messages(code: str, expansion: Expansion) -> list[str]:
    """What it says, hints left out."""
    return [finding.message for finding in findings(code, expansion)]
