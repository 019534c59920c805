"""Running promtool over many files: its check of rules and its unit tests, dealt out to several processes."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import yaml

from alertgen.diagnostics import AlertgenError
from alertgen.promtool_output import Failure, RuleFile, Section, check_results, failures, sections
from alertgen.tools import process
from alertgen.tools.binaries import Binary
from alertgen.tools.sharding import shards

# A process costs 40 ms. Of rules it checks 10 MB a second, of tests it runs a hundred groups of 1 to 2 kB.
_RULES_PER_PROCESS = 4 << 20
_TESTS_PER_PROCESS = 128 << 10
_MILLISECONDS = 4000
"""What a process that runs tests is given to do, where that is known: 1 % of it is the process itself."""

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
# Tests of up to 36 hours need 0.3 MB at a time; beyond, Prometheus sets 512 MiB aside for a block of its database.
_MEMORY_PER_PROCESS = 1 << 30

# One thread for each process, since there is a process for each core, and garbage is collected at five times of what is
# in use instead of two, but before 256 MiB: two fifths less work for 150 MB more. Go before 1.19 knows no such limit.
_SIDE_BY_SIDE = {"GOMAXPROCS": "1", "GOGC": "400", "GOMEMLIMIT": "256MiB"}

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Cases:
    """How much one test file tests: its groups, and the assertions in all of them."""

    path: Path
    groups: int
    assertions: int


@dataclass(frozen=True, slots=True)
class CheckRun:
    """What came of checking rule files; `errors` are processes that went wrong, whose files may miss in `files`."""

    files: tuple[RuleFile, ...]
    errors: tuple[AlertgenError, ...]


@dataclass(frozen=True, slots=True)
class UnitTestRun:
    """What came of running test files.

    All is well when there are neither failures nor errors. `errors` are processes that went wrong; `files` counts what
    was really run, and misses the files that they left without a result.
    """

    failures: tuple[Failure, ...]
    errors: tuple[AlertgenError, ...]
    files: tuple[Cases, ...]


def check_rules(
    promtool: Binary, files: Sequence[Path], *, jobs: int, timeout: float, on_done: Callable[[int], None]
) -> CheckRun:
    """Runs `promtool check rules` over the files; what its lint finds counts as a problem.

    `timeout` is for each process, in seconds; `on_done` is told how many files more are done.
    """
    checked: list[RuleFile] = []
    errors: list[AlertgenError] = []
    command = ("check", "rules", "--lint=all", "--lint-fatal")
    sizes = [_size(file) for file in files]
    for shard in _run(promtool, command, files, sizes=sizes, jobs=jobs, timeout=timeout, enough=_RULES_PER_PROCESS):
        results = check_results(shard.completed.stdout, shard.arguments, shard.files)
        errors += shard.errors(promtool, len(results), failed=any(result.problem for result in results))
        checked += results
        on_done(len(shard.files))
    order: dict[PurePath, int] = {file: position for position, file in enumerate(files)}
    return CheckRun(tuple(sorted(checked, key=lambda result: order[result.path])), tuple(errors))


def test_rules(
    promtool: Binary, files: Sequence[Path], *, jobs: int, timeout: float, on_done: Callable[[int], None]
) -> UnitTestRun:
    """Runs `promtool test rules` over the files.

    Beyond what promtool finds, a file without a test case, a test group that asserts nothing and a `rule_files` that
    matches none are failures: promtool passes them. `timeout` is for each process, in seconds; `on_done` is told how
    many files more are done.
    """
    failed: list[Failure] = []
    errors: list[AlertgenError] = []
    counted: list[Cases] = []
    sizes = [_size(file) for file in files]
    tests = ("test", "rules")
    for shard in _run(promtool, tests, files, sizes=sizes, jobs=jobs, timeout=timeout, enough=_TESTS_PER_PROCESS):
        results = sections(shard.completed.stdout)
        errors += shard.errors(promtool, len(results), failed=not all(result.passed for result in results))
        # More results than files: who can say whose they are?
        for file, result in zip(shard.files, results if len(results) <= len(shard.files) else (), strict=False):
            failed += failures(result, file)
            cases, empty = _cases(file)
            counted.append(cases)
            failed += empty if result.passed else ()
        on_done(len(shard.files))
    order: dict[PurePath, int] = {file: position for position, file in enumerate(files)}
    return UnitTestRun(
        tuple(sorted(failed, key=lambda failure: order[failure.file])),
        tuple(errors),
        tuple(sorted(counted, key=lambda cases: order[cases.path])),
    )


@dataclass(frozen=True, slots=True)
class FileRun:
    """What promtool itself says of one test file, and why where it failed."""

    path: Path
    passed: bool
    failures: tuple[Failure, ...]


def run_test_files(
    promtool: Binary,
    files: Mapping[Path, float],
    *,
    jobs: int,
    timeout: float,
    on_done: Callable[[int], None],
    root: Path | None = None,
) -> tuple[dict[Path, FileRun], tuple[AlertgenError, ...]]:
    """Runs `promtool test rules` over the files, given with about how many seconds each takes; its own verdicts.

    A process that goes wrong takes the file that it was at with it; those that were waiting behind are run again, once.
    Where promtool's output cannot be divided among the files, since a test's name looks like its own words, each is run
    alone. `timeout` is for each process, in seconds; `on_done` is told how many files more are done. promtool runs in
    `root` and gets the paths as they are; without one, in the files' common folder.
    """
    done: dict[Path, FileRun] = {}
    errors: list[AlertgenError] = []
    confused: list[Path] = []

    def run(paths: Sequence[Path], enough: int) -> Iterator[_Shard]:
        sizes = [max(1, round(1000 * files[file])) for file in paths]
        command = ("test", "rules")
        return _run(promtool, command, paths, sizes=sizes, jobs=jobs, timeout=timeout, enough=enough, root=root)

    waiting = list(files)
    for last in (False, True):
        behind: list[Path] = []
        for shard in run(waiting, _MILLISECONDS):
            results = sections(shard.completed.stdout)
            if shard.confused(results):
                confused += shard.files
                continue
            errors += shard.errors(promtool, len(results), failed=not all(result.passed for result in results))
            for file, result in zip(shard.files, results, strict=False):
                done[file] = _file_run(file, [result], passed=result.passed)
            behind += shard.files[len(results) + 1 :]
            on_done(len(results) if behind and not last else len(shard.files))
        waiting = behind
        if not waiting:
            break
    for shard in run(confused, 0):
        (file,) = shard.files
        if shard.completed.error:
            errors += shard.errors(promtool, 0, failed=True)
        else:
            done[file] = _file_run(file, sections(shard.completed.stdout), passed=not shard.completed.status)
        on_done(1)
    return done, tuple(errors)


def _file_run(file: Path, results: Sequence[Section], *, passed: bool) -> FileRun:
    own = [f for result in results for f in failures(result, file) if not f.is_warning]
    return FileRun(file, passed, tuple(own))


def memory_folder(jobs: int) -> Path | None:
    """Where promtool's many small databases are best kept: in memory, when there is room for `jobs` of them."""
    with contextlib.suppress(OSError):
        writable = os.access(SHARED_MEMORY, os.W_OK | os.X_OK)
        if writable and shutil.disk_usage(SHARED_MEMORY).free >= jobs * _MEMORY_PER_PROCESS:
            return SHARED_MEMORY
    return None


def as_known(errors: Iterable[AlertgenError], names: Mapping[Path, str]) -> tuple[AlertgenError, ...]:
    """The errors with the names of files that the user knows, instead of those of the copies that were run."""
    found = []
    for error in errors:
        message = error.message
        for path, name in names.items():
            message = message.replace(str(path), name)
        found.append(AlertgenError(message, hint=error.hint))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Shard:
    """One process, the files it was given and how they were named to it."""

    files: tuple[Path, ...]
    arguments: tuple[str, ...]
    completed: process.Completed

    def confused(self, results: Sequence[Section]) -> bool:
        """Whether promtool ended by itself, and what it printed is not about as many files, or not what it meant."""
        failed = not all(result.passed for result in results)
        return (
            not self.completed.error
            and self.completed.status in (0, 1)
            and (
                len(results) > len(self.files)
                or (len(results) == len(self.files) and failed != bool(self.completed.status))
            )
        )

    def errors(self, promtool: Binary, results: int, *, failed: bool) -> Iterator[AlertgenError]:
        """What is wrong with the run itself, if anything: it was stopped, or its output is not to be believed."""
        missing = self.files[results:]
        left_out = f"; no result for {len(missing)} of {len(self.files)} files, first {missing[0]}" if missing else ""
        if error := self.completed.error:
            yield AlertgenError(error.message + left_out, hint=error.hint)
        elif results != len(self.files):
            yield AlertgenError(
                f"{promtool} printed {results} results for {len(self.files)} files{left_out}; "
                f"it ended with: {self.completed.last_words}"
            )
        elif failed != bool(self.completed.status):
            yield AlertgenError(
                f"{promtool} exited with status {self.completed.status}, which contradicts what it printed: "
                f"{self.completed.last_words}"
            )


def _run(
    promtool: Binary,
    command: Sequence[str],
    files: Sequence[Path],
    *,
    sizes: Sequence[int],
    jobs: int,
    timeout: float,
    enough: int,
    root: Path | None = None,
) -> Iterator[_Shard]:
    """Runs the command over the files, `jobs` processes at a time; `sizes` and `enough` as in `sharding`.

    In `root` the files keep the paths that they have.
    """
    if not files:
        return
    # From the files' common folder and with relative paths: promtool takes the path of a test file for a pattern, and
    # a bracket in the path of the checkout must not matter. `./` because it takes `@file` and `-x` for its own.
    absolute = [Path(os.path.abspath(file)) for file in files]  # noqa: PTH100 - resolve() follows symlinks
    common = Path(os.path.commonpath([file.parent for file in absolute]))
    named = files if root else [file.relative_to(common) for file in absolute]
    dealt = shards(sizes, jobs, enough) if enough else [[index] for index in range(len(files))]
    with _scratch(jobs) as scratch:
        shard_files = [tuple(files[index] for index in shard) for shard in dealt]
        arguments = [tuple(_argument(named[index]) for index in shard) for shard in dealt]
        environ = process.clean_environment(TMPDIR=scratch, **(_SIDE_BY_SIDE if jobs > 1 else {}))
        commands = [
            process.Command((str(promtool.path), *command, *shard), environ, cwd=root or common, merged=True)
            for shard in arguments
        ]
        with contextlib.closing(process.run_all(commands, jobs=jobs, timeout=timeout)) as completions:
            for index, completed in completions:
                yield _Shard(shard_files[index], arguments[index], completed)


def _argument(file: Path) -> str:
    return str(file) if file.is_absolute() else f"./{file}"


def _scratch(jobs: int) -> tempfile.TemporaryDirectory[str]:
    """A folder for promtool's databases, which it leaves behind when it is killed."""
    return tempfile.TemporaryDirectory(prefix="alertgen-", dir=memory_folder(jobs), ignore_cleanup_errors=True)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise AlertgenError(f"cannot read {file}: {error.strerror}") from error


def _cases(file: Path) -> tuple[Cases, list[Failure]]:
    """What there is to test in a test file, and where there is nothing."""
    try:
        document = yaml.load(file.read_bytes(), Loader=_Loader)  # noqa: S506 - both are safe loaders
    except (OSError, yaml.YAMLError):
        document = None
    tests = document.get("tests") if isinstance(document, dict) else None
    groups = [group for group in tests or () if isinstance(group, dict)]
    asserted = [len(group.get("alert_rule_test") or ()) + len(group.get("promql_expr_test") or ()) for group in groups]
    failed = [
        Failure(file=file, raw="", group=group.get("name"), error="this test group asserts nothing")
        for group, assertions in zip(groups, asserted, strict=True)
        if not assertions
    ]
    if not groups:
        failed.append(Failure(file=file, raw="", error="there is no test in this file, so promtool passes it"))
    return Cases(file, len(groups), sum(asserted)), failed
