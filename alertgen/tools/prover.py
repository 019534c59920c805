"""Runs the generated tests with the real promtool and amtool: rule files, unit tests, routing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePath

from alertgen.agreement import Proof
from alertgen.promtool_output import Failure
from alertgen.routecases import RouteCase
from alertgen.tools import amtool, promtool
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache, key
from alertgen.verdict import CaseId, Failed


def prove(
    tool: Binary,
    tree: Path,
    tests: Path,
    cache: Cache,
    *,
    jobs: int,
    timeout: float,
    on_done: Callable[[int], None] = lambda _: None,
) -> Proof:
    """Checks the tree's rules with promtool, and proves them by the tests in another folder: a plan's files.

    Tests that have passed before, with the same rules, are not run. `timeout` is for each process, in seconds;
    `on_done` hears of finished files.
    """
    rule_files = sorted(tree.glob("prometheus/*/*.yaml"))
    test_files = sorted(tests.glob("tests/*/*.yaml"))
    checked = promtool.check_rules(tool, rule_files, jobs=jobs, timeout=timeout, on_done=on_done)
    digests = {file: _digest(tool, tests, file) for file in test_files}
    known = cache.known(digests.values())
    fresh = [file for file in test_files if digests[file] not in known]
    on_done(len(test_files) - len(fresh))
    tested = promtool.test_rules(tool, fresh, jobs=jobs, timeout=timeout, on_done=on_done)
    bad = {failure.file for failure in tested.failures}
    cache.keep({digests[cases.path]: str(cases.assertions) for cases in tested.files if cases.path not in bad})
    passed = {file: int(known[digest]) for file, digest in digests.items() if digest in known}
    questions = sorted(tests.glob("asked/*/*.yaml"))
    asked = promtool.test_rules(tool, questions, jobs=jobs, timeout=timeout, on_done=lambda _: None)
    silent = {_below(tests, file, "asked") for file in set(questions) - {cases.path for cases in asked.files}}
    ran = {_below(tests, file, "tests") for file in {*(cases.path for cases in tested.files), *passed}}
    return Proof(
        failed=(
            *(_of_rule_file(tree, r.path, r.problem) for r in checked.files if r.problem),
            *map(_of_test, tested.failures),
        ),
        answers=_by_file(tests, asked.failures),
        errors=(*checked.errors, *tested.errors, *asked.errors),
        rules=sum(r.rules for r in checked.files),
        ran=frozenset(f"tests/{name}" for name in ran - silent),
        assertions=sum(f.assertions for f in tested.files) + sum(passed.values()),
        known=len(passed),
    )


def route(tool: Binary, tree: Path, routes: Iterable[RouteCase]) -> list[Failed]:
    """What amtool finds wrong with the tree's routing: with the configuration, else with whom it would tell."""
    routing_file = tree / "alertmanager" / "alertmanager.yaml"
    if complaint := amtool.check_config(tool, routing_file):
        return [Failed(None, "", "a configuration that amtool accepts", complaint, complaint)]
    asked = ((case, amtool.routes_test(tool, routing_file, case.labels)) for case in routes)
    return [misrouted(case, got) for case, got in asked if got != case.expected]


def _digest(tool: Binary, tests: Path, file: Path) -> str:
    """What stands for a generated test with its rules, which are in a file of the same name."""
    rules = tests / "rules" / file.relative_to(tests / "tests")
    return key("proof", str(tool), file.read_text(encoding="utf-8"), rules.read_text(encoding="utf-8"))


def _below(tests: Path, file: PurePath, kind: str) -> str:
    """A file's name below its folder: that with what is asked is called as that with the tests."""
    return file.relative_to(tests / kind).as_posix()


def _by_file(tests: Path, failures: Iterable[Failure]) -> Mapping[str, tuple[Failure, ...]]:
    found: defaultdict[str, tuple[Failure, ...]] = defaultdict(tuple)
    for failure in failures:
        found[PurePath(failure.file).relative_to(tests).as_posix()] += (failure,)
    return found


def misrouted(case: RouteCase, got: tuple[str, ...]) -> Failed:
    """An alert that reaches others than its team said."""
    labels = case.labels
    who = f"{labels.get('namespace', '_site')}/{labels.get('service', 'cluster')}"
    return Failed(CaseId(who, case.alert, "reaches its team"), "", ", ".join(case.expected), ", ".join(got))


def _of_rule_file(folder: Path, path: PurePath, problem: str) -> Failed:
    return Failed(None, "", "", "", f"{path.relative_to(folder)}: {problem}")


def _of_test(failure: Failure) -> Failed:
    """What promtool says about one assertion, with the scenario that its expression's comment or its group names."""
    named = failure.expr.rpartition(" # ")[2] if failure.expr else failure.group or ""
    case = CaseId.parse(named)
    if case and failure.alertname:
        case = CaseId(case.service, failure.alertname, "")
    if failure.error:
        return Failed(case, failure.at, "a rule that can be evaluated", failure.error, failure.raw)
    return Failed(case, failure.at, failure.expected, failure.got, failure.raw)
