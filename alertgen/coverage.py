"""How much of each rule its tests show: fired, silent, pending, resolved, and which clauses matter to them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alertgen import promql_tree
from alertgen.promql import PromQLError
from alertgen.promql_tree import Call, Number
from alertgen.rulefile import Rule
from alertgen.samples import Sample
from alertgen.timeline import Timeline, timeline
from alertgen.trials import Bench
from alertgen.unittests import Assertion

FIRED, SILENT, PENDING, RESOLVED = "fired", "silent", "pending", "resolved"

Seen = Mapping[int, Mapping[float, Sequence[Sample]]]
"""For each test of a file, by number: the series of ALERTS at each step."""


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """What the tests show of one rule: some assertion holds while it is in each of these states.

    Of a recording rule, `fired` means that a value of it is read by an assertion that expects something, and `silent`
    that one expects nothing. `clauses` are all that can be taken away or turned round; `decisive` those whose loss a
    test notices.
    """

    rule: Rule
    shown: frozenset[str]
    wanted: frozenset[str]
    clauses: tuple[str, ...] = ()
    decisive: frozenset[str] = field(default_factory=frozenset)

    @property
    def points(self) -> tuple[int, int]:
        """How much is covered, and of how much."""
        return len(self.shown & self.wanted) + len(self.decisive), len(self.wanted) + len(self.clauses)

    @property
    def missing(self) -> tuple[str, ...]:
        """What no test shows, in words."""
        states = [state for state in (FIRED, SILENT, PENDING, RESOLVED) if state in self.wanted - self.shown]
        return (*states, *(clause for clause in self.clauses if clause not in self.decisive))


def share(covered: Iterable[Covered]) -> float:
    """How much of everything is covered, in percent; all of nothing."""
    points = [one.points for one in covered]
    whole = sum(total for _, total in points)
    return 100 * sum(part for part, _ in points) / whole if whole else 100.0


def wanted(rule: Rule) -> frozenset[str]:
    """What there is to show of a rule: an alert that fires whatever happens is never silent, and never resolved."""
    if not rule.alert:
        return frozenset({FIRED})
    waits = frozenset({PENDING} if rule.for_ not in ("", "0", "0s") else ())
    return waits | ({FIRED} if _is_constant(rule.expr) else {FIRED, SILENT, RESOLVED})


def _is_constant(expr: str) -> bool:
    """Whether the expression is a number and nothing else: `vector(1)`, what a dead man's switch is made of."""
    try:
        tree = promql_tree.parse(expr)
    except PromQLError:
        return False
    return all(
        isinstance(n, Number) or (isinstance(n, Call) and n.function == "vector") for n in promql_tree.walk(tree)
    )


def shown(bench: Bench, seen: Seen) -> frozenset[str]:
    """What one file shows of a rule."""
    rule, found = bench.rule, set[str]()
    for number in bench.until:
        about = [a for a in bench.assertions if a.group == number]
        if not rule.alert:
            found.update(FIRED if assertion.expected else SILENT for assertion in about)
        else:
            line = timeline(rule, seen.get(number, {}), bench.interval)
            found.update(state for a in about if _asks_for(a, rule) for state in _states(a, line))
    return frozenset(found)


def _asks_for(assertion: Assertion, rule: Rule) -> bool:
    """Whether the assertion is about the alert itself: by its name, or by what ALERTS says of it."""
    return assertion.alertname == rule.name or (not assertion.alertname and "ALERTS" in assertion.expr)


def _states(assertion: Assertion, line: Timeline) -> Iterator[str]:
    pending, firing = line.at(assertion.time)
    if firing:
        yield FIRED
        return
    if pending:
        yield PENDING
        return
    yield SILENT
    if line.has_fired(assertion.time):
        yield RESOLVED
