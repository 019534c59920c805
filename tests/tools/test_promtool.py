"""promtool as it is, in every version there is; and one that fails in ways that the real ones do not show on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alertgen.diagnostics import AlertgenError
from alertgen.tools import promtool as tool
from alertgen.tools.binaries import Binary
from alertgen.tools.promtool import Cases, CheckRun, UnitTestRun

RULES = """\
groups:
- name: g
  rules:
  - alert: Down
    expr: up == 0
    for: 2m
    annotations: {summary: "{{ $labels.job }} is down"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with rules in it, below one whose name is a pattern for promtool."""
    path = tmp_path / "check[out] *" / "golden"
    path.mkdir(parents=True)
    (path / "rules.yaml").write_text(RULES, encoding="utf-8")
    return path


def group(name: str, **cases: object) -> dict[str, object]:
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": 'up{job="a"}', "values": "0x20"}],
        **cases,
    }


def write(folder: Path, name: str, *groups: object, **more: object) -> Path:
    """A test file with these groups."""
    path = folder / name
    document = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": groups} | more
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


FIRES = group("fires", promql_expr_test=[{"expr": "up", "eval_time": "5m", "exp_samples": [{"labels": 'up{job="a"}'}]}])


def wrong(*exprs: str) -> dict[str, object]:
    """A group that expects nothing where there is something."""
    return group("wrong", promql_expr_test=[{"expr": expr, "eval_time": "5m", "exp_samples": []} for expr in exprs])


def run_tests(promtool: Binary, *files: Path, jobs: int = 2, timeout: float = 30) -> UnitTestRun:
    return tool.test_rules(promtool, files, jobs=jobs, timeout=timeout, on_done=lambda _: None)


def run_check(promtool: Binary, *files: Path, jobs: int = 2, timeout: float = 30) -> CheckRun:
    return tool.check_rules(promtool, files, jobs=jobs, timeout=timeout, on_done=lambda _: None)


def test_files_that_pass_are_counted(promtools: Sequence[Binary], folder: Path) -> None:
    files = [write(folder, f"{number}.yaml", *[FIRES] * number) for number in (1, 2, 3)]
    for promtool in promtools:
        assert run_tests(promtool, *files) == UnitTestRun((), (), tuple(map(Cases, files, (1, 2, 3), (1, 2, 3))))


def test_a_failure_tells_its_file_and_expression_in_every_version(promtools: Sequence[Binary], folder: Path) -> None:
    expr = 'count(\n  ALERTS{alertname="Down"}\n) # shop/my-app Down: fires "at once", time: 1m,'
    files = [write(folder, "a.yaml", FIRES), write(folder, "b.yaml", wrong(expr)), write(folder, "c.yaml", FIRES)]
    for promtool in promtools:
        (failure,) = run_tests(promtool, *files).failures
        assert (files[1], expr, "5m") == (failure.file, failure.expr, failure.at)
        assert ("", "{} 1E+00") == (failure.expected, failure.got)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=30), min_size=1
    )
)
def test_a_comment_comes_back_as_it_is(promtools: Sequence[Binary], folder: Path, comments: list[str]) -> None:
    exprs = [f"up # {comment}!" for comment in comments]
    file = write(folder, "comments.yaml", wrong(*exprs), FIRES)
    for promtool in promtools:
        assert exprs == [failure.expr for failure in run_tests(promtool, file).failures]


def test_an_alert_that_differs_tells_both_sides(promtools: Sequence[Binary], folder: Path) -> None:
    labelled = {"exp_labels": {"job": "b"}, "exp_annotations": {"summary": "x"}}
    file = write(
        folder,
        "a.yaml",
        group("g1", alert_rule_test=[{"eval_time": "5m", "alertname": "Down", "exp_alerts": [labelled]}]),
    )
    for promtool in promtools:
        (failure,) = run_tests(promtool, file).failures
        assert ("g1", "Down", "5m") == (failure.group, failure.alertname, failure.at)
        assert failure.expected == '{alertname="Down", job="b"} {summary="x"}'
        assert failure.got == '{alertname="Down", job="a"} {summary="a is down"}'


def test_what_cannot_be_evaluated_or_read_is_a_failure(promtools: Sequence[Binary], folder: Path) -> None:
    (folder / "join.yaml").write_text("groups: [{name: j, rules: [{alert: J, expr: a * on () b}]}]", encoding="utf-8")
    twice = {
        **FIRES,
        "input_series": [{"series": f'{name}{{x="{x}"}}', "values": "1x5"} for name in "ab" for x in "12"],
    }
    files = [
        write(folder, "join_test.yaml", twice, rule_files=["join.yaml"]),
        write(folder, "syntax.yaml", wrong("up{")),
        write(folder, "unknown.yaml", FIRES, nonsense=1),
    ]
    for promtool in promtools:
        in_join, in_expr, in_file = run_tests(promtool, *files).failures
        assert ("J", "0s", files[0]) == (in_join.alertname, in_join.at, in_join.file)
        assert "duplicate series" in in_join.error
        assert "parse error" in in_expr.error
        assert "nonsense" in in_file.error


def test_a_test_that_cannot_fail_is_a_failure(promtools: Sequence[Binary], folder: Path) -> None:
    files = [
        write(folder, "none.yaml"),
        write(folder, "idle.yaml", FIRES, group("asserts nothing")),
        write(folder, "rules missing.yaml", FIRES, rule_files=["rulez*.yaml"]),
    ]
    expected = [
        (files[0], None, "there is no test in this file, so promtool passes it"),
        (files[1], "asserts nothing", "this test group asserts nothing"),
        (files[2], None, "no file match pattern rulez*.yaml"),
    ]
    for promtool in promtools:
        found = [(failure.file, failure.group, failure.error) for failure in run_tests(promtool, *files).failures]
        assert expected == [(file, name, error.replace(f"{folder}/", "")) for file, name, error in found]


def test_files_may_have_names_that_look_like_options(promtool: Binary, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    files = [write(tmp_path, name, FIRES) for name in ("@x.yaml", "--run=y.yaml", "a b.yaml")]
    assert run_tests(promtool, *files, jobs=1) == UnitTestRun((), (), tuple(Cases(file, 1, 1) for file in files))


def test_files_may_be_named_from_the_current_folder(
    promtool: Binary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "tests").mkdir()
    write(folder / "tests", "a.yaml", wrong("up"), rule_files=["../rules.yaml"])
    monkeypatch.chdir(folder)
    (failure,) = run_tests(promtool, Path("tests/a.yaml")).failures
    assert Path("tests/a.yaml") == failure.file


def test_a_file_that_is_not_there_is_an_error(promtool: Binary, folder: Path) -> None:
    with pytest.raises(AlertgenError, match=r"^cannot read .*nowhere.yaml: No such file"):
        run_tests(promtool, folder / "nowhere.yaml")


def test_no_files_are_no_work(promtool: Binary) -> None:
    assert run_tests(promtool) == UnitTestRun((), (), ())
    assert run_check(promtool) == CheckRun((), ())


def test_progress_is_told_until_all_are_done(promtool: Binary, folder: Path) -> None:
    files = [write(folder, f"{number}.yaml", FIRES) for number in range(5)]
    steps: list[int] = []
    tool.test_rules(promtool, files, jobs=2, timeout=30, on_done=steps.append)
    assert len(steps) == 2
    assert sum(steps) == 5


def test_rule_files_are_counted_and_judged_one_by_one(promtools: Sequence[Binary], folder: Path) -> None:
    rule = "{record: a, expr: vector(1)}"
    texts = {
        "lint.yaml": f"groups: [{{name: g, rules: [{rule}, {rule}]}}]",
        "syntax.yaml": "groups: [{name: g, rules: [{alert: A, expr: 'x('}]}]",
        "yaml.yaml": "groups: [",
        "empty.yaml": "",
        "rules 2.yaml": RULES,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    files = [folder / "rules.yaml", *(folder / name for name in texts)]
    for promtool in promtools:
        run = run_check(promtool, *files)
        results = run.files
        assert not run.errors
        assert files == [result.path for result in results]
        assert [1, 0, 0, 0, 0, 1] == [result.rules for result in results]
        problems = [result.problem.splitlines()[0] if result.problem else "" for result in results]
        assert problems == [
            "",
            "lint error 1 duplicate rule(s) found.",
            '1:45: group "g", rule 1, "A": could not parse expression: 1:3: parse error: unclosed left parenthesis',
            "yaml: line 1: did not find expected node content",
            "",
            "",
        ]


SUCCESS = "echo '  SUCCESS'; echo"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("kill -9 $$", r"^promtool was killed by SIGKILL; no result for 2 of 2 files, first .*0.yaml$"),
        (f"{SUCCESS}; kill -9 $$", r"^promtool was killed by SIGKILL; no result for 1 of 2 files, first .*1.yaml$"),
        ("sleep 60", r"^promtool was stopped: it had not finished after 0.5 seconds; no result for 2 of 2 files"),
        ("echo hello", r"^promtool 2.42.0 printed 0 results for 2 files; .*it ended with: hello$"),
        (":", r"printed 0 results for 2 files; .*it ended with: \(it printed nothing\)$"),
        (f"{SUCCESS}; {SUCCESS}; {SUCCESS}", r"printed 3 results for 2 files"),
        (f"{SUCCESS}; {SUCCESS}; exit 1", r"exited with status 1, which contradicts what it printed:"),
        (f"{SUCCESS}; echo '  FAILED:'", r"exited with status 0, which contradicts what it printed:"),
        (
            f"{SUCCESS}; echo 'panic: index out of range'; exit 2",
            r"printed 1 results for 2 files; no result for 1 of 2",
        ),
    ],
)
def test_a_run_that_is_not_to_be_believed_is_an_error(
    body: str, error: str, fake_promtool: Callable[[str], Binary], folder: Path
) -> None:
    files = [write(folder, f"{number}.yaml", FIRES) for number in range(2)]
    result = run_tests(fake_promtool(body), *files, jobs=1, timeout=0.5 if "sleep" in body else 10)
    (raised,) = result.errors
    with pytest.raises(AlertgenError, match=error):
        raise raised


def test_what_was_done_before_and_beside_a_killed_process_is_kept(
    fake_promtool: Callable[[str], Binary], promtool: Binary, folder: Path
) -> None:
    files = [write(folder, f"{number}.yaml", wrong("up")) for number in range(4)]
    # The first process gets 0 and 3: it does the first and dies; the other one does its work.
    kill_one = f"""
        case "$*" in
        *3.yaml) {promtool.path} test rules ./0.yaml; kill -9 $$ ;;
        *) exec {promtool.path} "$@" ;;
        esac"""
    result = run_tests(fake_promtool(kill_one), *files)
    assert files[:3] == [failure.file for failure in result.failures]
    assert files[:3] == [cases.path for cases in result.files]
    assert ["3.yaml"] == [error.message.rpartition("/")[2] for error in result.errors]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("echo hello", r"printed 0 results for 1 files"),
        ("echo \"Checking $5\"; echo '  SUCCESS: 1 rules found'; exit 1", r"status 1, which contradicts"),
        ("echo \"Checking $5\"; echo '  FAILED:'; echo x", r"status 0, which contradicts"),
    ],
)
def test_a_check_that_is_not_to_be_believed_is_an_error(
    body: str, error: str, fake_promtool: Callable[[str], Binary], folder: Path
) -> None:
    (raised,) = run_check(fake_promtool(body), folder / "rules.yaml").errors
    with pytest.raises(AlertgenError, match=error):
        raise raised


def test_promtool_sees_a_clean_environment_and_a_folder_that_is_gone_afterwards(
    fake_promtool: Callable[[str], Binary], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GODEBUG", "x")
    write(folder, "a.yaml", FIRES)
    seen = folder / "seen"
    run_tests(fake_promtool(f'echo "$GODEBUG $TMPDIR" > "{seen}"; touch "$TMPDIR/left"; {SUCCESS}'), folder / "a.yaml")
    debug, scratch = seen.read_text(encoding="utf-8").rstrip("\n").split(" ")
    assert debug == ""
    assert "alertgen-" in scratch
    assert not Path(scratch).exists()


def test_the_databases_are_kept_in_memory_only_when_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tool.memory_folder(1 << 40) is None
    monkeypatch.setattr(tool, "SHARED_MEMORY", Path("/nowhere"))
    assert tool.memory_folder(1) is None
