"""Test files with the rules that they load: what a run is about. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from alertgen.diagnostics import Diagnostic, Location
from alertgen.promtool_output import Failure
from alertgen.rulefile import Rule, RuleFile
from alertgen.unittests import Assertion, TestFile, TestGroup

_GROUP_COST = 0.007
_RULE_COST = 0.00007
_SERIES_COST = 0.000005
"""Seconds that promtool takes for a test's database, and for each rule and each series at each evaluation."""


def seconds_for(rules: int, series: int, evaluations: float) -> float:
    """About how long promtool takes for one test."""
    return _GROUP_COST + (_RULE_COST * rules + _SERIES_COST * series) * evaluations


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One test file.

    `tests` is None when it cannot be read; `problem` then says why. `rules` are the rule files that it loads, objects
    that promtool would refuse among them, `rule_paths` where they are, `unmatched` the patterns that no file matches.
    """

    path: str
    tests: TestFile | None
    rules: tuple[RuleFile, ...] = ()
    rule_paths: tuple[str, ...] = ()
    unmatched: tuple[tuple[str, Location], ...] = ()
    problem: Diagnostic | None = None

    def only(self, word: str) -> Source | None:
        """With those tests whose `path: name` contains the word, in whatever case; None when there are none."""
        if self.tests is None:
            return None
        groups = tuple(g for g in self.tests.groups if word.lower() in f"{self.path}: {g.title}".lower())
        return replace(self, tests=replace(self.tests, groups=groups)) if groups else None

    @property
    def loaded(self) -> tuple[Rule, ...]:
        """Every rule that its tests evaluate."""
        return tuple(rule for file in self.rules for rule in file.rules)

    @property
    def custom(self) -> bool:
        """Whether some rules are in PrometheusRule objects, which promtool does not read."""
        return any(file.custom for file in self.rules)

    def cost(self, group: TestGroup) -> float:
        """About how many seconds promtool needs for a test."""
        interval = self.tests.evaluation_interval if self.tests else 60.0
        return seconds_for(len(self.loaded), len(group.series), group.until / interval + 1)

    @property
    def costs(self) -> float:
        """About how many seconds promtool needs for all of them."""
        return _GROUP_COST + sum(map(self.cost, self.tests.groups)) if self.tests else _GROUP_COST


@dataclass(frozen=True, slots=True)
class Complaint:
    """What promtool does not like, and the assertion it is about, where it is about one.

    `disagreement`: other promtools do not mind, and why that may be; empty where all are of one opinion.
    """

    failure: Failure
    assertion: Assertion | None = None
    group: int | None = None
    disagreement: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What promtool says of one test file. `finished` is False when it was stopped before it said anything."""

    source: Source
    passed: bool
    complaints: tuple[Complaint, ...] = ()
    finished: bool = True

    def of(self, group: TestGroup) -> tuple[Complaint, ...]:
        """What is wrong with one test, and with the file as a whole."""
        return tuple(c for c in self.complaints if c.group in (None, group.number))


def cases(verdicts: Sequence[Verdict]) -> Iterator[tuple[Verdict, TestGroup, tuple[Complaint, ...]]]:
    """Every test of every file that was finished, with what is wrong with it."""
    for verdict in verdicts:
        if verdict.finished and verdict.source.tests:
            for group in verdict.source.tests.groups:
                yield verdict, group, verdict.of(group)
