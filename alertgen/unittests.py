"""promtool test files as anybody writes them → groups, series and assertions with their places. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from alertgen import yamlnode
from alertgen.diagnostics import Location
from alertgen.yamlnode import Node

_UNITS = {"y": 31_536_000.0, "w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(r"(?:\d+(?:y|w|d|h|ms|m|s))+")
_PART = re.compile(r"(\d+)(ms|[ywdhms])")
_MINUTE = 60.0


def seconds(text: str) -> float:
    """A duration as promtool takes it, in seconds; 0 for nothing and for what is none."""
    if not _DURATION.fullmatch(text):
        return 0.0
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text))


_ITEM = re.compile(r"\{\{.*?\}\}(?:[+-]\{\{.*?\}\})?(?:x\d+)?|\S+", re.DOTALL)
_TIMES = re.compile(r"x(\d+)$")


def items(values: str) -> Iterator[tuple[str, int]]:
    """The items of a series' values, each with how many steps it stands for: `0x9` ten, `_x5` five, `stale` one."""
    for item in _ITEM.findall(values):
        times = _TIMES.search(item)
        repeated = int(times[1]) if times else 0
        yield item, repeated or 1 if item.startswith("_") else repeated + 1


@dataclass(frozen=True, slots=True)
class Run:
    """Samples of a series one step apart: when the first and the last are, in seconds, and whether it then is stale."""

    first: float
    last: float
    stale: bool = False


@dataclass(frozen=True, slots=True)
class InputSeries:
    """One series of a test, as it is written."""

    series: str
    values: str
    at: Location

    @property
    def metric(self) -> str:
        """Its metric; nothing where that is written as a label."""
        return self.series.partition("{")[0].strip()

    def runs(self, step: float) -> tuple[Run, ...]:
        """Where there are samples, when they are so many seconds apart."""
        found: list[Run] = []
        clock, fresh = 0.0, True
        for item, count in items(self.values):
            if item.startswith("_") or item == "stale":
                if item == "stale" and found and not fresh:
                    found[-1] = replace(found[-1], stale=True)
                fresh = True
            elif fresh:
                found.append(Run(clock, clock + (count - 1) * step))
                fresh = False
            else:
                found[-1] = replace(found[-1], last=clock + (count - 1) * step)
            clock += count * step
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """One entry of `alert_rule_test` (with `alertname`) or of `promql_expr_test` (with `expr`).

    `group` and `number` say which of the file it is: promtool judges alerts in the order of time, then expressions.
    `labels` and `annotations` are those of each alert that is expected; of samples, only how many there are matters.
    """

    group: int
    number: int
    eval_time: str
    at: Location
    alertname: str = ""
    expr: str = ""
    labels: tuple[Mapping[str, str], ...] = ()
    annotations: tuple[Mapping[str, str], ...] = ()
    samples: int = 0

    @property
    def time(self) -> float:
        """Seconds after the start."""
        return seconds(self.eval_time)

    @property
    def expected(self) -> int:
        """How many alerts or samples there must be."""
        return self.samples if self.expr else len(self.labels)

    def __str__(self) -> str:
        return f"{self.alertname or ' '.join(self.expr.split())} at {self.eval_time or '0s'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestGroup:
    """One test: a world of its own, and what must be true in it."""

    __test__ = False  # for pytest, which takes classes of this name for its own

    number: int
    name: str
    at: Location
    interval: str
    series: tuple[InputSeries, ...]
    assertions: tuple[Assertion, ...]
    """In the order in which promtool judges them."""

    @property
    def title(self) -> str:
        """The name, or what promtool calls a group without one."""
        return self.name or f"unnamed#{self.number}"

    @property
    def until(self) -> float:
        """The last instant that is looked at, in seconds."""
        return max((assertion.time for assertion in self.assertions), default=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class TestFile:
    """One test file; `rule_files` are patterns, relative to its folder."""

    __test__ = False

    path: str
    rule_files: tuple[tuple[str, Location], ...]
    evaluation_interval: float
    order: tuple[str, ...]
    groups: tuple[TestGroup, ...]
    node: Node

    def copy(self, rule_files: Sequence[str], groups: Sequence[int] | None = None) -> str:
        """The file with other rule files, and of its tests all or only these."""
        tests = yamlnode.items(yamlnode.child(self.node, "tests"))
        changes: dict[str, Node | None] = {"rule_files": yamlnode.sequence(map(yamlnode.scalar, rule_files))}
        if groups is not None:
            changes["tests"] = yamlnode.sequence(tests[number] for number in groups)
        return yamlnode.written(yamlnode.changed(self.node, changes))

    def group(self, number: int) -> TestGroup:
        """The test with that number, which may not be the only one left."""
        return next(group for group in self.groups if group.number == number)

    @property
    def complete(self) -> bool:
        """Whether all tests of the file are still there."""
        return len(self.groups) == len(yamlnode.items(yamlnode.child(self.node, "tests")))

    def test(self, number: int) -> Node:
        """The node of one group."""
        return yamlnode.items(yamlnode.child(self.node, "tests"))[number]


def parse(path: str, text: str) -> TestFile | None:
    """The test file; None when the text is none. Raises yamlnode.UnreadableError."""
    node = yamlnode.first(text)
    if node is None or next(yamlnode.children(node), None) is None:
        return None
    interval = seconds(yamlnode.text(yamlnode.child(node, "evaluation_interval"))) or _MINUTE
    return TestFile(
        path,
        tuple((yamlnode.text(n), yamlnode.place(path, n)) for n in yamlnode.items(yamlnode.child(node, "rule_files"))),
        interval,
        tuple(map(yamlnode.text, yamlnode.items(yamlnode.child(node, "group_eval_order")))),
        tuple(_group(path, number, n) for number, n in enumerate(yamlnode.items(yamlnode.child(node, "tests")))),
        node,
    )


def _group(path: str, number: int, node: Node) -> TestGroup:
    series = tuple(
        InputSeries(
            yamlnode.text(yamlnode.child(one, "series")),
            yamlnode.text(yamlnode.child(one, "values")),
            yamlnode.place(path, yamlnode.child(one, "series") or one),
        )
        for one in yamlnode.items(yamlnode.child(node, "input_series"))
    )
    return TestGroup(
        number=number,
        name=yamlnode.text(yamlnode.child(node, "name")),
        at=yamlnode.place(path, node),
        interval=yamlnode.text(yamlnode.child(node, "interval")),
        series=series,
        assertions=tuple(_assertions(path, number, node)),
    )


def _assertions(path: str, group: int, node: Node) -> Iterator[Assertion]:
    alerts = yamlnode.items(yamlnode.child(node, "alert_rule_test"))
    asked = [_about_alerts(path, group, number, one) for number, one in enumerate(alerts)]
    yield from sorted(asked, key=lambda assertion: assertion.time)
    for number, one in enumerate(yamlnode.items(yamlnode.child(node, "promql_expr_test"))):
        yield Assertion(
            group=group,
            number=number,
            eval_time=yamlnode.text(yamlnode.child(one, "eval_time")),
            at=yamlnode.place(path, yamlnode.child(one, "expr") or one),
            expr=yamlnode.text(yamlnode.child(one, "expr")),
            samples=len(yamlnode.items(yamlnode.child(one, "exp_samples"))),
        )


def _about_alerts(path: str, group: int, number: int, node: Node) -> Assertion:
    expected = yamlnode.items(yamlnode.child(node, "exp_alerts"))
    return Assertion(
        group=group,
        number=number,
        eval_time=yamlnode.text(yamlnode.child(node, "eval_time")),
        at=yamlnode.place(path, yamlnode.child(node, "alertname") or node),
        alertname=yamlnode.text(yamlnode.child(node, "alertname")),
        labels=tuple(yamlnode.texts(yamlnode.child(one, "exp_labels")) for one in expected),
        annotations=tuple(yamlnode.texts(yamlnode.child(one, "exp_annotations")) for one in expected),
    )
