"""Specs nobody thought of: the good ones become rules that promtool takes, the broken ones a finding with a place."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_specs import FACETS, LABELS, TEXT, WINDOWS, Spec, services

from alertgen import compiler, facets
from alertgen.compiler import Build
from alertgen.reports import machine, text
from alertgen.tools.amtool import check_config
from alertgen.tools.binaries import Binary

TODAY = dt.date(2026, 11, 23)
SCALE = int(os.environ.get("ALERTGEN_TEST_SCALE", "1"))
"""How many times as many specs as by default: `ALERTGEN_TEST_SCALE=20` tries thousands."""
QUICK = settings(
    deadline=None, database=None, max_examples=12 * SCALE, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


@st.composite
def sites(draw: st.DrawFn) -> Spec:
    """The installation."""
    more = {
        "cluster_label": st.sampled_from(("cluster", "k8s_cluster")), "external_labels": LABELS,
        "scrape_interval": st.sampled_from(("15s", "30s", "1m")), "evaluation_interval": st.sampled_from(("15s", "1m")),
        "runbook_base": st.just("https://runbooks.example.com/alerts/"), "team": st.just("web"),
        "sources": st.fixed_dictionaries({"kube-state-metrics": st.dictionaries(st.just("job"), TEXT, min_size=1)}),
        "kubernetes": st.just({"labels": {"example.com/a": "b"}, "namespace": "watch"}),
    }  # fmt: skip
    keys = draw(st.lists(st.sampled_from(list(more)), unique=True))
    return {"site": "prod", **{key: draw(more[key]) for key in keys}}


_CHAT = {"slack": {"api_url_file": "/etc/alertmanager/slack", "channel": "#a"}}
_HOOK = {"webhook": {"url": "https://hook.example.com/"}}


@st.composite
def routings(draw: st.DrawFn) -> Spec:
    """Teams and receivers."""
    more = {"group_wait": WINDOWS, "group_by": st.sampled_from((["..."], ["alertname", "namespace"]))}
    keys = draw(st.lists(st.sampled_from(list(more)), unique=True))
    teams = {
        team: {"ticket": "chat", **({"page": "hook"} if draw(st.booleans()) else {})} for team in ("web", "no", "1e3")
    }
    beat = {"heartbeat": {"receiver": "hook", "every": draw(st.sampled_from(("30s", "5m")))}}
    body = {"default": "chat", **beat, "teams": teams, "receivers": {"chat": _CHAT, "hook": _HOOK}}
    return {"routing": {**body, **{key: draw(more[key]) for key in keys}}}


@st.composite
def specs(draw: st.DrawFn) -> list[Spec]:
    """Some services, with or without the rest."""
    found = draw(st.lists(services(), min_size=1, max_size=3, unique_by=lambda s: s["namespace"]))
    with_routing = draw(st.booleans())
    pools = {"node_pools": {"high": {"label": "label_pool", "value": "high"}}}
    pooled = any("node_pool" in service for service in found)
    site = {**draw(sites()), **(pools if pooled else {})} if pooled or draw(st.booleans()) else None
    return [*found, *([site] if site else []), *([draw(routings())] if with_routing else [])]


def build_of(documents: list[bytes]) -> Build:
    """What comes of files with these texts."""
    return compiler.compile_spec(((f"rules.d/{n}.yaml", t) for n, t in enumerate(documents)), TODAY, "rules.d")


def written(document: Spec) -> bytes:
    """The document as a file of the spec: in JSON, because PyYAML writes YAML 1.1."""
    return json.dumps(document, ensure_ascii=False).replace(" NaN", " .nan").replace(" Infinity", " .inf").encode()


def refusals(build: Build) -> set[str]:
    """What is wrong apart from values that make sense alone and not together."""
    return {d.code for d in build.diagnostics if d.severity == "error"} - {"cannot-work", "no-effect", "unfirable-tier"}


def test_the_good_specs_have_every_key_that_a_service_can_have() -> None:
    assert FACETS.keys() == facets.parts("service").keys()


@pytest.fixture(scope="module")
def heap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the output of all good specs comes together: promtool reads it in one go."""
    return tmp_path_factory.mktemp("heap")


def test_what_is_written_for_a_good_spec_is_taken_by_promtool_and_amtool(
    heap: Path, promtool: Binary, amtool: Binary
) -> None:
    rules: list[Path] = []
    routes: set[bytes] = set()

    @QUICK
    @given(specs())
    def every(documents: list[Spec]) -> None:
        build = build_of([written(document) for document in documents])
        assert set() == refusals(build), text.diagnostics(build.diagnostics)
        if build.failed:
            return
        for artifact in build.artifacts():
            content = artifact.text.encode()
            if artifact.path.startswith("prometheus/"):
                path = heap / f"{len(rules)}.yaml"
                path.write_bytes(content)
                rules.append(path)
            elif artifact.path == "alertmanager/alertmanager.yaml":
                routes.add(content)
            elif artifact.path.endswith(".yaml"):
                assert list(yaml.load_all(content, yaml.CSafeLoader))

    every()
    done = subprocess.run([promtool.path, "check", "rules", *rules], capture_output=True, text=True, check=False)
    assert 0 == done.returncode, (done.stdout + done.stderr)[-3000:]
    for content in sorted(routes)[: 10 * SCALE]:
        path = heap / "alertmanager.yaml"
        path.write_bytes(content)
        assert "" == check_config(amtool, path)


_HOSTILE: tuple[Any, ...] = (
    None, True, -1, 0, 1e999, float("nan"), "", " ", "\n", "a\nb", "web\n", "../../etc", "a/b", '"', "'", "{{ .x }}",
    "{{", "}}", "${x}", "$labels", "a" * 300, "\x1b[31m", "\u202e", "é", "💥", "09:00", "no", "!!python/object", "*a",
    "&a", "<<", [], [[]], {}, {"": ""}, {"a b": 1}, "__name__", "alertname", 10**40, "0x", "1e400%", "٣m",
)  # fmt: skip


def _paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, part in inside for path in _paths(part, (*here, key)))]


def _changed(value: Any, path: tuple[Any, ...], put: Any, *, rename: bool) -> Any:
    if not path:
        return put
    key, rest = path[0], path[1:]
    if isinstance(value, list):
        return [_changed(part, rest, put, rename=rename) if n == key else part for n, part in enumerate(value)]
    if rename and not rest:
        return {(str(put) if k == key else k): v for k, v in value.items()}
    return {k: _changed(v, rest, put, rename=rename) if k == key else v for k, v in value.items()}


def _garbled(raw: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(raw))
    junk = bytes(rng.choice(b"\x00\xff\t:-{}[]\"'&*!|>%@`#\n \r,?") for _ in range(rng.randint(0, 6)))
    return raw[:start] + junk + raw[start + rng.randint(0, 8) :]


def judged(build: Build) -> None:
    """Whatever a spec is like, it is either good to the end, or every finding has a place and can be shown."""
    for found in build.diagnostics:
        assert found.location.path.startswith("rules.d")
        assert found.location.line >= 1
        assert found.location.column >= 1
        assert found.message
    if build.diagnostics:
        shown = click.unstyle(text.diagnostics(build.diagnostics)).replace("\t", " ")
        assert all(line.isprintable() for line in shown.split("\n"))
        for style in machine.FORMATS.values():
            style(build.diagnostics).encode()
    if not build.failed:
        for artifact in build.artifacts():
            artifact.text.encode()


@QUICK
@given(specs(), st.data())
def test_a_hostile_value_or_key_anywhere_is_a_finding_or_harmless(documents: list[Spec], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(documents) - 1))
    path = data.draw(st.sampled_from(_paths(documents[number])[1:]))
    broken = _changed(documents[number], path, data.draw(st.sampled_from(_HOSTILE)), rename=data.draw(st.booleans()))
    judged(build_of([written(broken if n == number else document) for n, document in enumerate(documents)]))


@QUICK
@given(specs(), st.randoms(use_true_random=False))
def test_garbled_bytes_are_a_finding_or_harmless(documents: list[Spec], rng: random.Random) -> None:
    judged(build_of([_garbled(written(document), rng) for document in documents]))


@settings(QUICK, max_examples=15 * SCALE)
@given(services(), st.sampled_from(("service", "namespace", "team")), st.sampled_from(("absent", "wrong", "unknown")))
def test_a_service_without_what_it_needs_or_with_what_nobody_knows_is_refused_with_its_place(
    service: Spec, key: str, how: str
) -> None:
    broken = {
        "absent": {k: v for k, v in service.items() if k != key},
        "wrong": {**service, key: ["a", "list"]},
        "unknown": {**service, f"{key}s": "x"},
    }[how]
    build = build_of([written(broken)])
    assert build.failed
    assert {"rules.d/0.yaml"} == {d.location.path for d in build.diagnostics}
