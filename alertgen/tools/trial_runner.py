"""Trying rules with slips in them: does a test notice? Run with promtool, many in a process, each once."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from alertgen.diagnostics import AlertgenError
from alertgen.tools import promtool as tool
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache, key
from alertgen.trials import Bench, Changes

_AT_A_TIME = 50
"""Trials for each process between two looks at the clock: a few seconds."""


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
    """Whether some test fails that the right rule passes, for each trial of which that can be said.

    It cannot where the right rule fails its tests itself, or a process went wrong. When time is over, no further ones
    are begun. `timeout` is for each process, in seconds; `on_done` is told how many trials more are done.
    """
    found: dict[Trial, bool] = {}
    errors: list[AlertgenError] = []
    parts: dict[Bench, tuple[Bench, ...]] = {}
    right: dict[Bench, Trial] = {}
    red: dict[Trial, bool] = {}
    for start in range(0, len(trials), _AT_A_TIME * jobs):
        waiting = trials[start : start + _AT_A_TIME * jobs]
        for number in itertools.count():
            if not waiting or time_is_over():
                break
            cut = [
                (trial, Trial(parts.setdefault(trial.bench, trial.bench.parts())[number], trial.changes))
                for trial in waiting
            ]
            benches = dict.fromkeys(part.bench for _, part in cut if part.bench not in right)
            right |= {bench: Trial(bench, {}) for bench in benches}
            new = [*(right[bench] for bench in benches), *(part for _, part in cut)]
            with tempfile.TemporaryDirectory(prefix="alertgen-", dir=tool.memory_folder(jobs)) as folder:
                now, wrong = _tried(promtool, new, cache, Path(folder), jobs=jobs, timeout=timeout)
            red |= now
            errors += wrong
            green: list[Trial] = []
            for trial, part in cut:
                if part not in red or red.get(right[part.bench], True):
                    continue
                if red[part] or number + 1 == len(parts[trial.bench]):
                    found[trial] = red[part]
                else:
                    green.append(trial)
            on_done(len(waiting) - len(green))
            waiting = green
    return found, tuple(errors)


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
