"""Services of one shape: what is filled in is what would be rendered; what looks alike and is not, is told apart."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from examples import ROUTING
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_specs import services

from alertgen import compiler, inhibition, schema_words
from alertgen.expand import expand
from alertgen.render import docs, kubernetes, prometheus
from alertgen.render import tests as tests_file
from alertgen.schema import URL_PATTERN
from alertgen.shapes import OPAQUE, shape_of
from alertgen.spec import read_service
from alertgen.testgen.generate import test_file
from alertgen.testgen.situations import scenarios

TODAY = dt.date(2026, 11, 23)

POOLS = {"site": "prod", "node_pools": {"high": {"label": "label_pool", "value": "high"}}}


def _built(data: Mapping[str, Any]) -> compiler.Build:
    documents = [data, *([POOLS] if "node_pool" in data else [])]
    spec = [(f"rules.d/{n}.yaml", json.dumps(document).encode()) for n, document in enumerate(documents)]
    return compiler.compile_spec([*spec, ROUTING], TODAY, "rules.d")


@settings(max_examples=15, deadline=None)
@given(services())
def test_the_filled_template_is_what_rendering_the_service_itself_gives(data: dict[str, Any]) -> None:
    build = _built(data)
    assume(not build.failed)
    files = {artifact.path: artifact.text for artifact in build.artifacts()}
    entry = build.entries[0]
    estate = build.estate
    whole, _ = expand(
        estate.site, read_service(data), estate.patterns, estate.stack(entry.document), TODAY, entry.place
    )
    once, _ = estate.expansion(None)
    pairs = list(inhibition.pairs((*once.alerts, *whole.alerts), whole))
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
            lambda a: estate.told(a.certain_labels),
            lambda a: docs.silence(inhibition.causes(pairs, a, estate.routing.severities)),
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


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("traefik", "http", {"source": "traefik"}),
        ("internal", "expose", "internal"),
        ("high", "node_pool", "high"),
        ("data", "volumes", ["data"]),
        ("dns", "probe", [{"job": "blackbox", "target": "10.0.0.1:53", "kind": "dns"}]),
        ("required", "probes", {"readiness": "required"}),
        ("availability", "slo", [{"name": "availability", "objective": 99}]),
    ],
)
def test_a_service_whose_name_is_a_word_of_the_spec_is_a_service_like_others(name: str, key: str, value: Any) -> None:
    has = {key: value, **({"http": {"source": "traefik"}} if key == "slo" else {})}
    alerts = []
    for service in ("my-app", name):
        build = _built({"service": service, "namespace": "shop", "team": "web", **has})
        assert build.diagnostics == ()
        assert len(list(build.artifacts())) > 5
        alerts.append(build.counts.alerts)
    assert alerts[0] == alerts[1]


def test_a_name_so_long_that_kubernetes_cuts_it_in_other_names_is_cut_there() -> None:
    # The Kubernetes Service may have 63 characters, its EndpointSlices' names keep 58 before the random ones.
    name = "a" * 60
    build = _built({"service": name, "namespace": "shop", "team": "web", "select": "owner", "expose": "internal"})
    (rules,) = (a.text for a in build.artifacts() if a.path == f"prometheus/shop/{name}.yaml")
    assert build.diagnostics == ()
    assert 'endpointslice=~"' + "a" * 58 + "[" in rules


def test_a_facet_that_names_another_service_is_not_taken_for_one_that_names_its_own() -> None:
    own = {"service": "a", "namespace": "x", "team": "t", "replicas": {"hpa": "a"}}
    others = {"service": "b", "namespace": "x", "team": "t", "replicas": {"hpa": "a"}}
    assert shape_of(own)[0] != shape_of(others)[0]
