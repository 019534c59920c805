"""Trying slips in rules on their tests, with promtool."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from alertgen.diagnostics import AlertgenError
from alertgen.mutants import Mutant
from alertgen.mutation import Fate, Outcome
from alertgen.promql import PromQLError
from alertgen.rulefile import Rule
from alertgen.suite import Source
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache
from alertgen.tools.trial_runner import Trial, noticed
from alertgen.trials import Changes, bench, slips

Slip = tuple[Rule, Mutant, Changes]


def every_slip(sources: Sequence[Source], rules: Iterable[Rule]) -> list[Slip]:
    """All slips that some data could tell from the right rule; none of a rule that cannot be parsed."""
    found: list[Slip] = []
    for rule in rules:
        interval = next((s.tests.evaluation_interval for s in sources if s.tests and rule in s.loaded), 60.0)
        try:
            found += [(rule, mutant, changes) for mutant, changes in slips(rule, interval) if not mutant.equivalent]
        except PromQLError:
            continue
    return found


def judge(
    promtool: Binary,
    sources: Sequence[Source],
    wanted: Sequence[Slip],
    cache: Cache,
    *,
    jobs: int,
    timeout: float,
    on_done: Callable[[int], None],
    time_is_over: Callable[[], bool],
) -> tuple[list[Outcome], tuple[AlertgenError, ...]]:
    """What becomes of each slip: the tests of one file suffice to notice it, and all are tried before none does."""
    loading = {rule: [s for s in sources if rule in s.loaded] for rule, *_ in wanted}
    benches = {rule: [b for s in found if (b := bench(s, rule))] for rule, found in loading.items()}
    trials = {Trial(b, changes): mutant for rule, mutant, changes in wanted for b in benches[rule]}
    tried, errors = noticed(
        promtool, list(trials), cache, jobs=jobs, timeout=timeout, on_done=on_done, time_is_over=time_is_over
    )
    by_slip: dict[int, list[bool | None]] = {id(mutant): [] for _, mutant, _ in wanted}
    for trial, mutant in trials.items():
        by_slip[id(mutant)].append(tried.get(trial))
    outcomes = [
        Outcome(rule, mutant, _fate(by_slip[id(mutant)], tested=bool(benches[rule]))) for rule, mutant, _ in wanted
    ]
    return outcomes, errors


def _fate(red: Sequence[bool | None], *, tested: bool) -> Fate:
    if not tested:
        return Fate.UNTESTED
    if any(red):
        return Fate.KILLED
    return Fate.UNKNOWN if not red or None in red else Fate.SURVIVED
