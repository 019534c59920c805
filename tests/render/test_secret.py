from __future__ import annotations

import datetime as dt
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alertgen.compiler import Build, compile_spec
from alertgen.render import secret
from alertgen.render.secret import MAX_BYTES, render, size
from alertgen.tools import amtool as amtool_program
from alertgen.tools.binaries import Binary
from benchmarks.estate import spec

ASKS = "kubernetes: {alertmanager: {name: main}}"
PATH = "kubernetes/_site/alertmanager.yaml"
ROUTING = """
routing:
  default: {receiver: chat}
  heartbeat: {receiver: chat}
  teams: {web: {page: chat, ticket: chat, log: none}}
  receivers: {chat: {slack: {api_url_file: /etc/alertmanager/secrets/slack/url, channel: "#web"}}}
"""


def build(site: str, routing: str = ROUTING) -> Build:
    files = [
        ("rules.d/site.yaml", f"site: mine\nteam: web\n{site}\n".encode()),
        ("rules.d/routing.yaml", routing.encode()),
        ("rules.d/my-app.yaml", b"service: my-app\nnamespace: shop\nteam: web\n"),
    ]
    return compile_spec(files, dt.date(2026, 11, 24), "rules.d")


def written(site: str) -> dict[str, str]:
    built = build(site)
    assert () == built.diagnostics
    return {artifact.path: artifact.text for artifact in built.artifacts()}


def in_cluster(site: str) -> Any:
    return yaml.safe_load(written(site)[PATH])


def test_who_does_not_ask_gets_no_object_that_would_replace_his_own() -> None:
    assert PATH not in written("")


@pytest.mark.parametrize(
    ("site", "name", "namespace"),
    [
        ("kubernetes: {alertmanager: {name: main}}", "alertmanager-main", "monitoring"),
        ("kubernetes: {namespace: obs, alertmanager: {name: main}}", "alertmanager-main", "obs"),
        ("kubernetes: {alertmanager: {name: main, namespace: am}}", "alertmanager-main", "am"),
        ("kubernetes: {alertmanager: {name: main, secret: my.config}}", "my.config", "monitoring"),
    ],
)
def test_it_is_called_as_the_operator_looks_for_it(site: str, name: str, namespace: str) -> None:
    found = in_cluster(site)
    labels = {"app.kubernetes.io/managed-by": "alertgen"}
    assert {"name": name, "namespace": namespace, "labels": labels} == found.pop("metadata")
    assert {"apiVersion": "v1", "kind": "Secret", "type": "Opaque"} == {
        key: value for key, value in found.items() if key != "stringData"
    }


def test_it_holds_the_plain_files_and_the_templates_are_where_the_operator_puts_them() -> None:
    tree = written(ASKS)
    found = yaml.safe_load(tree[PATH])["stringData"]
    plain = tree["alertmanager/alertmanager.yaml"]
    there = plain.replace("[templates/alertgen.tmpl]", "['/etc/alertmanager/config/alertgen.tmpl']")
    assert plain != there
    assert {"alertmanager.yaml": there, "alertgen.tmpl": tree["alertmanager/templates/alertgen.tmpl"]} == found


def test_a_reviewer_reads_it_as_text() -> None:
    lines = written(ASKS)[PATH].split("\n")
    assert "    - matchers: ['team=\"web\"']" in [line.replace("      -", "    -") for line in lines]


_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t '\":#{}"))


@given(st.dictionaries(st.sampled_from(["alertmanager.yaml", "b.tmpl"]), _TEXTS, min_size=1))
def test_what_is_written_is_what_alertmanager_gets(files: dict[str, str]) -> None:
    found = yaml.safe_load(render("a", "b", files))["stringData"]
    assert {key: text.rstrip("\n") for key, text in files.items()} == {k: v.rstrip("\n") for k, v in found.items()}


def test_alertmanager_loads_it(amtool: Binary, tmp_path: Path) -> None:
    for key, text in in_cluster(ASKS)["stringData"].items():
        tmp_path.joinpath(key).write_text(text.replace(secret.FOLDER, str(tmp_path)), encoding="utf-8")
    assert "" == amtool_program.check_config(amtool, tmp_path / "alertmanager.yaml")
    program = [str(amtool.path), "check-config", "alertmanager.yaml"]
    said = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert re.search(r"1 templates", said.stdout), said.stdout


# --- size --------------------------------------------------------------------------------------------------------


def test_kubernetes_counts_the_decoded_values() -> None:
    assert 5 == size({"alertmanager.yaml": "ü\n", "b": "ä"})


def large(length: int) -> str:
    """A routing with so many bytes of text in templates of its own, each as long as one may be."""
    longest = 60_000
    lengths = [*[longest] * (length // longest), length % longest]
    return ROUTING + "  templates:\n" + "".join(f"    t{n:02}: '{'x' * each}'\n" for n, each in enumerate(lengths))


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
def test_what_no_secret_holds_is_said_where_the_site_asks_for_it(more: int, refused: bool) -> None:
    text = next(a.text for a in build(ASKS, large(1_020_001)).routing_artifacts if a.path == PATH)
    fits = 1_020_001 + MAX_BYTES - size(yaml.safe_load(text)["stringData"])
    said = "the routing is 1,048,577 bytes, and a Secret holds 1,048,576"
    expected = [f"rules.d/site.yaml:3:28: error[too-large]: {said}"] if refused else []
    assert expected == [str(d).split("\n")[0] for d in build(ASKS, large(fits + more)).diagnostics]
    assert () == build("", large(fits + more)).diagnostics, "the plain file has no such limit"


@pytest.mark.long
def test_ten_thousand_services_stay_far_below() -> None:
    asks = "kubernetes: {alertmanager: {name: main}}\n"
    files = [
        (f"rules.d/{name}", (text + asks if name == "site.yaml" else text).encode()) for name, text in spec(10_000)
    ]
    built = compile_spec(files, dt.date(2026, 11, 24), "rules.d")
    (text,) = (artifact.text for artifact in built.routing_artifacts if artifact.path == PATH)
    assert 10_000 == built.counts.services
    assert size(yaml.safe_load(text)["stringData"]) < MAX_BYTES // 8
