from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from examples import expansion
from hypothesis import given
from hypothesis import strategies as st

from alertgen.model import Hold, Series
from alertgen.promql import quote
from alertgen.render.prometheus import rule_file
from alertgen.render.tests import render
from alertgen.testgen.generate import test_file
from alertgen.testgen.testfile import AlertCase, ExprCase, TestFile, TestGroup
from alertgen.tools.binaries import Binary
from alertgen.tools.promtool import test_rules as run_tests

GROUP = TestGroup(
    name="shop/my-app Down: fires at once",
    series=(Series("up", {"job": "a", "instance": "x"}, (Hold("1", 60), Hold("0"))),),
    step=30,
    until=120,
    alert_cases=(AlertCase(90, "Down", {"severity": "critical"}, {"summary": 'it is "down"'}),),
    expr_cases=(ExprCase(120, 'count(ALERTS{alertname="Down"}) # x', "1"), ExprCase(60, "up # y", None)),
)
FILE = TestFile(group_order=("shop/my-app",), step=30, groups=(GROUP,))


def read(tests: TestFile) -> Any:
    return yaml.safe_load(render(tests, ["../rules.yaml"]))


def test_a_test_file_uses_the_notation_that_all_versions_share() -> None:
    expected = """\
rule_files: ["../rules.yaml"]
evaluation_interval: 30s
group_eval_order: ["shop/my-app"]
tests:
- name: "shop/my-app Down: fires at once"
  interval: 30s
  input_series:
  - series: 'up{instance="x",job="a"}'
    values: "1x1 0x5"
  alert_rule_test:
  - eval_time: 1m30s
    alertname: Down
    exp_alerts:
    - exp_labels:
        severity: "critical"
      exp_annotations:
        summary: "it is \\"down\\""
  promql_expr_test:
  - expr: 'up # y'
    eval_time: 1m
    exp_samples: []
  - expr: 'count(ALERTS{alertname="Down"}) # x'
    eval_time: 2m
    exp_samples: [{labels: '{}', value: 1}]
"""
    assert expected == render(FILE, ["../rules.yaml"])


def test_what_a_group_does_not_ask_is_not_written() -> None:
    silent = replace(GROUP, alert_cases=(), expr_cases=GROUP.expr_cases[:1])
    assert {"name", "interval", "input_series", "promql_expr_test"} == set(
        read(replace(FILE, groups=(silent,)))["tests"][0]
    )


def test_without_groups_there_is_an_empty_list() -> None:
    assert [] == read(replace(FILE, groups=()))["tests"]


texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t\x7f\x85"), max_size=20)
names = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True) | st.sampled_from(["on", "yes", "null", "n"])
mappings = st.dictionaries(names, texts, max_size=4)


@given(labels=mappings, annotations=mappings, text=texts, alert=st.sampled_from(["Down", "Yes", "NULL"]))
def test_whatever_it_says_reads_back(
    labels: Mapping[str, str], annotations: Mapping[str, str], text: str, alert: str
) -> None:
    group = replace(
        GROUP,
        name=text,
        series=(Series("up", labels, (Hold("1"),)),),
        alert_cases=(AlertCase(0, alert, labels, annotations),),
        expr_cases=(ExprCase(0, text, "1"),),
    )
    found = read(replace(FILE, groups=(group,)))["tests"][0]
    assert text == found["name"]
    inner = ",".join(f"{name}={quote(value)}" for name, value in sorted(labels.items()))
    assert f"up{{{inner}}}" == found["input_series"][0]["series"]
    case = found["alert_rule_test"][0]
    assert alert == case["alertname"]
    wanted = {"exp_labels": labels or None, "exp_annotations": annotations or None}
    assert [wanted] == case["exp_alerts"]
    assert text == found["promql_expr_test"][0]["expr"]


def test_promtool_takes_odd_words_and_labels(promtools: tuple[Binary, ...], tmp_path: Path) -> None:
    odd = {"on": "yes", "quoted": 'a "b" \\ c', "lines": "one\ntwo\ttabbed", "hidden": "\u2028\u202e\x7f"}
    overrides = {"Watchdog": {"labels": odd, "annotations": {"null": "n", **odd}}}
    found = expansion(None, alerts=overrides)
    (tmp_path / "rules.yaml").write_text(rule_file(found.groups), encoding="utf-8")
    path = tmp_path / "tests.yaml"
    path.write_text(render(test_file(found), ["rules.yaml"]), encoding="utf-8")
    for promtool in promtools:
        run = run_tests(promtool, [path], jobs=1, timeout=60, on_done=lambda _: None)
        assert ((), ()) == (run.errors, run.failures)
