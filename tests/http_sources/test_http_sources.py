"""Every pattern about requests holds for every source that counts them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from settings import expansion

from alertgen.expand import Expansion
from alertgen.facets.http import HTTP
from alertgen.http_sources import sources
from alertgen.model import Kind, Select
from alertgen.pattern import Pattern
from alertgen.patterns import catalogue
from alertgen.render import prometheus
from alertgen.render import tests as tests_file
from alertgen.testgen.generate import test_file as generated_tests
from alertgen.tools.binaries import Binary
from alertgen.tools.promtool import test_rules as run_tests

ABOUT_REQUESTS = [alert for alert, pattern in catalogue().items() if pattern.facet and pattern.facet.key == HTTP.key]


CLASSIC, NATIVE = ([name for name, source in sources().items() if source.native is native] for native in (False, True))
FIRST = "ingress-nginx"
"""What holds for one source mostly does for all: the others take their time in `make matrix`."""


def _one_at_once(names: Iterable[str]) -> list[object]:
    return [name if name == FIRST else pytest.param(name, marks=pytest.mark.long) for name in names]


@pytest.mark.parametrize("source", _one_at_once(CLASSIC))
@pytest.mark.parametrize("alert", ABOUT_REQUESTS)
def test_a_pattern_holds_for_every_source(alert: str, source: str, promtool: Binary, tmp_path: Path) -> None:
    _holds(catalogue()[alert], source, promtool, tmp_path)


@pytest.mark.parametrize("source", NATIVE)
@pytest.mark.parametrize("alert", ABOUT_REQUESTS)
def test_a_pattern_holds_for_native_histograms_where_they_exist(
    alert: str, source: str, promtools: tuple[Binary, ...], tmp_path: Path
) -> None:
    for number, promtool in enumerate(_new_enough(promtools, source)):
        _holds(catalogue()[alert], source, promtool, tmp_path / str(number))


@pytest.mark.parametrize("source", _one_at_once(sources()))
def test_an_objective_for_latency_holds_for_every_source(
    source: str, promtools: tuple[Binary, ...], tmp_path: Path
) -> None:
    slo = {"name": "latency", "objective": 99, "below": "500ms"}
    for number, promtool in enumerate(_new_enough(promtools, source)):
        home = tmp_path / str(number)
        home.mkdir()
        http = {"source": source, "buckets": ["250ms", "500ms", "1s"]}
        if sources()[source].native:
            del http["buckets"]
        whole = expansion(catalogue()["SloErrorBudgetBurn"], http=http, slo=[slo])
        assert [] == _failures(promtool, [_written(whole, home)])


def _new_enough(promtools: tuple[Binary, ...], source: str) -> list[Binary]:
    """Those that can write down what the source counts; when there is none, the test says so."""
    since = sources()[source].since
    found = [promtool for promtool in promtools if promtool.version >= since]
    if not found:
        pytest.skip(f"no promtool here is {'.'.join(map(str, since))} or newer: {', '.join(map(str, promtools))}")
    return found


def _holds(pattern: Pattern, source: str, promtool: Binary, folder: Path) -> None:
    sample = dict(pattern.facet.sample["http"]) if pattern.facet else {}
    own = sources()[source]
    spec = {**sample, "source": source, own.key: "my-route"}
    ways = [spec]
    if own.honors_labels is not None:
        ways.append({**spec, "honor_labels": not own.honors_labels})
    files = []
    for number, http in enumerate(ways):
        for label in ("", "cluster"):
            whole = expansion(pattern, Kind.DEPLOYMENT, Select.NAME, cluster_label=label, http=http)
            home = folder / f"{number}{label}"
            home.mkdir(parents=True)
            files.append(_written(whole, home))
    assert [] == _failures(promtool, files)


def _written(whole: Expansion, home: Path) -> Path:
    (home / "rules.yaml").write_text(prometheus.rule_file(whole.groups), encoding="utf-8")
    (home / "tests.yaml").write_text(tests_file.render(generated_tests(whole), ["rules.yaml"]), encoding="utf-8")
    return home / "tests.yaml"


def _failures(promtool: Binary, files: list[Path]) -> list[str]:
    run = run_tests(promtool, files, jobs=1, timeout=600, on_done=lambda _: None)
    assert not run.errors
    return [failure.raw for failure in run.failures]
