"""Unit tests → a promtool test file in the notation that 2.42 to 3.x agree on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from alertgen.model import Series
from alertgen.promql import quote
from alertgen.quantity import Duration
from alertgen.render.yamltext import plainest, quoted
from alertgen.testgen.testfile import AlertCase, ExprCase, TestFile, TestGroup
from alertgen.testgen.values import values


def render(tests: TestFile, rule_files: Iterable[str]) -> str:
    """A whole test file without header; `rule_files` are relative to it, as promtool reads them."""
    return "".join(
        (
            f"rule_files: [{', '.join(quoted(f) for f in rule_files)}]\n",
            f"evaluation_interval: {Duration(tests.step)}\n",
            f"group_eval_order: [{', '.join(quoted(g) for g in tests.group_order)}]\n",
            "tests:\n" if tests.groups else "tests: []\n",
            *map(_group, tests.groups),
        )
    )


def _group(group: TestGroup) -> str:
    return "".join(
        (
            f"- name: {quoted(group.name)}\n  interval: {Duration(group.step)}\n  input_series:\n",
            *(_series(s, group) for s in group.series),
            "  alert_rule_test:\n" if group.alert_cases else "",
            *map(_alert_case, group.alert_cases),
            "  promql_expr_test:\n" if group.expr_cases else "",
            *map(_expr_case, sorted(group.expr_cases, key=lambda c: c.at)),
        )
    )


def _series(series: Series, group: TestGroup) -> str:
    labels = ",".join(f"{k}={quote(v)}" for k, v in sorted(series.labels.items()))
    name = f"{series.metric}{{{labels}}}"
    return f"  - series: {plainest(name)}\n    values: {quoted(values(series, group.step, group.until))}\n"


def _alert_case(case: AlertCase) -> str:
    return (
        f"  - eval_time: {Duration(case.at)}\n    alertname: {plainest(case.alert)}\n    exp_alerts:\n"
        f"    - exp_labels:\n{_mapping(case.labels)}      exp_annotations:\n{_mapping(case.annotations)}"
    )


def _mapping(pairs: Mapping[str, str]) -> str:
    return "".join(f"        {plainest(k)}: {quoted(v)}\n" for k, v in pairs.items())


def _expr_case(case: ExprCase) -> str:
    samples = "[]" if case.value is None else f"[{{labels: '{{}}', value: {case.value}}}]"
    return f"  - expr: {plainest(case.expr)}\n    eval_time: {Duration(case.at)}\n    exp_samples: {samples}\n"
