"""A slip is noticed or not: run with promtool, once for the same content, and not beyond the time there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from alertgen import yamlnode
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache
from alertgen.tools.suite_files import Reader
from alertgen.tools.trial_runner import Trial, noticed
from alertgen.trials import Bench, bench

RULES = "groups: [{name: g, rules: [{alert: Down, expr: up == 0, for: 2m}]}]\n"
TESTS = """\
rule_files: [r.yaml]
tests:
- interval: 1m
  input_series: [{series: up, values: 0x9}]
  alert_rule_test: [{eval_time: 2m, alertname: Down, exp_alerts: [{}]}]
"""


@pytest.fixture
def stand(tmp_path: Path) -> Bench:
    (tmp_path / "r.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "t.yaml").write_text(TESTS, encoding="utf-8")
    source = Reader().source(str(tmp_path / "t.yaml"))
    found = bench(source, source.loaded[0])
    assert found
    return found


def trials(stand: Bench) -> dict[str, Trial]:
    changed = {"right": {}, "longer": {"for": yamlnode.scalar("3m")}, "shorter": {"for": yamlnode.scalar("1m")}}
    return {name: Trial(stand, changes) for name, changes in changed.items()}


def run(promtool: Binary, tried: dict[str, Trial], cache: Cache, *, over: bool = False) -> dict[str, bool]:
    found, errors = noticed(
        promtool, list(tried.values()), cache, jobs=1, timeout=30, on_done=lambda _: None, time_is_over=lambda: over
    )
    assert () == errors
    return {name: found[trial] for name, trial in tried.items() if trial in found}


def test_what_a_test_notices_is_red_and_what_none_does_is_green(stand: Bench, promtool: Binary) -> None:
    with Cache(None) as cache:
        assert {"right": False, "longer": True, "shorter": False} == run(promtool, trials(stand), cache)


def test_the_same_trial_is_made_once(
    stand: Bench, promtool: Binary, fake_promtool: Callable[[str], Binary], tmp_path: Path
) -> None:
    with Cache(tmp_path / "cache") as cache:
        first = run(promtool, trials(stand), cache)
        assert first == run(fake_promtool("exit 9"), trials(stand), cache)


def test_when_time_is_over_nothing_is_begun(stand: Bench, promtool: Binary) -> None:
    with Cache(None) as cache:
        assert {} == run(promtool, trials(stand), cache, over=True)


def test_a_promtool_that_goes_wrong_leaves_trials_unknown(stand: Bench, fake_promtool: Callable[[str], Binary]) -> None:
    with Cache(None) as cache:
        found, errors = noticed(
            fake_promtool("kill -9 $$"), list(trials(stand).values()), cache, jobs=1, timeout=30, on_done=lambda _: None
        )
    assert {} == found
    assert any("SIGKILL" in error.message for error in errors)
    assert {f"first {stand.source.path}"} == {error.message.rpartition(", ")[2] for error in errors}
