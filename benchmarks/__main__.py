"""`python -m benchmarks`: generates sites, measures alertgen and promtool on them, prints tables.

Exit status: 0 all targets kept, 1 one missed, 3 something could not be run.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from alertgen.diagnostics import AlertgenError
from alertgen.tools import binaries
from benchmarks import estate, measure, suite
from benchmarks.measure import Cost
from benchmarks.report import Result, Step, comparison, table, targets, test_targets

SIZES = (100, 1_000, 5_000)
TEST_FILES = (100, 1_000)
ROUTED = (2_000,)
PROVEN = (100, 1_000)
MISSED, ENVIRONMENT = 1, 3

_ALERTGEN = str(Path(sys.executable).with_name("alertgen"))
# What `promtool check rules` says of each file.
_FOUND = re.compile(r"^  SUCCESS: (\d+) rules found$", re.MULTILINE)


def main() -> int:
    """Measures each size and prints its table as soon as there is one."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="How alertgen scales, measured against promtool.")
    parser.add_argument("--sizes", type=_sizes, default=SIZES, help="numbers of services, e.g. 100,25000")
    parser.add_argument("--tests", type=_sizes, default=TEST_FILES, help="numbers of test files, e.g. 100,1000")
    parser.add_argument("--routed", type=_sizes, default=ROUTED, help="numbers of services to route for, e.g. 2000")
    parser.add_argument("--proven", type=_sizes, default=PROVEN, help="numbers of services to prove, e.g. 100,1000")
    arguments = parser.parse_args()
    sizes: Sequence[int] = arguments.sizes
    missed = False
    try:
        promtool = binaries.find("promtool", binaries.TOOLS_FOLDER, os.environ)
        print(f"Python {sys.version.split()[0]}, {promtool}, {os.cpu_count()} processors\n")
        for services in sizes:
            with tempfile.TemporaryDirectory(prefix="alertgen-benchmark-") as folder:
                result = _measured(services, Path(folder), str(promtool.path))
            print(table(result), flush=True)
            missed |= not all(target.kept for target in targets(result))
        amtool = binaries.find("amtool", binaries.TOOLS_FOLDER, os.environ)
        for services in arguments.routed:
            with tempfile.TemporaryDirectory(prefix="alertgen-benchmark-") as folder:
                size, costs = _routed(services, Path(folder), str(amtool.path))
            what = (
                f"routing of {services:,} services and {estate.TEAMS:,} teams: alertmanager.yaml is {size >> 10:,} KiB"
            )
            print(comparison(what, costs, "build"), flush=True)
        for services in arguments.proven:
            with tempfile.TemporaryDirectory(prefix="alertgen-benchmark-") as folder:
                files, costs = _proven(services, Path(folder), promtool.path, amtool.path)
            found = list(test_targets(services, *costs.values()))
            what = f"proof of {services:,} services, of {files:,} shapes"
            print(comparison(what, costs, "promtool", found), flush=True)
            missed |= not all(target.kept for target in found)
        for files in arguments.tests:
            with tempfile.TemporaryDirectory(prefix="alertgen-benchmark-") as folder:
                costs = _tested(files, Path(folder), promtool.path)
            found = list(test_targets(files, *costs.values()))
            print(comparison(f"{files:,} test files", costs, "promtool", found), flush=True)
            missed |= not all(target.kept for target in found)
    except AlertgenError as error:
        print(f"{error.message}\n{error.hint}".strip(), file=sys.stderr)
        return ENVIRONMENT
    except measure.ProgramFailedError as error:
        print(error, file=sys.stderr)
        return ENVIRONMENT
    return MISSED if missed else 0


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(int(size) for size in text.split(","))
    if min(sizes) < 1:
        raise ValueError
    return sizes


def _runs(services: int) -> int:
    """How often to measure: the shorter it takes, the more the machine's other work shows."""
    return 5 if services <= 1_000 else 3 if services <= 5_000 else 1


def _spec(services: int, folder: Path) -> None:
    for path, text in estate.spec(services):
        file = folder / "rules.d" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _measured(services: int, folder: Path, promtool: str) -> Result:
    _spec(services, folder)
    costs: defaultdict[Step, list[Cost]] = defaultdict(list)
    rules, runs = 0, _runs(services)
    for run in range(runs):
        shutil.rmtree(folder / "golden", ignore_errors=True)
        costs[Step.COLD].append(_alertgen(folder))
        costs[Step.UNCHANGED].append(_alertgen(folder))
        costs[Step.CHECK].append(_alertgen(folder, "--check"))
        (folder / "rules.d" / estate.CHANGED_FILE).write_text(estate.edited(run + 1), encoding="utf-8")
        costs[Step.ONE_LINE].append(_alertgen(folder))
        cost, rules = _promtool(promtool, folder)
        costs[Step.PROMTOOL].append(cost)
    return Result(services, rules, runs, {step: Cost.median(costs[step]) for step in Step})


def _routed(services: int, folder: Path, amtool: str) -> tuple[int, dict[str, Cost]]:
    """The size of alertmanager.yaml, and what it costs to make it and to ask it who is told."""
    _spec(services, folder)
    file, alert = folder / "golden" / "alertmanager" / "alertmanager.yaml", ("team=team-007", "severity=critical")
    programs = {
        "alertgen build": [_ALERTGEN, "build"],
        "alertgen routes": [_ALERTGEN, "routes"],
        "alertgen routes --labels": [_ALERTGEN, "routes", "--labels", ",".join(alert)],
        "amtool check-config": [amtool, "check-config", str(file)],
        "amtool routes test": [amtool, "config", "routes", "test", f"--config.file={file}", *alert],
    }
    costs: defaultdict[str, list[Cost]] = defaultdict(list)
    for _ in range(3):
        shutil.rmtree(folder / "golden", ignore_errors=True)
        for name, program in programs.items():
            costs[name].append(measure.run(program, folder, folder / "out"))
    return file.stat().st_size, {name: Cost.median(each) for name, each in costs.items()}


def _proven(services: int, folder: Path, promtool: Path, amtool: Path) -> tuple[int, dict[str, Cost]]:
    """How many shapes there are, and what proving one service of each costs: by promtool alone, and by alertgen.

    The tree has the tests of one service of each shape, which is what both run; alertgen also proves the routes.
    """
    _spec(services, folder)
    _alertgen(folder)
    tests = sorted(str(file.relative_to(folder)) for file in (folder / "golden" / "tests").rglob("*.yaml"))
    path = f"{promtool.parent}{os.pathsep}{amtool.parent}"
    return len(tests), {
        "promtool test rules": measure.run([str(promtool), "test", "rules", *tests], folder, folder / "out"),
        "alertgen test": measure.run([_ALERTGEN, "test", "--no-cache"], folder, folder / "out", PATH=path),
    }


def _tested(files: int, folder: Path, promtool: Path) -> dict[str, Cost]:
    """What a suite of test files costs: run by promtool alone, and by alertgen."""
    for path, text in suite.files(files):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    tests = [f"tests/{number}.yaml" for number in range(files)]
    costs: defaultdict[str, list[Cost]] = defaultdict(list)
    for _ in range(3 if files <= 100 else 1):
        costs["promtool test rules"].append(
            measure.run([str(promtool), "test", "rules", *tests], folder, folder / "out")
        )
        ours = [_ALERTGEN, "test", "--no-cache", "--tests", "tests/*.yaml"]
        costs["alertgen test --tests"].append(measure.run(ours, folder, folder / "out", PATH=str(promtool.parent)))
    return {name: Cost.median(each) for name, each in costs.items()}


def _alertgen(folder: Path, *options: str) -> Cost:
    return measure.run([_ALERTGEN, "build", *options], folder, folder / "alertgen.out")


def _promtool(promtool: str, folder: Path) -> tuple[Cost, int]:
    """What checking all rule files costs, and how many rules promtool found in them."""
    rules, out = folder / "golden" / "prometheus", folder / "promtool.out"
    files = sorted(str(file.relative_to(rules)) for file in rules.rglob("*.yaml"))
    costs, found = [], 0
    for batch in _batches(files):
        costs.append(measure.run([promtool, "check", "rules", *batch], rules, out))
        found += sum(int(number) for number in _FOUND.findall(out.read_text(encoding="utf-8")))
    return Cost.sum(costs), found


def _batches(files: Sequence[str]) -> Iterator[Sequence[str]]:
    """All files at once when the system takes so many arguments, else as many as it takes."""
    room = os.sysconf("SC_ARG_MAX") // 2  # the environment and the pointers need some of it
    batch: list[str] = []
    used = 0
    for file in files:
        used += len(os.fsencode(file)) + 1
        if used > room:
            yield batch
            batch, used = [], len(os.fsencode(file)) + 1
        batch.append(file)
    yield batch


if __name__ == "__main__":
    sys.exit(main())
