from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from examples import expansion, service
from hypothesis import given
from hypothesis import strategies as st

from alertgen.model import AlertingRule, Kind, RecordingRule, RuleGroup, Select, Site
from alertgen.promql import Selector, pretty, quote
from alertgen.quantity import Duration
from alertgen.render.prometheus import rule_file
from alertgen.tools.binaries import Binary
from alertgen.tools.promtool import check_rules


def rule(**changes: Any) -> AlertingRule:
    found: dict[str, Any] = {
        "alert": "Down",
        "expr": "up == 0",
        "for_": Duration(300),
        "keep_firing_for": Duration(0),
        "labels": {},
        "annotations": {},
    }
    return AlertingRule(**found | changes)


def read(*rules: AlertingRule | RecordingRule, name: str = "shop/my-app") -> Any:
    return yaml.safe_load(rule_file([RuleGroup(name=name, rules=rules)]))


def test_a_rule_file_is_what_prometheus_documents() -> None:
    group = RuleGroup(
        name="shop/my-app",
        rules=(
            RecordingRule(record="a:b:c", expr="max(up)", labels={"workload": "my-app"}),
            rule(keep_firing_for=Duration(60), labels={"severity": "critical"}, annotations={"summary": 'a "b"'}),
        ),
    )
    expected = """\
groups:
- name: "shop/my-app"
  rules:
  - record: a:b:c
    expr: |
      max(up)
    labels:
      workload: "my-app"
  - alert: Down
    expr: |
      up == 0
    for: 5m
    keep_firing_for: 1m
    labels:
      severity: "critical"
    annotations:
      summary: "a \\"b\\""
"""
    assert expected == rule_file([group])


def test_what_is_not_said_is_not_written() -> None:
    assert {"alert": "Down", "expr": "up == 0\n"} == read(rule(for_=Duration(0)))["groups"][0]["rules"][0]


def test_without_groups_there_is_an_empty_list() -> None:
    assert {"groups": []} == yaml.safe_load(rule_file([]))


texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t\x7f\x85"), max_size=20)
names = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True) | st.sampled_from(["on", "yes", "null", "n"])


@given(st.dictionaries(names, texts), st.dictionaries(names, texts), texts)
def test_labels_annotations_and_expressions_read_back(
    labels: dict[str, str], annotations: dict[str, str], value: str
) -> None:
    expr = Selector.of("up", {"a": value}).text
    found = read(rule(expr=expr, labels=labels, annotations=annotations), name=value)["groups"][0]
    assert value == found["name"]
    assert labels == found["rules"][0].get("labels", {})
    assert annotations == found["rules"][0].get("annotations", {})
    assert pretty(expr) == found["rules"][0]["expr"].removesuffix("\n")


@pytest.mark.parametrize("alert", ["Yes", "On", "NULL", "Y", "True"])
def test_an_alert_called_like_a_yaml_word_keeps_its_name(alert: str) -> None:
    assert alert == read(rule(alert=alert))["groups"][0]["rules"][0]["alert"]


def test_promtool_reads_the_rules_of_every_kind(promtools: tuple[Binary, ...], tmp_path: Path) -> None:
    hostile = Site(sources={"kube-state-metrics": {"job": 'a "quoted" \\ back\u2028slash'}})
    expansions = [expansion(service(kind=kind, select=select)) for kind in Kind for select in Select]
    expansions += [expansion(None), expansion(service(labels={"on": "x", "y": quote("\n")}), hostile)]
    files = []
    for number, found in enumerate(expansions):
        files.append(tmp_path / f"{number}.yaml")
        files[-1].write_text(rule_file(found.groups), encoding="utf-8")
    for promtool in promtools:
        run = check_rules(promtool, files, jobs=1, timeout=60, on_done=lambda _: None)
        assert ((), []) == (run.errors, [file.problem for file in run.files if file.problem])
        assert [len(found.records) + len(found.alerts) for found in expansions] == [file.rules for file in run.files]
