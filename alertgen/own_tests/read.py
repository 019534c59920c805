"""A service's own `tests:` → what promtool is asked, and what each of its answers means in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alertgen.diagnostics import Diagnostic, Location, did_you_mean
from alertgen.expand import Alert, Expansion
from alertgen.model import Series, lasting
from alertgen.own_tests.given import given, metrics_of
from alertgen.own_tests.model import Claim, OwnTests, Question, pattern
from alertgen.own_tests.schema import ALWAYS, KEY, NEVER, TEXTS
from alertgen.promql import Matcher, Selector
from alertgen.quantity import Duration
from alertgen.source import Document
from alertgen.testgen.asking import function_over
from alertgen.testgen.testfile import ExprCase, TestFile, TestGroup
from alertgen.verdict import CaseId

_MARGIN = 10
"""Evaluations that are looked at after the last sample that is written down."""
_STATES = frozenset(("silent", "pending", "firing"))
_AT_THE_END = -1
"""Stands for the last instant of a test until that is known."""


def own_tests(document: Document, expansion: Expansion) -> tuple[OwnTests, tuple[Diagnostic, ...]]:
    """The tests of a service's document, and what is wrong with them."""
    reader = _Reader(document, expansion)
    for index in range(len(document.data.get(KEY, ()))):
        reader.read(index)
    file = TestFile(tuple(group.name for group in expansion.groups), reader.step, tuple(reader.groups))
    return OwnTests(expansion, file, tuple(reader.claims), tuple(reader.questions)), tuple(reader.problems)


@dataclass(frozen=True, slots=True)
class _Expectation:
    """One entry of `expect`: of which test, as written, what alerts it means and where it stands."""

    test: str
    written: Mapping[str, Any]
    alerts: Mapping[str, Alert]
    at: Location

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels by which it tells alerts apart."""
        labels: Mapping[str, str] = self.written.get("labels", {})
        return labels

    @property
    def title(self) -> str:
        """The alert's name, with what tells it from others of that name."""
        alone = next(iter(self.alerts.values())).told_apart.values() if len(self.alerts) == 1 else ()
        which = ", ".join(self.labels.values()) or ", ".join(alone)
        title = f"{self.written['alert']} ({which})" if which else self.written["alert"]
        return title.replace("\n", " ")


@dataclass(frozen=True, slots=True)
class _Times:
    """When an alert is pending and fires for the first time, and fires no more, in seconds; None: nothing is said."""

    pending: int | None
    firing: int | None
    until: int | None


class _Reader:
    """Reads the tests of one service, one after the other."""

    def __init__(self, document: Document, expansion: Expansion) -> None:
        self._document, self._expansion = document, expansion
        self._names: dict[str, Location] = {}
        self._cases: set[CaseId] = set()
        self.step = int(expansion.subject.site.evaluation_interval)
        self.groups: list[TestGroup] = []
        self.claims: list[Claim] = []
        self.questions: list[Question] = []
        self.problems: list[Diagnostic] = []

    def read(self, index: int) -> None:
        """Reads one test; of one that is wrong, only what is wrong with it is kept."""
        body = self._document.data[KEY][index]

        def at(*steps: str | int) -> Location:
            return self._document.at(KEY, index, *steps)

        before = len(self.problems)
        name, place = body["name"].strip(), at("name")
        if name in self._names:
            self._wrong(place, "duplicate", f"there is a test '{name}' already", related=self._names[name])
        self._names.setdefault(name, place)
        expected = [(e, self._alerts(e, at("expect", number))) for number, e in enumerate(body["expect"])]
        if len(self.problems) > before:
            return
        reading = {title: alert for _, alerts in expected for title, alert in alerts.items()}
        series: dict[object, Series] = {}
        for number, item in enumerate(body["given"]):
            found, wrong = given(self._expansion, reading, item, self._document.key(KEY, index, "given", number))
            series |= {one.identity: one for one in found}
            self.problems += wrong
        if len(self.problems) > before:
            return
        shown = {one.metric for one in series.values()}
        group = f"{self._expansion.namespace}/{self._expansion.name}: {name}"
        claims: list[Claim] = []
        questions: list[Question] = []
        for number, (wanted, alerts) in enumerate(expected):
            expectation = _Expectation(name, wanted, alerts, at("expect", number))
            times = self._times(expectation, shown)
            case = self._case(expectation)
            if times is not None and case is not None:
                claims += _claims(case, expectation, times, self.step)
                questions += self._questions(case, expectation, times, group)
        if len(self.problems) > before:
            return
        until = self._end(series.values(), reading.values(), claims)
        final = [replace(c, check=replace(c.check, at=until)) if c.check.at == _AT_THE_END else c for c in claims]
        checks = tuple(dict.fromkeys(claim.check for claim in final))
        self.groups.append(TestGroup(group, tuple(series.values()), self.step, until, (), checks))
        self.claims += final
        self.questions += questions

    def _wrong(self, at: Location, code: str, message: str, hint: str = "", related: Location | None = None) -> None:
        self.problems.append(Diagnostic(at, code, message, hint=hint, related=((related, "there"),) if related else ()))

    def _alerts(self, expected: Mapping[str, Any], at: Location) -> Mapping[str, Alert]:
        """The alerts that are meant: several, where a service has one for each of its objectives or schedules."""
        name = expected["alert"]
        found = {alert.title: alert for alert in self._expansion.alerts if alert.rule.alert == name}
        if not found and name in self._expansion.off:
            hint = f"say alerts: {{{name}: {{enabled: true}}}}"
            self._wrong(at, "no-effect", f"{name} is not switched on for this service", hint)
        elif not found:
            names = {alert.rule.alert for alert in self._expansion.alerts}
            hint = did_you_mean(name, names) or f"`alertgen explain --service {self._expansion.name}` lists what it has"
            self._wrong(at, "unknown-alert", f"the service has no alert '{name}'", hint)
        return found

    def _times(self, expectation: _Expectation, shown: set[str]) -> _Times | None:
        """When the alert is to change its state; None when what is expected makes no sense."""
        expected, at = expectation.written, expectation.at
        if not expected.keys() & _STATES:
            message = "nobody says what is to become of the alert"
            self._wrong(at, "missing-key", message, "say silent: always, or firing: 15m")
            return None
        if "silent" in expected and expected.keys() & {"pending", "firing", "until"}:
            self._wrong(at, "contradiction", "an alert that is always silent is neither pending nor firing")
            return None
        quiet = any(expected.get(state) in {ALWAYS, NEVER} for state in _STATES)
        if quiet and not any(shown & metrics_of(self._expansion, alert) for alert in expectation.alerts.values()):
            message = f"{expected['alert']} reads nothing of what is given here: it is silent anyway"
            self._wrong(at, "cannot-fail", message)
            return None
        times = _Times(*(self._time(expected, key, at) for key in ("pending", "firing", "until")))
        if times.until is not None and (times.firing is None or times.until <= times.firing):
            self._wrong(at, "contradiction", "`until` is when it fires no more, and comes after `firing`")
            return None
        return times

    def _time(self, expected: Mapping[str, Any], key: str, at: Location) -> int | None:
        if key not in expected or expected[key] == NEVER:
            return None
        seconds = Duration.parse(expected[key])
        if seconds % self.step:
            even = Duration(-(-seconds // self.step) * self.step)
            hint = f"say {even}: rules are evaluated every {Duration(self.step)}"
            self._wrong(at, "bad-value", f"{key}: nothing is evaluated at {seconds}", hint)
        return int(seconds)

    def _case(self, expectation: _Expectation) -> CaseId | None:
        """What the expectation is called; None when it is there twice."""
        case = CaseId(f"{self._expansion.namespace}/{self._expansion.name}", expectation.title, expectation.test)
        if case in self._cases:
            self._wrong(expectation.at, "duplicate", f"{expectation.title} is expected twice here")
            return None
        self._cases.add(case)
        return case

    def _questions(self, case: CaseId, expectation: _Expectation, times: _Times, group: str) -> Iterator[Question]:
        """What is to be asked of the annotations."""
        expected, at = expectation.written, expectation.at
        for key in (key for key in TEXTS if key in expected):
            if times.firing is None:
                self._wrong(at, "missing-key", f"`{key}` is looked at when it fires: say when", "e.g. firing: 15m")
                return
            try:
                re.compile(pattern(expected[key]))
            except re.error as error:
                self._wrong(at, "bad-value", f"{key}: {expected[key]} is no regular expression: {error}")
                return
            labels = expectation.labels
            yield Question(case, at, times.firing, group, expected["alert"], labels, key, expected[key])

    def _end(self, series: Iterable[Series], alerts: Iterable[Alert], claims: Sequence[Claim]) -> int:
        """The last instant that is looked at, in seconds."""
        longest = max((sum(lasting(p, self.step) or 0 for p in one.parts) for one in series), default=0)
        waits = max((int(alert.rule.for_ + alert.rule.keep_firing_for) for alert in alerts), default=0)
        last = max((claim.check.at for claim in claims), default=0)
        end = max(longest + waits + _MARGIN * self.step, last + 3 * self.step)
        return -(-end // self.step) * self.step


def _claims(case: CaseId, expectation: _Expectation, times: _Times, step: int) -> Iterator[Claim]:
    """What must be true, and when."""
    alert = next(iter(expectation.alerts.values()))
    name, labels = expectation.written["alert"], expectation.labels
    for at, state, there, expected, got in _moments(expectation.written, times, step):
        check = _check(case, name, labels, at, state, there=there)
        yield Claim(case, expectation.at, alert, check, expected, got)


_Moment = tuple[int, str | None, bool | None, str, str]
"""When, in which state (None: any), whether it is (None: never yet), expected and got in words."""


def _moments(expected: Mapping[str, Any], times: _Times, step: int) -> Iterator[_Moment]:
    if "silent" in expected:
        yield _AT_THE_END, None, None, "silent from start to end", "pending or firing before"
    for state, first in (("pending", times.pending), ("firing", times.firing)):
        if expected.get(state) == NEVER:
            yield _AT_THE_END, state, None, f"never {state}", f"{state} before"
        if first is not None:
            if first:
                yield first - step, state, None, f"not {state} yet", f"{state} by then"
            yield first, state, True, state, f"not {state}"
    if times.until is not None:
        yield times.until - step, "firing", True, "still firing", "not firing"
        yield times.until, "firing", False, "not firing any more", "still firing"


def _check(
    case: CaseId, alert: str, labels: Mapping[str, str], at: int, state: str | None, *, there: bool | None
) -> ExprCase:
    matchers: dict[str, str | Matcher] = {"alertname": alert, **({"alertstate": state} if state else {}), **labels}
    alerts = Selector.of("ALERTS", matchers)
    if there is None:
        ever = Duration(52 * 7 * 86_400)
        return ExprCase(at, f"count({function_over('count_over_time', alerts, ever)}) # {case}", None)
    return ExprCase(at, f"count({alerts.text}) > bool 0 # {case}", "1" if there else None)
