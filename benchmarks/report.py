"""Measurements → a table and the verdict on the targets. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.measure import Cost

PROMTOOL_SHARE = 0.5
"""Of the time of promtool's check, the most that a cold build may take."""
MOST_MEMORY = 500 << 20
"""Bytes that a cold build may have resident."""
TEST_TARGET_SIZE = 100
"""How many test files the target about tests is about."""
TARGET_SIZE = 5_000
"""How many services the targets are about; smaller sites spend their time on starting Python."""


TEST_SHARE = 0.6
"""Of the time of promtool's own run of the same tests, one file after the other, the most that running them may take
on two cores."""


class Step(StrEnum):
    """What is measured, in the order it is run."""

    COLD = "build, nothing there"
    UNCHANGED = "build, nothing changed"
    CHECK = "build --check"
    ONE_LINE = "build, one line changed"
    PROMTOOL = "promtool check rules"


@dataclass(frozen=True, slots=True)
class Result:
    """One size: what was generated, how often each step ran, and the median of what it cost."""

    services: int
    rules: int
    runs: int
    costs: Mapping[Step, Cost]

    def ratio(self, step: Step, to: Step) -> float:
        """How long one step takes, as a share of another."""
        return self.costs[step].wall / self.costs[to].wall


@dataclass(frozen=True, slots=True)
class Target:
    """A promise, what was measured, and whether it is kept."""

    promise: str
    measured: str
    kept: bool


def targets(result: Result) -> Iterator[Target]:
    """What a site of that size is held to: nothing, when it is smaller than TARGET_SIZE."""
    if result.services < TARGET_SIZE:
        return
    share = result.ratio(Step.COLD, Step.PROMTOOL)
    yield Target(
        f"a cold build takes at most {PROMTOOL_SHARE:g} of the time of promtool's check",
        f"{share:.2f}",
        share <= PROMTOOL_SHARE,
    )
    memory = result.costs[Step.COLD].memory
    yield Target(f"a cold build stays under {_mib(MOST_MEMORY)}", _mib(memory), memory < MOST_MEMORY)
    share = result.ratio(Step.CHECK, Step.COLD)
    yield Target("build --check costs no more than a build", f"{share:.2f}", share <= 1)


def table(result: Result) -> str:
    """One size, for people: a line for each step, then one for each target."""
    runs = f"median of {result.runs} runs" if result.runs > 1 else "one run"
    lines = [
        f"{result.services:,} services, {result.rules:,} rules ({runs})",
        f"  {'':<24}{'wall':>9}{'CPU':>9}{'memory':>9}{'/ promtool':>12}{'/ cold build':>14}",
    ]
    for step, cost in result.costs.items():
        ratios = f"{result.ratio(step, Step.PROMTOOL):>12.2f}{result.ratio(step, Step.COLD):>14.2f}"
        lines.append(f"  {step:<24}{_seconds(cost.wall)}{_seconds(cost.cpu)}{_mib(cost.memory):>9}{ratios}")
    lines += map(_verdict, targets(result))
    return "\n".join(lines) + "\n"


def comparison(what: str, costs: Mapping[str, Cost], of: str, found: Iterable[Target] = ()) -> str:
    """What programs cost on the same input, each time as a share of the first one's, which is called `of`."""
    first = next(iter(costs.values()))
    lines = [
        what,
        f"  {'':<24}{'wall':>9}{'CPU':>9}{'memory':>9}{f'/ {of}':>12}",
        *(_row(name, cost, first) for name, cost in costs.items()),
        *map(_verdict, found),
    ]
    return "\n".join(lines) + "\n"


def test_targets(files: int, promtool: Cost, alertgen: Cost) -> Iterator[Target]:
    """What a run of so many test files is held to: nothing, when they are fewer than TEST_TARGET_SIZE."""
    share = alertgen.wall / promtool.wall
    if files >= TEST_TARGET_SIZE:
        promise = f"tests take at most {TEST_SHARE:g} of the time that promtool takes alone"
        yield Target(promise, f"{share:.2f}", share <= TEST_SHARE)


def _row(name: str, cost: Cost, of: Cost) -> str:
    """What a program costs, with its time as a share of another's."""
    return f"  {name:<24}{_seconds(cost.wall)}{_seconds(cost.cpu)}{_mib(cost.memory):>9}{cost.wall / of.wall:>12.2f}"


def _verdict(target: Target) -> str:
    return f"  {'kept' if target.kept else 'MISSED'}: {target.promise} ({target.measured})"


def _seconds(seconds: float) -> str:
    return f"{seconds:>7.2f} s"


def _mib(size: int) -> str:
    return f"{size / (1 << 20):.0f} MiB"
