"""Trying rules with slips in them: does a test notice? Run with promtool, many in a process, each once."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alertgen.diagnostics import AlertgenError
from alertgen.tools import promtool as tool
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache, key
from alertgen.trials import Bench, Changes

_AT_A_TIME = 200
"""Trials for each process between two looks at the clock and the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A rule as changed, on its bench."""

    bench: Bench
    changes: Changes


def noticed(
    promtool: Binary,
    trials: Sequence[Trial],
    cache: Cache,
    *,
    jobs: int,
    timeout: float,
    on_done: Callable[[int], None],
    time_is_over: Callable[[], bool] = lambda: False,
) -> tuple[dict[Trial, bool], tuple[AlertgenError, ...]]:
    """Whether some test fails, for each trial that could be made: not those that a process that went wrong left.

    When time is over, no further ones are begun. `timeout` is for each process, in seconds.
    """
    found: dict[Trial, bool] = {}
    errors: list[AlertgenError] = []
    cut: dict[Bench, tuple[Bench, ...]] = {trial.bench: () for trial in trials}
    for bench in cut:
        cut[bench] = bench.parts()
    waiting, number = list(trials), 0
    while waiting:
        green: list[Trial] = []
        for batch in _batches(waiting, _AT_A_TIME * jobs):
            if time_is_over():
                return found, tuple(errors)
            parts = {Trial(cut[trial.bench][number], trial.changes): trial for trial in batch}
            with tempfile.TemporaryDirectory(prefix="alertgen-", dir=tool.memory_folder(jobs)) as folder:
                red, wrong = _tried(promtool, list(parts), cache, Path(folder), jobs=jobs, timeout=timeout)
            errors += wrong
            for part, is_red in red.items():
                trial = parts[part]
                if is_red or number + 1 == len(cut[trial.bench]):
                    found[trial] = is_red
                else:
                    green.append(trial)
            on_done(len(batch) - sum(1 for part in red if parts[part] not in found))
        waiting, number = green, number + 1
    return found, tuple(errors)


def _batches(trials: Sequence[Trial], size: int) -> Iterator[Sequence[Trial]]:
    return (trials[start : start + size] for start in range(0, len(trials), size))


def _tried(
    promtool: Binary, trials: Sequence[Trial], cache: Cache, folder: Path, *, jobs: int, timeout: float
) -> tuple[dict[Trial, bool], tuple[AlertgenError, ...]]:
    written: dict[Trial, tuple[Path, str]] = {}
    tests: dict[Bench, str] = {}
    for number, trial in enumerate(trials):
        rules = {f"rules-{index}.yaml": text for index, text in enumerate(trial.bench.rule_files(trial.changes))}
        if trial.bench not in tests:
            tests[trial.bench] = trial.bench.tests(list(rules))
        home = folder / str(number)
        home.mkdir()
        for name, text in (rules | {"tests.yaml": tests[trial.bench]}).items():
            (home / name).write_text(text, encoding="utf-8")
        written[trial] = home / "tests.yaml", key(str(promtool), tests[trial.bench], *rules.values())
    known = cache.known(digest for _, digest in written.values())
    costs = {path: trial.bench.cost for trial, (path, digest) in written.items() if digest not in known}
    done, errors = tool.run_test_files(promtool, costs, jobs=jobs, timeout=timeout, on_done=lambda _: None)
    new = {digest: "" if done[path].passed else "x" for path, digest in written.values() if path in done}
    cache.keep(new)
    known |= new
    names = {path: trial.bench.source.path for trial, (path, _) in written.items()}
    found = {trial: bool(known[digest]) for trial, (_, digest) in written.items() if digest in known}
    return found, tool.as_known(errors, names)
