"""promtool's verdicts come back as they are, whatever way the files are run."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alertgen.suite import Verdict
from alertgen.tools import process, suite_runner
from alertgen.tools.binaries import Binary
from alertgen.tools.suite_files import Reader

RULES = """\
groups:
- name: g
  rules:
  - alert: Down
    expr: up == 0
    for: 2m
  - alert: Up
    expr: up == 1
  - record: broken
    expr: up * on () (up > 1)
"""


def run(promtool: Binary, *files: Path, jobs: int = 2, timeout: float = 30) -> list[Verdict]:
    sources = [Reader().source(str(file)) for file in files]
    verdicts, errors = suite_runner.run(promtool, sources, jobs=jobs, timeout=timeout)
    assert () == errors
    return verdicts


def write(folder: Path, name: str, tests: object, rules: str = "rules.yaml") -> Path:
    path = folder / name
    path.write_text(json.dumps({"rule_files": [rules], "evaluation_interval": "1m", "tests": tests}), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "my rules"
    path.mkdir()
    (path / "rules.yaml").write_text(RULES, encoding="utf-8")
    return path


_TIMES = st.sampled_from(["0", "1m", "90s", "2m", "3m", "5m"])
_ALERT = st.builds(
    lambda at, name, expected: {"eval_time": at, "alertname": name, "exp_alerts": expected},
    _TIMES,
    st.sampled_from(["Down", "Up", "Nobody"]),
    st.sampled_from([[], [{"exp_labels": {"job": "a"}}], [{"exp_labels": {"job": "b"}}]]),
)
_EXPR = st.builds(
    lambda at, expr, expected: {"eval_time": at, "expr": expr, "exp_samples": expected},
    _TIMES,
    st.sampled_from(["up", "up == 0", "up[", "ALERTS", "count(\n up\n) # x, time: 1m,"]),
    st.sampled_from([[], [{"labels": 'up{job="a"}', "value": 0}]]),
)
_TEST = st.fixed_dictionaries(
    {
        "interval": st.just("1m"),
        "input_series": st.sampled_from(
            [
                [{"series": 'up{job="a"}', "values": "0x9"}],
                [{"series": 'up{job="a"}', "values": "1 0x9"}],
                [{"series": 'up{job="a"}', "values": "2x9"}, {"series": 'up{job="b"}', "values": "1 1 3x9"}],
            ]
        ),
    },
    optional={
        "name": st.sampled_from(["one", "two, three", "alertname: x"]),
        "alert_rule_test": st.lists(_ALERT, max_size=3),
        "promql_expr_test": st.lists(_EXPR, max_size=2),
    },
)


def _own_words(promtool: Binary, file: Path) -> list[tuple[str, bool]]:
    """What promtool says of each test in its own report, which there is from 2.55 on."""
    report = file.with_name("report.xml")
    command = (str(promtool.path), "test", "--junit", str(report), "rules", "./" + file.name)
    process.run(process.Command(command, process.clean_environment(), cwd=file.parent), timeout=60)
    cases = ET.fromstring(report.read_text(encoding="utf-8")).iter("testcase")  # noqa: S314 - promtool's own
    return [(case.attrib["name"], case.find("failure") is None) for case in cases]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_TEST, min_size=1, max_size=5))
def test_every_test_has_the_verdict_that_promtool_itself_reports(
    promtools: Sequence[Binary], folder: Path, tests: list[object]
) -> None:
    file = write(folder, "t.yaml", tests)
    for promtool in promtools:
        (verdict,) = run(promtool, file)
        groups = verdict.source.tests.groups if verdict.source.tests else ()
        ours = [(group.title, not verdict.of(group)) for group in groups]
        assert verdict.passed == all(passed for _, passed in ours)
        assert all(complaint.group is not None for complaint in verdict.complaints)
        if promtool.version >= (2, 55, 0):
            assert _own_words(promtool, file) == ours


def test_two_tests_alike_of_which_one_fails_are_told_apart(folder: Path, promtool: Binary) -> None:
    silent = [{"eval_time": "5m", "alertname": "Down"}]
    worlds = [[{"series": "up", "values": values}] for values in ("1x9", "0x9", "1x9")]
    file = write(folder, "t.yaml", [{"interval": "1m", "input_series": w, "alert_rule_test": silent} for w in worlds])
    (verdict,) = run(promtool, file)
    assert [1] == [complaint.group for complaint in verdict.complaints]


def test_a_file_run_in_parts_has_the_same_verdict(
    folder: Path, promtool: Binary, monkeypatch: pytest.MonkeyPatch
) -> None:
    tests = [
        {
            "interval": "1m",
            "input_series": [{"series": "up", "values": f"{number % 2}x9"}],
            "alert_rule_test": [{"eval_time": "5m", "alertname": "Down"}],
        }
        for number in range(6)
    ]
    file = write(folder, "t.yaml", tests)
    (whole,) = run(promtool, file, jobs=1)
    monkeypatch.setattr(suite_runner, "_WORTH_SPLITTING", 0.0)
    (parts,) = run(promtool, file)
    assert [0, 2, 4] == [complaint.group for complaint in parts.complaints]
    assert [c.failure.raw for c in whole.complaints] == [c.failure.raw for c in parts.complaints]


def test_rules_in_an_object_are_tested_though_promtool_refuses_them(folder: Path, promtools: Sequence[Binary]) -> None:
    body = "".join(f"  {line}\n" for line in RULES.splitlines())
    text = f"apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {{name: x}}\nspec:\n{body}"
    (folder / "object.yaml").write_text(text, encoding="utf-8")
    fires = {
        "interval": "1m",
        "input_series": [{"series": 'up{job="a"}', "values": "0x9"}],
        "alert_rule_test": [{"eval_time": "5m", "alertname": "Down", "exp_alerts": [{"exp_labels": {"job": "a"}}]}],
    }
    good = write(folder, "good.yaml", [fires], "object.yaml")
    bad = write(folder, "bad.yaml", [fires | {"input_series": []}], "object.yaml")
    for promtool in promtools:
        assert [True, False] == [verdict.passed for verdict in run(promtool, good, bad)]


def test_a_file_that_promtool_does_not_take_fails_as_a_whole(folder: Path, promtools: Sequence[Binary]) -> None:
    file = folder / "t.yaml"
    file.write_text("rule_files: [rules.yaml]\nno_such_key: 1\ntests: [{}]\n", encoding="utf-8")
    for promtool in promtools:
        (verdict,) = run(promtool, file)
        assert not verdict.passed
        assert [None] == [complaint.group for complaint in verdict.complaints]


def test_a_folder_that_promtool_would_take_for_a_pattern_is_none(tmp_path: Path, promtool: Binary) -> None:
    folders = [tmp_path / name for name in ("[out]", "out")]
    for folder in folders:
        folder.mkdir()
        (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    world = [{"series": "up", "values": "0x9"}]
    silent = {"interval": "1m", "input_series": world, "alert_rule_test": [{"eval_time": "5m", "alertname": "Down"}]}
    verdicts = run(promtool, *(write(folder, "t.yaml", [silent]) for folder in folders))
    assert [[0], [0]] == [[complaint.group for complaint in verdict.complaints] for verdict in verdicts]


def test_rule_files_that_match_nothing_do_not_change_the_verdict(folder: Path, promtools: Sequence[Binary]) -> None:
    file = write(folder, "t.yaml", [{"interval": "1m"}], "missing*.yaml")
    for promtool in promtools:
        (verdict,) = run(promtool, file)
        assert verdict.passed


def test_a_test_whose_name_looks_like_promtools_own_words_leaves_the_others_their_verdicts(
    folder: Path, promtool: Binary
) -> None:
    silent = [{"eval_time": "5m", "alertname": "Down"}]
    odd = {"name": "x\n  SUCCESS\n\n  FAILED:\n", "interval": "1m", "alert_rule_test": silent}
    down = odd | {"input_series": [{"series": "up", "values": "0x9"}]}
    files = [write(folder, f"{n}.yaml", [test]) for n, test in enumerate((odd, down, odd))]
    assert [True, False, True] == [verdict.passed for verdict in run(promtool, *files)]


def test_series_that_cannot_be_read_fail_their_own_test_only(
    folder: Path, promtools: Sequence[Binary], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {"interval": "1m", "promql_expr_test": [{"expr": "vector(1) > 2", "eval_time": "1m"}]}
    bad = good | {"input_series": [{"series": "up{", "values": "1"}]}
    file = write(folder, "t.yaml", [good, bad, good])
    for worth_splitting in (0.5, 0.0):
        monkeypatch.setattr(suite_runner, "_WORTH_SPLITTING", worth_splitting)
        for promtool in promtools:
            (verdict,) = run(promtool, file)
            assert [1] == [complaint.group for complaint in verdict.complaints]


@pytest.mark.parametrize(
    ("ending", "words"),
    [("kill -9 $$", "killed by SIGKILL"), ("exec sleep 60", "not finished"), ("echo panic; exit 2", "panic")],
)
def test_a_process_that_goes_wrong_takes_one_file_with_it(
    ending: str, words: str, folder: Path, promtool: Binary, fake_promtool: Callable[[str], Binary]
) -> None:
    fine = {"interval": "1m", "promql_expr_test": [{"expr": "vector(1) > 2", "eval_time": "1m"}]}
    files = [write(folder, f"{number}.yaml", [fine]) for number in range(5)]
    body = f"""shift 2
for file; do
  case $file in *2.yaml) {ending};; esac
  '{promtool.path}' test rules "$file" || exit 1
done"""
    sources = [Reader().source(str(file)) for file in files]
    verdicts, errors = suite_runner.run(fake_promtool(body), sources, jobs=1, timeout=3)
    assert [True, True, False, True, True] == [verdict.finished for verdict in verdicts]
    assert not verdicts[2].passed
    assert any(words in error.message for error in errors)


def test_a_copy_that_is_left_without_a_result_is_told_by_the_name_of_its_file(
    tmp_path: Path, fake_promtool: Callable[[str], Binary]
) -> None:
    folder = tmp_path / "[a]"
    folder.mkdir()
    fine = {"interval": "1m", "promql_expr_test": [{"expr": "vector(1) > 2", "eval_time": "1m"}]}
    file = write(folder, "mine.yaml", [fine])
    (_,), errors = suite_runner.run(fake_promtool("kill -9 $$"), [Reader().source(str(file))], jobs=1, timeout=3)
    assert [f"first {file}"] == [error.message.rpartition(", ")[2] for error in errors]
