"""One promtool test file: its groups, their series, and what is asked of the alerts when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alertgen.model import Series


@dataclass(frozen=True, slots=True)
class AlertCase:
    """What fires at an instant, word for word (`alert_rule_test`)."""

    at: int
    alert: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExprCase:
    """What an expression gives at an instant: one sample without labels, or nothing (`promql_expr_test`).

    The comment at the end of `expr` names the scenario: promtool repeats the expression of a case that fails, and on
    2.x nothing else that would tell where it belongs.
    """

    at: int
    expr: str
    value: str | None


@dataclass(frozen=True, slots=True)
class TestGroup:
    """One promtool test: series, and what must be true of the alerts at which instants (seconds)."""

    __test__ = False  # for pytest, which takes classes of this name for its own

    name: str
    series: tuple[Series, ...]
    step: int
    until: int
    alert_cases: tuple[AlertCase, ...]
    expr_cases: tuple[ExprCase, ...]


@dataclass(frozen=True, slots=True)
class TestFile:
    """The tests of one rule file."""

    __test__ = False

    group_order: tuple[str, ...]
    step: int
    groups: tuple[TestGroup, ...]
