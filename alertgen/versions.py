"""What promtools of several versions disagree about, and what of that is known to have changed between them. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from alertgen import promql_tree
from alertgen.promql import PromQLError
from alertgen.promql_tree import Call, Range, Selector
from alertgen.quantity import Duration
from alertgen.reading import Reads, series, together
from alertgen.suite import Complaint, Source, Verdict
from alertgen.unittests import Assertion, InputSeries, TestGroup, seconds
from alertgen.vacuous import LOOKBACK, loose_groups
from alertgen.verdict import CaseId, CaseResult

Version = tuple[int, int, int]


def named(versions: Iterable[Version]) -> str:
    """`promtool 2.42.0 and 2.53.3`."""
    texts = [".".join(map(str, version)) for version in sorted(versions)]
    return f"promtool {' and '.join(filter(None, [', '.join(texts[:-1]), texts[-1]]))}"


def disagreement(passes: Mapping[Version, bool], causes: Iterable[str]) -> str:
    """Who passes and who fails, and why that may be: a line each."""
    bad, good = ([v for v, passed in passes.items() if passed is wanted] for wanted in (False, True))
    return "\n".join([f"fails with {named(bad)}, passes with {named(good)}", *(f"likely cause: {c}" for c in causes)])


def merged(by_version: Mapping[Version, Sequence[Verdict]]) -> list[Verdict]:
    """The verdicts of several promtools on the same sources as one on each: passed is what all of them pass.

    A complaint that not all of them have says so, and why that may be.
    """
    return [_merged(dict(zip(by_version, of_one, strict=True))) for of_one in zip(*by_version.values(), strict=True)]


_Place = tuple[object, ...]
"""What a complaint is about: the file, a rule in a test, or an assertion."""


def _merged(verdicts: Mapping[Version, Verdict]) -> Verdict:
    source = next(iter(verdicts.values())).source
    first: dict[_Place, Complaint] = {}
    errors: defaultdict[_Place, list[str]] = defaultdict(list)
    places = {version: {_place(c) for c in verdict.complaints} for version, verdict in verdicts.items()}
    for verdict in verdicts.values():
        for complaint in verdict.complaints:
            first.setdefault(_place(complaint), complaint)
            errors[_place(complaint)] += [complaint.failure.error]
    told: list[Complaint] = []
    for place, complaint in first.items():
        passes = {
            version: not (places[version] & _wider(place)) for version, verdict in verdicts.items() if verdict.finished
        }
        if len(set(passes.values())) > 1:
            why = causes(source, complaint.group, complaint.assertion, passes, errors[place])
            told.append(replace(complaint, disagreement=disagreement(passes, why)))
        else:
            told.append(complaint)
    return Verdict(
        source,
        passed=all(verdict.passed for verdict in verdicts.values()),
        complaints=tuple(told),
        finished=all(verdict.finished for verdict in verdicts.values()),
    )


def _place(complaint: Complaint) -> _Place:
    if complaint.assertion is not None:
        return complaint.assertion.group, id(complaint.assertion)
    return (complaint.group,)


def _wider(place: _Place) -> set[_Place]:
    """Where a complaint leaves this one unjudged, too."""
    return {place, place[:1], (None,)}


def agreed(
    by_version: Mapping[Version, Sequence[CaseResult]], source_of: Callable[[CaseId], Source | None]
) -> list[CaseResult]:
    """What several promtools say of the generated cases as one result for each, in the words of the oldest that fails.

    `source_of` reads the tests of a case.
    """
    found: defaultdict[CaseId, dict[Version, CaseResult]] = defaultdict(dict)
    for version, results in by_version.items():
        for result in results:
            found[result.case][version] = result
    return [_agreed(case, results, source_of) for case, results in found.items()]


def _agreed(
    case: CaseId, results: Mapping[Version, CaseResult], source_of: Callable[[CaseId], Source | None]
) -> CaseResult:
    passes = {version: not result.failed for version, result in results.items()}
    told = next((result for result in results.values() if result.failed), next(iter(results.values())))
    if len(set(passes.values())) == 1:
        return told
    source = source_of(case)
    groups = source.tests.groups if source and source.tests else ()
    about = [a for group in groups for a in group.assertions if a.expr.endswith(f" # {case}")]
    failed = {failure.at for failure in told.failed}
    why = [
        cause
        for assertion in [a for a in about if a.eval_time in failed] or about[:1]
        if source
        for cause in causes(source, assertion.group, assertion, passes, [])
    ]
    return replace(told, disagreement=disagreement(passes, dict.fromkeys(why)))


def causes(
    source: Source,
    group: int | None,
    assertion: Assertion | None,
    passes: Mapping[Version, bool],
    errors: Sequence[str],
) -> list[str]:
    """What is known to have changed where one version passes and the next one fails, and is in this test.

    `errors` are promtool's words where there was nothing to compare. Never empty: that nothing is known is an answer.
    """
    found = [cause for error in errors if (cause := _worded(error))]
    if source.tests is not None and group is not None:
        tested = source.tests.group(group)
        case = _case(source, tested, assertion)
        for before, after in pairwise(sorted(passes)):
            if passes[before] is not passes[after]:
                found += (
                    cause for since, says in _CHANGES if before[:2] < since <= after[:2] and (cause := says(case))
                )
        if not found and assertion and assertion.alertname:
            loose = loose_groups(assertion.alertname, source.tests, together(source.loaded))
            found += [f"chance: promtool takes the groups {', '.join(loose)} in any order"] if loose else []
    return list(dict.fromkeys(found)) or ["unknown: nothing that is known to differ between them is in this test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What a disagreement is about: a test, what is read in it, and when."""

    group: TestGroup
    exprs: tuple[promql_tree.Node, ...]
    series: tuple[InputSeries, ...]
    """Those that are read."""
    step: float
    """Seconds between two samples."""
    times: tuple[float, ...]
    """When there is an evaluation that may matter, the last one first."""

    @property
    def nodes(self) -> Iterator[promql_tree.Node]:
        for expr in self.exprs:
            yield from promql_tree.walk(expr)


def _case(source: Source, group: TestGroup, assertion: Assertion | None) -> _Case:
    assert source.tests is not None
    rules, pace = together(source.loaded), source.tests.evaluation_interval
    read: list[Reads] = (
        [rules.of(assertion.alertname, assertion.expr)]
        if assertion
        else [rules.of(a.alertname, a.expr) for a in group.assertions]
    )
    texts = {rule.expr for reads in read for rule in reads.rules}
    texts |= {assertion.expr} if assertion and assertion.expr else set()
    until = assertion.time if assertion else group.until
    grid = [number * pace for number in range(int(until // pace), -1, -1)]
    return _Case(
        group=group,
        exprs=tuple(tree for text in sorted(texts) if (tree := _parsed(text)) is not None),
        series=tuple(one for one in group.series if any(_takes(reads, one) for reads in read)),
        step=seconds(group.interval) or pace,
        times=tuple(dict.fromkeys([until, *grid])),
    )


def _parsed(text: str) -> promql_tree.Node | None:
    try:
        return promql_tree.parse(text)
    except PromQLError:
        return None


def _takes(reads: Reads, one: InputSeries) -> bool:
    found = series(one.series)
    return found is None or reads.takes(*found)


def _at(time: float) -> str:
    return str(Duration(round(time)))


def _has_histograms(case: _Case) -> bool:
    return any("{{" in one.values for one in case.group.series)


def _interval(case: _Case) -> str:
    said = "before 2.49 a test without `interval` has all its samples at the start: write it"
    return "" if case.group.interval else said


def _extrapolation(case: _Case) -> str:
    for node in case.nodes:
        if isinstance(node, Call) and node.function in {"rate", "increase", "delta"}:
            return (
                f"from 2.51 on, {node.function}() of a counter that begins within the range near 0 is less: "
                "it is no longer extrapolated to where it would have been 0 (prometheus#13725)"
            )
    return ""


def _left_edges(case: _Case) -> str:
    """Since 3.0 a sample at the very beginning of a range, or of the time that one counts as the newest, is out."""
    old = [
        (one, time)
        for time in case.times
        for one in case.series
        for run in one.runs(case.step)
        if not run.stale and run.last + LOOKBACK == time
    ]
    if old and any(isinstance(node, Selector) for node in _outside_ranges(case.exprs)):
        one, time = old[0]
        return (
            f"from 3.0 on, a sample that is exactly {_at(LOOKBACK)} old is too old: the last one of {one.series} is at "
            f"{_at(time - LOOKBACK)}, and looked for at {_at(time)}; let the series go on"
        )
    for node in case.nodes:
        if isinstance(node, Range) and (not isinstance(node.of, Selector) or _edge(case, node.seconds)):
            what = "samples" if isinstance(node.of, Selector) else "evaluations"
            return (
                f"from 3.0 on, a range leaves out what is exactly at its beginning: [{_at(node.seconds)}] has one of "
                f"the {what} less; do not let the test depend on that one"
            )
    return ""


def _edge(case: _Case, window: float) -> bool:
    """Whether some range of this length begins exactly at a sample."""
    return any(
        run.first <= time - window <= run.last and (time - window - run.first) % case.step == 0
        for time in case.times
        for one in case.series
        for run in one.runs(case.step)
    )


def _outside_ranges(trees: Iterable[promql_tree.Node]) -> Iterator[promql_tree.Node]:
    for tree in trees:
        if not isinstance(tree, Range):
            yield tree
            yield from _outside_ranges(tree.children)


def _resets(case: _Case) -> str:
    said = "from 3.0 on, a native histogram knows whether its counter was reset, and that is compared"
    return said if _has_histograms(case) else ""


_CHANGES: Final[tuple[tuple[tuple[int, int], Callable[[_Case], str]], ...]] = (
    ((2, 49), _interval),
    ((2, 51), _extrapolation),
    ((3, 0), _left_edges),
    ((3, 0), _resets),
)
"""What changed in which version: Prometheus' changelog, and what the three majors were seen to do."""

_WORDS: Final = (
    (re.compile(r"fuzzy_compare"), "promtool knows `fuzzy_compare` from 3.5 on"),
    (re.compile(r"start_timestamp"), "promtool knows `start_timestamp` from 3.9 on"),
    (re.compile(r"query_offset"), "Prometheus knows `query_offset` from 2.53 on"),
    (re.compile(r"keep_firing_for"), "Prometheus knows `keep_firing_for` from 2.42 on"),
    (re.compile(r"field labels not found"), "Prometheus knows `labels` of a group from 3.0 on"),
    (re.compile(r"field histogram not found"), "before 2.47 promtool compares no native histograms"),
    (re.compile(r"holt_winters"), "from 3.0 on, holt_winters() is called double_exponential_smoothing()"),
    (re.compile(r"unknown function"), "not all of them have this function"),
    (re.compile(r"field \w+ not found"), "not all of them know this key"),
    (re.compile(r"invalid .*name|UTF-8|unexpected <string>|unexpected \{"), "before 3.0 names are ASCII"),
)
"""What promtool says when it knows a thing only from some version on."""


def _worded(error: str) -> str:
    return next((cause for said, cause in _WORDS if said.search(error)), "")
