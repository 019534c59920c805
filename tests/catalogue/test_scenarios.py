"""Every pattern of the catalogue holds in its own scenarios, whatever the kind, the selection, the pace, the values."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import pytest
from settings import RefusedError, expansion

from alertgen.expand import Expansion
from alertgen.model import Kind, Select
from alertgen.pattern import COUNT, DURATION, LATENCY, NUMBER, RATIO, SHARE, WINDOW, Pattern
from alertgen.patterns import catalogue
from alertgen.render import prometheus
from alertgen.render import tests as tests_file
from alertgen.testgen.generate import test_file as generated_tests
from alertgen.testgen.situations import scenarios
from alertgen.tools.binaries import Binary
from alertgen.tools.promtool import test_rules as run_tests

ODD: dict[str, tuple[Any, ...]] = {
    COUNT.name: (1, 7),
    RATIO.name: ("0.1%", "33%", "100%"),
    SHARE.name: ("0.1%", "33%", "99%"),
    NUMBER.name: (1, 250),
    LATENCY.name: ("20ms", "70s"),
    DURATION.name: ("7m", "3h"),
    WINDOW.name: ("10m", "3h"),
}
"""Values at which nobody looked while the scenarios were written."""


def _odd(pattern: Pattern) -> Iterator[tuple[str, Expansion]]:
    """One parameter after the other at odd values; no `for`, and long ones; other paces. Not what is refused."""
    tried: list[dict[str, Any]] = [{"for": "0s", "keep_firing_for": "0s"}, {"for": "1h10m", "keep_firing_for": "7m"}]
    tried += ({"for": each} for each in ("5m", "20m", "50m"))
    for name, parameter in pattern.parameters().items():
        tried += ({name: value} for value in ODD[parameter.metadata["quantity"].name])
    for settings in tried:
        yield from _unless_refused(pattern, f"{settings}", settings=settings)
    for interval in (15, 45, 60):
        yield from _unless_refused(pattern, f"each {interval}s", interval=interval)


def _unless_refused(pattern: Pattern, name: str, **how: Any) -> Iterator[tuple[str, Expansion]]:
    with contextlib.suppress(RefusedError):
        yield f"{pattern.alert}, {name}", expansion(pattern, **how)


def _diagonal(pattern: Pattern) -> Iterator[tuple[str, Expansion]]:
    """Each kind, each way to find pods, one cluster and several: each of them once or twice, not all their products."""
    kinds: tuple[Kind | None, ...] = (None,) if pattern.once_per_cluster else pattern.kinds
    for number in range(max(len(kinds), 2)):
        kind = kinds[number % len(kinds)]
        select = list(Select)[number % 2] if kind else Select.NAME
        clusters = "cluster" if number in {1, 2} else ""
        yield (
            f"{pattern.alert}, {kind} by {select}, {clusters}",
            expansion(pattern, kind, select, cluster_label=clusters),
        )


def _held(cases: Iterator[tuple[str, Expansion]], promtool: Binary, folder: Path) -> None:
    """Runs the generated tests of each, all in as few processes as there are cores."""
    names: dict[PurePath, str] = {}
    for number, (name, whole) in enumerate(cases):
        home = folder / str(number)
        home.mkdir()
        (home / "rules.yaml").write_text(prometheus.rule_file(whole.groups), encoding="utf-8")
        tests = home / "tests.yaml"
        tests.write_text(tests_file.render(generated_tests(whole), ["rules.yaml"]), encoding="utf-8")
        names[tests] = name
    run = run_tests(promtool, list(map(Path, names)), jobs=1, timeout=600, on_done=lambda _: None)
    assert not run.errors
    assert [] == [f"{names[f.file]}: {f.raw}" for f in run.failures if f.file]


@pytest.mark.parametrize("alert", catalogue())
def test_its_scenarios_hold(alert: str, promtool: Binary, tmp_path: Path) -> None:
    *_, last = _diagonal(catalogue()[alert])
    _held(iter([last]), promtool, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("alert", catalogue())
def test_they_hold_with_every_promtool(alert: str, promtools: tuple[Binary, ...], tmp_path: Path) -> None:
    for number, promtool in enumerate(promtools):
        folder = tmp_path / str(number)
        folder.mkdir()
        _held(_diagonal(catalogue()[alert]), promtool, folder)


@pytest.mark.long
@pytest.mark.parametrize("alert", catalogue())
def test_they_hold_for_odd_values_and_at_every_pace(alert: str, promtools: tuple[Binary, ...], tmp_path: Path) -> None:
    # Where a range begins is what changed between the major versions; the oldest and the newest tell.
    for promtool in {promtools[0], promtools[-1]}:
        folder = tmp_path / str(promtool.version[0])
        folder.mkdir()
        _held(_odd(catalogue()[alert]), promtool, folder)


def test_a_promise_of_pods_is_kept_for_every_kind(promtool: Binary, tmp_path: Path) -> None:
    pattern = catalogue()["WorkloadDegraded"]
    cases = ((f"{kind}", expansion(pattern, kind, Select.NAME, replicas={"min": 3})) for kind in pattern.kinds)
    _held(cases, promtool, tmp_path)


@pytest.mark.parametrize("alert", catalogue())
def test_it_fires_in_one_of_its_scenarios_and_is_silent_in_another(alert: str) -> None:
    whole = expansion(catalogue()[alert])
    names = [scenario.name for scenario in scenarios(whole, whole.alerts[0])]
    assert any(name.startswith("fires ") for name in names)
    assert alert == "Watchdog" or any(name.startswith("silent ") for name in names)
    assert sorted(set(names)) == sorted(names)
