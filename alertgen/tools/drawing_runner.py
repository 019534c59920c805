"""Asking promtool for what a picture of a scenario shows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from alertgen.diagnostics import AlertgenError
from alertgen.drawing import Drawing, Sitter, drawn, questions
from alertgen.expand import only
from alertgen.render import prometheus, tests
from alertgen.testgen.testfile import TestFile, TestGroup
from alertgen.tools import promtool as tool
from alertgen.tools.binaries import Binary

_SECONDS_PER_QUESTION = 0.0001


def draw(
    promtool: Binary,
    sitters: Sequence[Sitter],
    *,
    jobs: int,
    timeout: float,
    on_done: Callable[[int], None] = lambda _: None,
) -> tuple[tuple[Drawing | None, ...], tuple[AlertgenError, ...]]:
    """A picture of each sitter, in their order; None for one that promtool, going wrong, left without an answer.

    `timeout` is for each process, in seconds; `on_done` is told how many files more are done.
    """
    asked = [questions(sitter.expansion, sitter.alert, sitter.scenario) for sitter in sitters]
    with tempfile.TemporaryDirectory(prefix="alertgen-", dir=tool.memory_folder(jobs)) as scratch:
        files: dict[Path, int] = {}
        costs: dict[Path, float] = {}
        for number, (sitter, group) in enumerate(zip(sitters, asked, strict=True)):
            path = _write(Path(scratch), number, sitter, group)
            files[path], costs[path] = number, _SECONDS_PER_QUESTION * len(group.expr_cases)
        done, errors = tool.run_test_files(promtool, costs, jobs=jobs, timeout=timeout, on_done=on_done)
    drawings = {
        files[path]: drawn(sitters[files[path]].alert, sitters[files[path]].scenario, asked[files[path]], run.failures)
        for path, run in done.items()
    }
    return tuple(drawings.get(number) for number in range(len(sitters))), errors


def _write(folder: Path, number: int, sitter: Sitter, group: TestGroup) -> Path:
    alone = only(sitter.expansion, sitter.alert.rule.alert)
    rules, path = folder / f"{number}-rules.yaml", folder / f"{number}.yaml"
    rules.write_text(prometheus.rule_file(alone.groups), encoding="utf-8")
    order = tuple(g.name for g in alone.groups)
    file = TestFile(order, int(sitter.expansion.subject.site.evaluation_interval), (group,))
    path.write_text(tests.render(file, [rules.name]), encoding="utf-8")
    return path
