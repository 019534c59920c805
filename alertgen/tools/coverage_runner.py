"""Measuring how much of the rules their tests show, with promtool."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

from alertgen.coverage import Covered, shown, wanted
from alertgen.diagnostics import AlertgenError
from alertgen.rulefile import Rule
from alertgen.suite import Source
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache
from alertgen.tools.timeline_runner import seen
from alertgen.tools.trial_runner import Trial, noticed
from alertgen.trials import bench, clauses


def measure(
    promtool: Binary,
    sources: Sequence[Source],
    rules: Iterable[Rule],
    cache: Cache,
    *,
    jobs: int,
    timeout: float,
    on_done: Callable[[int], None] = lambda _: None,
) -> tuple[list[Covered], tuple[AlertgenError, ...]]:
    """What the tests in the sources show of each rule. Tests that fail show what they show."""
    benches = {
        rule: [b for source in sources if rule in source.loaded and (b := bench(source, rule))] for rule in rules
    }
    found, errors = seen(promtool, [b for of_rule in benches.values() for b in of_rule], jobs=jobs, timeout=timeout)
    trials: dict[Trial, str] = {}
    names: dict[Rule, tuple[str, ...]] = {}
    for rule, of_rule in benches.items():
        slips = clauses(rule, of_rule[0].interval if of_rule else 60.0)
        names[rule] = tuple(mutant.change for mutant, _ in slips)
        for stand in of_rule:
            trials |= {Trial(stand, changes): mutant.change for mutant, changes in slips}
    red, more = noticed(promtool, list(trials), cache, jobs=jobs, timeout=timeout, on_done=on_done)
    decisive: dict[Rule, set[str]] = {rule: set() for rule in benches}
    for trial, is_red in red.items():
        if is_red:
            decisive[trial.bench.rule].add(trials[trial])
    states = {
        rule: frozenset(state for b in of_rule for state in shown(b, found.get(b, {})))
        for rule, of_rule in benches.items()
    }
    covered = [Covered(r, states[r], wanted(r), names[r], frozenset(decisive[r])) for r in benches]
    return covered, (*errors, *more)


def every_rule(sources: Sequence[Source], others: Iterable[Rule]) -> list[Rule]:
    """The rules that tests load and those that somebody named, each once, by file and place."""
    rules = dict.fromkeys([*others, *(rule for source in sources for rule in source.loaded)])
    return sorted(rules, key=lambda rule: (os.path.normpath(rule.at.path), rule.at.line, rule.at.column))
