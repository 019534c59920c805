"""What each promtool says of a plan → what they say together of every case. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from alertgen import versions
from alertgen.diagnostics import AlertgenError, Diagnostic, Location
from alertgen.expectations import judged
from alertgen.plan import Plan
from alertgen.promtool_output import Failure
from alertgen.suite import Source
from alertgen.verdict import CaseId, CaseResult, Failed, judge
from alertgen.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What came of a plan with one promtool. All is well when nothing failed and no process went wrong."""

    failed: tuple[Failed, ...]
    answers: Mapping[str, tuple[Failure, ...]]
    """What was said where something was asked, by file: those are tests that fail on purpose."""
    errors: tuple[AlertgenError, ...]
    rules: int
    ran: frozenset[str]
    """The test files that promtool gave a verdict on, and an answer where there is something to ask."""
    assertions: int
    known: int
    """So many test files passed before, and are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What came of every case that was run; `stray` is what fits none, `unknown` how many could not be run."""

    results: tuple[CaseResult, ...]
    stray: tuple[Diagnostic, ...]
    unknown: int


def agreed(
    plan: Plan,
    said: Mapping[Version, Proof],
    routed: Sequence[Failed],
    source_of: Callable[[str], Source | None],
    fallback: Location,
) -> Agreement:
    """What the promtools say of each case that was run, with what is wrong with who is told of its alert.

    `source_of` reads a test file of the plan; what fits no case is told at `fallback`.
    """
    by_version: dict[Version, Sequence[CaseResult]] = {}
    stray: dict[Diagnostic, None] = {}
    for version, proof in said.items():
        ran = {case: place for path in plan.places if path in proof.ran for case, place in plan.places[path].items()}
        by_version[version], more = judge(ran, (*_in_words(plan, proof), *routed), fallback)
        stray |= dict.fromkeys(more)
    files = plan.files
    results = versions.agreed(by_version, lambda case: source_of(files[case]))
    return Agreement(results=tuple(results), stray=tuple(stray), unknown=len(files) - len(results))


def expectations(plan: Plan, wanted: Callable[[CaseId], bool]) -> list[CaseResult]:
    """What came of the cases that are about who is told: no promtool is asked about those."""
    build = plan.build
    return [case for case in judged(build.estate, build.routing, build.entries) if wanted(case.case)]


def _in_words(plan: Plan, proof: Proof) -> Iterator[Failed]:
    """What failed; of a service's own tests as they say it, and what they say of texts."""
    mine = {case: one.tests for one in plan.own for case in one.tests.places()}
    for failed in proof.failed:
        yield mine[failed.case].in_words(failed) if failed.case in mine else failed
    for one in plan.own:
        yield from one.tests.answered(proof.answers.get(one.asked, ()))
