"""Services of one shape: what is filled in is what would be rendered; what looks alike and is not, is told apart."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertgen import compiler, inhibition, schema_words
from alertgen.expand import expand
from alertgen.render import docs, kubernetes, prometheus
from alertgen.render import tests as tests_file
from alertgen.routing import SEVERITIES
from alertgen.schema import URL_PATTERN
from alertgen.shapes import OPAQUE, shape_of
from alertgen.spec import read_service
from alertgen.testgen import scenarios, test_file

TODAY = dt.date(2026, 11, 23)

NAMES = st.from_regex(r"[a-z]([-a-z0-9]{0,30}[a-z0-9])?", fullmatch=True)
SERVICES = st.fixed_dictionaries(
    {"service": NAMES, "namespace": NAMES, "team": st.sampled_from(["web", "Data_1", "x"])},
    optional={
        "kind": st.sampled_from(["Deployment", "StatefulSet", "DaemonSet", "CronJob"]),
        "container": NAMES,
        "select": st.sampled_from(["name", "owner"]),
        "tier": st.sampled_from(["critical", "standard", "batch"]),
        "runbook": st.sampled_from(["https://r.example.com/a?b=%20#c", "http://[::1]/x"]),
        "labels": st.fixed_dictionaries({"app": st.sampled_from(["shop", "my-app"])}),
    },
)


def _built(data: Mapping[str, Any]) -> compiler.Build:
    return compiler.compile_spec([("rules.d/a.yaml", json.dumps(data).encode())], TODAY, "rules.d")


@settings(max_examples=40)
@given(SERVICES)
def test_the_filled_template_is_what_rendering_the_service_itself_gives(data: dict[str, Any]) -> None:
    build = _built(data)
    assert not build.failed
    files = {artifact.path: artifact.text for artifact in build.artifacts()}
    entry = build.entries[0]
    estate = build.estate
    whole, _ = expand(
        estate.site, read_service(data), estate.patterns, estate.stack(entry.document), TODAY, entry.place
    )
    home = f"{data['namespace']}/{data['service']}"
    direct = {
        f"prometheus/{home}.yaml": prometheus.rule_file(whole.groups),
        f"tests/{home}.yaml": tests_file.render(test_file(whole), [f"../../prometheus/{home}.yaml"]),
        f"kubernetes/{home}.yaml": kubernetes.prometheus_rule(
            name=data["service"], namespace=data["namespace"], labels={}, groups=whole.groups,
            expr_block=prometheus.pretty_block,
        ),
        f"docs/{home}.md": docs.page(
            whole,
            lambda a: estate.told(data["team"], a.rule.alert, a.settings.severity),
            lambda a: inhibition.causes(build.pairs(whole), a, SEVERITIES),
            lambda a: scenarios(whole, a),
        ),
    }  # fmt: skip
    for path, expected in direct.items():
        assert expected == files[path].partition("\n")[2]


@pytest.mark.parametrize("key", OPAQUE)
@given(data=st.data())
def test_whatever_is_a_hole_the_schema_accepts(key: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(OPAQUE[key], fullmatch=True))
    pattern = {"team": schema_words.WORD_PATTERN, "runbook": URL_PATTERN, "dashboard": URL_PATTERN}
    assert re.search(pattern.get(key, schema_words.NAME_PATTERN), text)


def test_services_that_differ_in_names_alone_have_one_shape() -> None:
    one = {"service": "a", "namespace": "x", "team": "t", "replicas": {"hpa": "a"}}
    two = {"service": "b", "namespace": "y", "team": "u", "replicas": {"hpa": "b"}}
    assert shape_of(one)[0] == shape_of(two)[0]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "DaemonSet"}, {"tier": "critical"}, {"select": "owner"}, {"labels": {"app": "a"}},
        {"replicas": {"hpa": "b"}}, {"alerts": {"PodNotReady": {"for": "1h"}}}, {"container": "Not A Name"},
        {"runbook": "https://r.example.com/`x`"},
    ],
)  # fmt: skip
def test_services_that_differ_in_anything_else_have_two(change: dict[str, Any]) -> None:
    one = {"service": "a", "namespace": "x", "team": "t", "replicas": {"hpa": "a"}}
    assert shape_of(one)[0] != shape_of(one | change)[0]


def test_a_facet_that_names_another_service_is_not_taken_for_one_that_names_its_own() -> None:
    own = {"service": "a", "namespace": "x", "team": "t", "replicas": {"hpa": "a"}}
    others = {"service": "b", "namespace": "x", "team": "t", "replicas": {"hpa": "a"}}
    assert shape_of(own)[0] != shape_of(others)[0]
