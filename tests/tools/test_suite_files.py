"""Files of others are found as promtool finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertgen.diagnostics import AlertgenError
from alertgen.tools.binaries import Binary
from alertgen.tools.promtool import run_test_files
from alertgen.tools.suite_files import Reader, expand

RULES = "groups:\n- name: {name}\n  rules: [{{alert: {name}, expr: vector(1)}}]\n"
FILES = ("a.yaml", "b.yaml", ".hidden.yaml", "sub/c.yaml", "sub/deep/d.yaml", "x[1].yaml", "e-f.yaml", "sub/.d/g.yaml")
PATTERNS = (
    "a.yaml", "./a.yaml", "*.yaml", "**/*.yaml", "sub/*/d.yaml", "[ab].yaml", "[^a].yaml", "?.yaml",
    "x\\[1\\].yaml", "x[1].yaml", "nothing*.yaml", "missing.yaml", "e-?.yaml", "sub/../a.yaml", "*/*.yaml",
    "../rules/b.yaml", "su[a-c]/c.yaml", "*.y[!x]ml",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, name in enumerate(FILES):
        path = tmp_path / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RULES.format(name=f"A{number}"), encoding="utf-8")
    return tmp_path / "rules"


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_of_rule_files_matches_what_promtool_matches(pattern: str, folder: Path, promtool: Binary) -> None:
    path = folder / "t.test"
    cases = "".join(f"  - {{eval_time: 1m, alertname: A{number}}}\n" for number in range(len(FILES)))
    path.write_text(f"rule_files: ['{pattern}']\ntests:\n- interval: 1m\n  alert_rule_test:\n{cases}", encoding="utf-8")
    done, errors = run_test_files(promtool, {path: 1.0}, jobs=1, timeout=30, on_done=lambda _: None)
    assert not errors
    loaded = {failure.alertname for failure in done[path].failures}
    source = Reader().source(str(path))
    assert loaded == {rule.name for rule in source.loaded}
    assert bool(source.unmatched) == (not loaded)


def test_what_a_user_means_may_be_in_any_folder_below(folder: Path) -> None:
    found = expand([f"{folder}/**/*.yaml", f"{folder}/a.yaml"])
    assert {"a.yaml", "b.yaml", "c.yaml", "d.yaml"} <= {Path(path).name for path in found}
    assert len(found) == len(set(found))


def test_a_pattern_without_files_is_refused(folder: Path) -> None:
    with pytest.raises(AlertgenError, match="no file matches"):
        expand([f"{folder}/*.yml"])


def test_what_is_no_yaml_is_told_once_and_kept(folder: Path) -> None:
    (folder / "bad.yaml").write_text("groups: [\n", encoding="utf-8")
    (folder / "t.yaml").write_text("rule_files: [bad.yaml]\ntests: []\n", encoding="utf-8")
    reader = Reader()
    assert () == reader.source(str(folder / "t.yaml")).rules
    reader.source(str(folder / "t.yaml"))
    assert ["syntax"] == [problem.code for problem in reader.problems]
