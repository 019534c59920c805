"""Which alerts were pending and firing when: asked of promtool step by step, and read from its answers. Pure.

A probe is an expression that is expected to give what it cannot; promtool of any version then tells what it gives.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alertgen import yamlnode
from alertgen.measured import Measured, measured
from alertgen.promql import PromQLError
from alertgen.promtool_output import Failure
from alertgen.rulefile import Rule
from alertgen.samples import Sample, samples
from alertgen.trials import Bench
from alertgen.unittests import seconds
from alertgen.yamlnode import Node

MOST_STEPS = 2000
"""Beyond so many evaluations, a timeline has those that are asserted and some between."""

_ALERTS = re.compile(r"ALERTS # (\d+)")
_VALUE, _LIMIT = "value", "limit"


@dataclass(frozen=True, slots=True)
class Timeline:
    """The states of one rule's alerts in one test: how many are pending and firing at each step, in seconds."""

    pending: Mapping[float, int]
    firing: Mapping[float, int]
    step: float

    def at(self, time: float) -> tuple[int, int]:
        """How many are pending and firing at the last evaluation until then."""
        grid = time // self.step * self.step
        return self.pending.get(grid, 0), self.firing.get(grid, 0)

    def has_fired(self, before: float) -> bool:
        """Whether there was an alert that fired earlier."""
        return any(count for time, count in self.firing.items() if time < before // self.step * self.step)


@dataclass(frozen=True, slots=True)
class Compared:
    """What a rule's expression compared at one moment; `of` says how, and with what where that is a number."""

    of: Measured
    values: tuple[Sample, ...] = ()
    limits: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Happened:
    """What there was in a test that fails: an alert's states until some second, and what its rule compared."""

    line: Timeline
    until: float
    compared: Compared | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be told besides the states: expressions by a word for each, at one moment in seconds."""

    at: float
    exprs: Mapping[str, str] = field(default_factory=dict)


STATES = Question(0)
"""Nothing but the states."""


def comparison(rule: Rule, at: float) -> Question:
    """What the rule compares at a moment; nothing is asked of an expression that cannot be read."""
    try:
        about = measured(rule.expr)
    except PromQLError:
        return Question(at)
    limit = {_LIMIT: about.limit} if about.limit and about.constant is None else {}
    return Question(at, {_VALUE: about.value, **limit})


def compared(rule: Rule, question: Question, failures: Iterable[Failure]) -> Compared | None:
    """What promtool answered to it; None where nothing was asked."""
    if not question.exprs:
        return None
    words = {_noted(expr, word): word for word, expr in question.exprs.items()}
    found = {words[f.expr]: samples(f.got) for f in failures if f.expr in words}
    return Compared(measured(rule.expr), found.get(_VALUE, ()), found.get(_LIMIT, ()))


def _noted(expr: str, word: str) -> str:
    return f"{expr} # {word}"


def probes(bench: Bench, rule_files: Sequence[str], question: Question = STATES) -> str:
    """The tests of a bench with nothing but questions: which alerts are there at each step of each test, and more."""
    tests = bench.source.tests
    assert tests is not None
    nodes = [
        yamlnode.changed(
            tests.test(number),
            {
                "alert_rule_test": None,
                "promql_expr_test": yamlnode.sequence(
                    [
                        *(probe(f"ALERTS # {number}", at) for at in steps(bench, number, until)),
                        *(probe(_noted(expr, word), question.at) for word, expr in question.exprs.items()),
                    ]
                ),
            },
        )
        for number, until in bench.until.items()
    ]
    changes = {"tests": yamlnode.sequence(nodes), "rule_files": yamlnode.sequence(map(yamlnode.scalar, rule_files))}
    return yamlnode.written(yamlnode.changed(tests.node, changes))


def probe(expr: str, at: float) -> Node:
    """A question to promtool: what the expression gives at that time, in seconds."""
    never = yamlnode.mapping({"labels": yamlnode.scalar("alertgen_probe"), "value": yamlnode.number(1)})
    milliseconds = round(at * 1000)
    time = f"{milliseconds // 1000}s" if milliseconds % 1000 == 0 else f"{milliseconds}ms"
    return yamlnode.mapping(
        {"expr": yamlnode.scalar(expr), "eval_time": yamlnode.scalar(time), "exp_samples": yamlnode.sequence([never])}
    )


def steps(bench: Bench, group: int, until: float) -> list[float]:
    """The evaluations of a test, in seconds; of very many, those that matter and some between."""
    count = int(until // bench.interval) + 1
    asserted = {int(a.time // bench.interval) for a in bench.assertions if a.group == group}
    stride = max(1, count // MOST_STEPS)
    return [number * bench.interval for number in range(count) if number % stride == 0 or number in asserted]


def alerts(failures: Iterable[Failure]) -> Mapping[int, Mapping[float, Sequence[Sample]]]:
    """What promtool answered: for each test, the series of ALERTS at each step."""
    found: defaultdict[int, dict[float, Sequence[Sample]]] = defaultdict(dict)
    for failure in failures:
        match = _ALERTS.fullmatch(failure.expr or "")
        if match:
            found[int(match[1])][seconds(failure.at)] = samples(failure.got)
    return found


def timeline(rule: Rule, seen: Mapping[float, Sequence[Sample]], step: float) -> Timeline:
    """One rule's alerts among those of a test."""
    counts: dict[str, dict[float, int]] = {"pending": {}, "firing": {}}
    for time, present in seen.items():
        for sample in present:
            state = sample.labels.get("alertstate", "")
            if state in counts and _is_of(sample, rule):
                counts[state][time] = counts[state].get(time, 0) + 1
    return Timeline(counts["pending"], counts["firing"], step)


def _is_of(sample: Sample, rule: Rule) -> bool:
    """Whether the alert may come from that rule: several rules may give alerts of one name, told apart by labels."""
    fixed: Iterator[tuple[str, str]] = ((k, v) for k, v in rule.labels.items() if "{{" not in v)
    return sample.labels.get("alertname") == rule.name and all(sample.labels.get(k, "") == v for k, v in fixed)
