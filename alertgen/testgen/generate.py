"""Alerts and their scenarios → promtool unit tests. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from alertgen.expand import Alert, Expansion
from alertgen.model import Scenario, Series
from alertgen.testgen.asking import end, expr_cases, word_for_word
from alertgen.testgen.packing import Case, Pack, case_of, cases_of, packed
from alertgen.testgen.situations import Situations, situations, world_of
from alertgen.testgen.testfile import ExprCase, TestFile, TestGroup
from alertgen.world import World


def test_file(
    expansion: Expansion,
    wanted: Callable[[str], bool] = lambda _: True,  # noqa: PT028 - a builder of test files, not a test
) -> TestFile:
    """The unit tests that prove a service's alerts: of the scenarios whose full name is wanted."""
    return tests_of(expansion, situations(expansion), wanted)


def tests_of(expansion: Expansion, found: Situations, wanted: Callable[[str], bool]) -> TestFile:
    """The same as `test_file`, from the expansion's `situations`."""
    step = int(expansion.subject.site.evaluation_interval)
    cases = (case for case in cases_of(expansion, found) if wanted(case.name(expansion)))
    groups = [_group(expansion, pack) for pack in packed(cases)]
    groups += _proofs(expansion, wanted)
    return TestFile(tuple(g.name for g in expansion.groups), step, tuple(groups))


test_file.__test__ = False  # type: ignore[attr-defined]  # for pytest, as above


def alone(expansion: Expansion, alert: Alert, scenario: Scenario) -> TestGroup:
    """One scenario in a test group of its own."""
    return _group(expansion, Pack(case_of(alert, scenario, literal=False)))


def _proofs(expansion: Expansion, wanted: Callable[[str], bool]) -> Iterator[TestGroup]:
    """The tests of the recording rules. What is recorded adds up what is there: each needs a group of its own."""
    step = int(expansion.subject.site.evaluation_interval)
    for alert in expansion.alerts:
        for proof in alert.pattern.proofs(world_of(expansion, alert), alert.settings.params):
            name = f"{expansion.namespace}/{expansion.name} {alert.title}: {proof.name}"
            if wanted(name):
                until = max(check.at for check in proof.checks)
                cases = tuple(ExprCase(c.at, f"{c.expr} # {name}", c.value) for c in proof.checks)
                yield TestGroup(name, proof.series, step, until, (), cases)


def _group(expansion: Expansion, pack: Pack) -> TestGroup:
    step = int(expansion.subject.site.evaluation_interval)
    until = max(end(c.alert, c.scenario, step) for c in pack.cases)
    first, more = pack.cases[0], len(pack.cases) - 1
    return TestGroup(
        name=first.name(expansion) + (f", and {more} more" if more else ""),
        series=_series(world_of(expansion, first.alert), pack.cases),
        step=step,
        until=until,
        alert_cases=tuple(word_for_word(expansion, c.alert, c.scenario) for c in pack.cases if c.literal),
        expr_cases=tuple(
            case for c in pack.cases for case in expr_cases(c.name(expansion), c.alert, c.scenario, until, step)
        ),
    )


def _series(world: World, pack: list[Case]) -> tuple[Series, ...]:
    """The scenarios' series and, where pods are told by their owners, what says who owns them; each once."""
    found: dict[object, Series] = {}
    for case in pack:
        for identity, series in case.shown.items():
            found.setdefault(identity, series)
            if "pod" in series.labels:
                for owner in _whose(world, series).ownership(series.labels["pod"]):
                    found.setdefault(owner.identity, owner)
    return tuple(found.values())


def _whose(world: World, series: Series) -> World:
    """Where a series comes from: the service's own world, or that of the neighbour whose name begins alike."""
    neighbour = f"{world.name}-worker"
    name = neighbour if series.labels["pod"].startswith(f"{neighbour}-") else world.name
    cluster = series.labels.get(world.subject.site.cluster_label, "")
    return world.elsewhere(namespace=series.labels.get("namespace", ""), name=name, cluster=cluster)
