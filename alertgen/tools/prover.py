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
    routes: int


def prove(
    tools: Mapping[str, Binary],
    tree: Path,
    tests: Path,
    routes: Iterable[RouteCase],
    *,
    jobs: int,
    timeout: float,
    on_done: Callable[[int], None],
) -> Proof:
    """Proves the tree by the tests in another folder.

    `timeout` is for each process, in seconds; `on_done` hears of finished files.
    """
    rule_files = sorted(tree.glob("prometheus/*/*.yaml"))
    test_files = sorted(tests.glob("tests/*/*.yaml"))
    checked = promtool.check_rules(tools["promtool"], rule_files, jobs=jobs, timeout=timeout, on_done=on_done)
    tested = promtool.test_rules(tools["promtool"], test_files, jobs=jobs, timeout=timeout, on_done=on_done)
    failed = [_of_rule_file(tree, r.path, r.problem) for r in checked.files if r.problem]
    failed += [_of_test(f) for f in tested.failures]
    routing_file = tree / "alertmanager" / "alertmanager.yaml"
    asked = list(routes)
    complaint = amtool.check_config(tools["amtool"], routing_file)
    if complaint:
        failed.append(Failed(None, "", "a configuration that amtool accepts", complaint, complaint))
        asked = []
    for case in asked:
        got = amtool.routes_test(tools["amtool"], routing_file, case.labels)
        if got != case.expected:
            failed.append(misrouted(case, got))
    return Proof(
        failed=tuple(failed),
        errors=(*checked.errors, *tested.errors),
        rules=sum(r.rules for r in checked.files),
        ran=frozenset(f.path for f in tested.files),
        assertions=sum(f.assertions for f in tested.files),
        routes=len(asked),
    )


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
