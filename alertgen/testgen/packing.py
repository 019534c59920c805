"""Scenarios that can take place side by side → packs: a test group costs promtool a database of its own. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from alertgen.expand import Alert, Expansion
from alertgen.model import Scenario, Series
from alertgen.pattern import Level
from alertgen.testgen.situations import Situations


@dataclass(frozen=True, slots=True)
class Case:
    """One alert's scenario, and whether what fires in it is compared word for word."""

    alert: Alert
    scenario: Scenario
    literal: bool
    shown: Mapping[object, Series]
    """All series that are there, those that must not count included, by what makes each one itself."""

    def name(self, expansion: Expansion) -> str:
        """`namespace/service Alert: sentence`: how the case is called everywhere."""
        return f"{expansion.namespace}/{expansion.name} {self.alert.title}: {self.scenario.name}"


_WHOLE = (Level.WORKLOAD, Level.SERVICE)
"""About the service as a whole: other alerts' scenarios show the same things otherwise."""


class Pack:
    """Scenarios that take place side by side, in one test group."""

    def __init__(self, case: Case) -> None:
        self.cases = [case]
        self._shown = dict(case.shown)

    def takes(self, case: Case) -> bool:
        """Adds the case unless it and the others would disturb one another."""
        level = case.alert.pattern.level
        if (
            level is Level.CLUSTER
            or not (_is_apart(case) and _is_apart(self.cases[0]))
            or case.scenario.alone
            or self.cases[0].scenario.alone
            or (level is not self.cases[0].alert.pattern.level and not _about_pods(case, self.cases[0]))
        ):
            return False
        of_same_alert = [c for c in self.cases if c.alert.rule.alert == case.alert.rule.alert]
        # Word for word means all that fires under the alert's name; what is about workloads may read anything of it.
        if any(c.literal or case.literal for c in of_same_alert) or (
            level in _WHOLE and len(of_same_alert) < len(self.cases)
        ):
            return False
        if any(
            mine == theirs and c.alert.told_apart == case.alert.told_apart
            for c in of_same_alert
            for mine in c.scenario.subjects
            for theirs in case.scenario.subjects
        ):
            return False
        if any(self._shown.get(identity, s) != s for identity, s in case.shown.items()):
            return False
        self._shown |= case.shown
        self.cases.append(case)
        return True


def _is_apart(case: Case) -> bool:
    """Whether what the case shows adds up with nothing: requests do, but not what is recorded of them."""
    return case.alert.pattern.level is not Level.TRAFFIC or all(":" in series.metric for series in case.shown.values())


def _about_pods(*cases: Case) -> bool:
    return all(case.alert.pattern.level in (Level.CONTAINER, Level.POD) for case in cases)


def packed(cases: Iterable[Case]) -> list[Pack]:
    """Each case in the first pack that takes it."""
    packs: list[Pack] = []
    for case in cases:
        if not any(pack.takes(case) for pack in packs):
            packs.append(Pack(case))
    return packs


def cases_of(expansion: Expansion, found: Situations) -> Iterator[Case]:
    """Every alert's scenarios; the first that fires is compared word for word."""
    for alert in expansion.alerts:
        compared = False
        for scenario in found[alert.title]:
            literal = scenario.breached is not None and not compared
            compared = compared or literal
            yield case_of(alert, scenario, literal=literal)


def case_of(alert: Alert, scenario: Scenario, *, literal: bool) -> Case:
    """A scenario as a case of its alert."""
    shown = {series.identity: series for series in (*scenario.series, *scenario.background)}
    return Case(alert, scenario, literal, shown)
