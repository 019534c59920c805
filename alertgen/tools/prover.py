"""Runs the generated tests with the real promtool and amtool: rule files, unit tests, routing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from alertgen.diagnostics import AlertgenError
from alertgen.promtool_output import Failure
from alertgen.routecases import RouteCase
from alertgen.tools import amtool, promtool
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache, key
from alertgen.verdict import CaseId, Failed


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of it. All is well when nothing failed and no process went wrong."""

    failed: tuple[Failed, ...]
    errors: tuple[AlertgenError, ...]
    rules: int
    ran: frozenset[Path]
    """The test files that promtool gave a verdict on."""
    assertions: int
    known: int
    """So many test files passed before, and are the same."""


def prove(
    tool: Binary,
    tree: Path,
    tests: Path,
    cache: Cache,
    *,
    jobs: int,
    timeout: float,
    on_done: Callable[[int], None],
) -> Proof:
    """Checks the tree's rules with promtool, and proves them by the tests in another folder.

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
    failed = [_of_rule_file(tree, r.path, r.problem) for r in checked.files if r.problem]
    failed += [_of_test(f) for f in tested.failures]
    return Proof(
        failed=tuple(failed),
        errors=(*checked.errors, *tested.errors),
        rules=sum(r.rules for r in checked.files),
        ran=frozenset(f.path for f in tested.files) | passed.keys(),
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


def asked(tool: Binary, tests: Path, files: Iterable[str], timeout: float) -> Mapping[Path, tuple[Failure, ...]]:
    """What promtool says in tests that must fail, by file. Errors are told by the tests beside them."""
    paths = [tests / name for name in files]
    run = promtool.test_rules(tool, paths, jobs=1, timeout=timeout, on_done=lambda _: None) if paths else None
    found: dict[Path, tuple[Failure, ...]] = {}
    for failure in run.failures if run else ():
        found[Path(failure.file)] = (*found.get(Path(failure.file), ()), failure)
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
