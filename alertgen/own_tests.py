"""A service's own `tests:`: what somebody expects of its alerts in a situation → promtool unit tests. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alertgen import metrics, promql_tree, samples
from alertgen.diagnostics import Diagnostic, Location, did_you_mean
from alertgen.expand import Alert, Expansion, only
from alertgen.fixture import Fixture, when
from alertgen.fixtures import fixtures
from alertgen.metrics import Metric
from alertgen.model import Scenario, Series, lasting
from alertgen.notation import NotationError, parse_series, parse_values
from alertgen.pattern import Level
from alertgen.podnames import example_pod
from alertgen.promql import Matcher, Selector
from alertgen.promtool_output import Failure
from alertgen.quantity import DURATION_PATTERN, Duration
from alertgen.schema_words import LABEL_PATTERN, Schema, keys, mapping, several, text
from alertgen.source import Document
from alertgen.subject import Subject
from alertgen.testgen.asking import function_over
from alertgen.testgen.situations import world_of
from alertgen.testgen.testfile import AlertCase, ExprCase, TestFile, TestGroup
from alertgen.verdict import CaseId, Failed
from alertgen.world import World

KEY = "tests"
ALWAYS, NEVER = "always", "never"
_TEXTS = ("summary", "description")
_MARGIN = 10
"""Evaluations that are looked at after the last sample that is written down."""


def schema() -> Schema:
    """What a service may say under `tests`."""
    forms = "; ".join(f"{one.key}: {one.example} ({one.meaning})" for one in fixtures().values())
    time = {"type": "string", "pattern": DURATION_PATTERN, "maxLength": 20}
    moment = {"anyOf": [time, {"const": NEVER}]}
    wanted = text("A regular expression between slashes, or the whole text.", maxLength=1000)
    given = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 10_000},
        "description": "A series with its values in promtool's notation, one for each evaluation; labels that are left "
        f"out are the service's. Or a situation, with `from` and `for`: {forms}.",
    }
    expected = keys(
        "What is to become of one alert.",
        {
            "alert": text("Its name.", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", maxLength=200),
            "silent": {"const": ALWAYS, "description": "It is never pending, and never fires."},
            "pending": {**moment, "description": "When it is pending for the first time, after the start of the test."},
            "firing": {**moment, "description": "When it fires for the first time."},
            "until": {**time, "description": "When it fires no more."},
            "labels": mapping("Labels that it has then, among others.", {"type": "string"}, LABEL_PATTERN),
            **{
                name: {**wanted, "description": f"What its {name} says then: {wanted['description']}"}
                for name in _TEXTS
            },
        },
        "alert",
    )
    return several(
        "What you expect in a situation of your own; `alertgen test` looks.",
        keys(
            "One situation.",
            {
                "name": text("What it is, in a few words.", pattern=r"^[^#\n\r]+$", maxLength=200),
                "given": {**several("What the exporters show.", given), "uniqueItems": False},
                "expect": several("What is to become of the alerts.", expected),
            },
            "name",
            "given",
            "expect",
        ),
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is expected: of which case, where it stands, and what it is called when it is otherwise."""

    case: CaseId
    location: Location
    alert: Alert
    check: ExprCase
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Question:
    """What an alert says when it fires: `text` is the annotation's pattern, between slashes or whole."""

    case: CaseId
    location: Location
    at: int
    group: str
    alert: str
    labels: Mapping[str, str]
    annotation: str
    text: str


@dataclass(frozen=True, slots=True)
class OwnTests:
    """All that a service expects: the test file, and what each of its assertions says in words."""

    expansion: Expansion
    file: TestFile
    claims: tuple[Claim, ...]
    questions: tuple[Question, ...]

    def only(self, wanted: Callable[[str], bool]) -> OwnTests:
        """The cases whose full name is wanted, and of the tests those that have any."""
        claims = tuple(claim for claim in self.claims if wanted(str(claim.case)))
        checks = {claim.check for claim in claims}
        groups = (replace(g, expr_cases=tuple(c for c in g.expr_cases if c in checks)) for g in self.file.groups)
        file = replace(self.file, groups=tuple(group for group in groups if group.expr_cases))
        return replace(
            self, file=file, claims=claims, questions=tuple(q for q in self.questions if wanted(str(q.case)))
        )

    def asked(self) -> TestFile:
        """Tests that fail whatever happens, so that promtool says what the alerts say that are asked about."""
        groups = {group.name: group for group in self.file.groups}
        asked = tuple(
            replace(groups[q.group], alert_cases=(AlertCase(q.at, q.alert, {}, {}),), expr_cases=())
            for q in self.questions
        )
        return replace(self.file, groups=asked)

    def answered(self, failures: Iterable[Failure]) -> Iterator[Failed]:
        """What is said otherwise than expected, by what promtool said of `asked`. Of what does not fire, nothing is."""
        got = {(f.group, f.alertname, f.at): samples.alerts(f.got) for f in failures}
        for question in self.questions:
            found = [
                annotations.get(question.annotation, "")
                for labels, annotations in got.get((question.group, question.alert, str(Duration(question.at))), ())
                if question.labels.items() <= labels.items()
            ]
            if found and not any(says(question.text, text_) for text_ in found):
                expected = f"the {question.annotation} {question.text}"
                yield Failed(question.case, str(Duration(question.at)), expected, " | ".join(sorted(set(found))))

    def in_words(self, failed: Failed) -> Failed:
        """A failure as the test says it: `expected it is firing` and not `expected {} 1`."""
        for claim in self.claims:
            at, there = Duration(claim.check.at), claim.check.value is not None
            if claim.case == failed.case and str(at) == failed.at and there == bool(failed.expected):
                return replace(failed, expected=claim.expected, got=claim.got)
        return failed

    def scenes(self) -> Iterator[tuple[CaseId, Alert, Scenario]]:
        """Every case as a scenario, to be drawn."""
        shown = {group.name: group.series for group in self.file.groups}
        for claim in {claim.case: claim for claim in self.claims}.values():
            series = shown[f"{claim.case.service}: {claim.case.scenario}"]
            yield claim.case, claim.alert, Scenario(name=claim.case.scenario, series=series, subjects=({},), alone=True)

    def places(self) -> Mapping[CaseId, Location]:
        """Every case and where it stands."""
        return {claim.case: claim.location for claim in self.claims}


def own_tests(document: Document, expansion: Expansion) -> tuple[OwnTests, tuple[Diagnostic, ...]]:
    """The tests of a service's document, and what is wrong with them."""
    reader = _Reader(document, expansion)
    for index in range(len(document.data.get(KEY, ()))):
        reader.read(index)
    step = int(expansion.subject.site.evaluation_interval)
    file = TestFile(tuple(group.name for group in expansion.groups), step, tuple(reader.groups))
    return OwnTests(expansion, file, tuple(reader.claims), tuple(reader.questions)), tuple(reader.problems)


class _Reader:
    """Reads the tests of one service, one after the other."""

    def __init__(self, document: Document, expansion: Expansion) -> None:
        self._document, self._expansion = document, expansion
        self._step = int(expansion.subject.site.evaluation_interval)
        self._names: dict[str, Location] = {}
        self._cases: set[CaseId] = set()
        self.groups: list[TestGroup] = []
        self.claims: list[Claim] = []
        self.questions: list[Question] = []
        self.problems: list[Diagnostic] = []

    def read(self, index: int) -> None:
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
        shown: set[str] = set()
        for number, item in enumerate(body["given"]):
            for one in self._given(item, self._document.key(KEY, index, "given", number), reading):
                shown.add(one.metric)
                series[one.metric, frozenset(one.labels.items())] = one
        if len(self.problems) > before:
            return
        claims = [c for number, (e, alerts) in enumerate(expected)
                  for c in self._claims(name, e, alerts, at("expect", number), shown)]  # fmt: skip
        if len(self.problems) > before:
            return
        until = self._end(series.values(), reading.values(), claims)
        final = [replace(c, check=replace(c.check, at=until)) if c.check.at < 0 else c for c in claims]
        checks = tuple(dict.fromkeys(claim.check for claim in final))
        group = f"{self._expansion.namespace}/{self._expansion.name}: {name}"
        self.questions = [replace(q, group=group) if not q.group else q for q in self.questions]
        self.groups.append(TestGroup(group, tuple(series.values()), self._step, until, (), checks))
        self.claims += final

    def _wrong(self, at: Location, code: str, message: str, hint: str = "", related: Location | None = None) -> None:
        self.problems.append(Diagnostic(at, code, message, hint=hint, related=((related, "there"),) if related else ()))

    def _alerts(self, expected: Mapping[str, Any], at: Location) -> Mapping[str, Alert]:
        """The alerts that are meant: several, where a service has one for each of its objectives or schedules."""
        name = expected["alert"]
        found = {alert.title: alert for alert in self._expansion.alerts if alert.rule.alert == name}
        if not found and name in self._expansion.off:
            self._wrong(
                at,
                "no-effect",
                f"{name} is not switched on for this service",
                f"say alerts: {{{name}: {{enabled: true}}}}",
            )
        elif not found:
            names = {alert.rule.alert for alert in self._expansion.alerts}
            self._wrong(at, "unknown-alert", f"the service has no alert '{name}'", did_you_mean(name, names))
        return found

    def _given(self, item: Mapping[str, str], at: Location, reading: Mapping[str, Alert]) -> Iterator[Series]:
        ((key, values),) = item.items()
        fixture = fixtures().get(key)
        try:
            found = self._situation(fixture, values) if fixture else [self._series(key, values, reading)]
        except NotationError as error:
            self._wrong(at, "bad-series", error.message, error.hint)
            return
        except ValueError as error:
            example = f"for example {key}: {fixture.example}" if fixture else ""
            self._wrong(at, "bad-value", f"{key}: {error}", example)
            return
        for one in found:
            uneven = next((p for p in one.parts if (lasting(p, self._step) or 0) % self._step), None)
            if uneven is not None:
                every = Duration(self._step)
                self._wrong(at, "bad-value", f"{key}: rules are evaluated every {every}, and this changes in between")
                return
        if not any(one.metric in _metrics(self._expansion, alert) for one in found for alert in reading.values()):
            names = ", ".join(sorted({alert.rule.alert for alert in reading.values()}))
            known = {metric for alert in reading.values() for metric in _metrics(self._expansion, alert)}
            hint = did_you_mean(found[0].metric, known) or f"they read {', '.join(sorted(known)[:6])}"
            self._wrong(at, "unused-series", f"no alert that is expected here ({names}) reads {found[0].metric}", hint)
            return
        yield from found
        world = self._world()
        for pod in dict.fromkeys(one.labels["pod"] for one in found if "pod" in one.labels):
            yield from world.ownership(pod)

    def _world(self, fixture: Fixture | None = None) -> World:
        subject, service = self._expansion.subject, self._expansion.subject.service
        item = None
        if fixture and fixture.facet:
            item = next(iter(fixture.facet.items(subject.site, service)), None)
            if item is None:
                raise ValueError(f"the service says nothing of `{fixture.facet.text}`")
        if fixture and service.kind not in fixture.kinds:
            raise ValueError(f"a {service.kind} has none")
        return World(
            subject=Subject(subject.site, service, fixture.facet if fixture else None, item),
            level=Level.CONTAINER,
            name=service.name,
            namespace=service.namespace,
            container=service.container,
            item=item,
        )

    def _pod(self) -> str:
        service = self._expansion.subject.service
        return example_pod(service.kind, service.name, 0, 0)

    def _situation(self, fixture: Fixture, written: str) -> list[Series]:
        what, span = when(written)
        match = fixture.what.fullmatch(what)
        if match is None:
            raise ValueError(f"'{written}' is not understood")
        return list(fixture.show(self._world(fixture), self._pod(), match, span))

    def _series(self, written: str, values: str, reading: Mapping[str, Alert]) -> Series:
        """The series with the labels that the service's has in the wild, but for those that are written."""
        metric, labels = parse_series(written)
        parts = parse_values(values, self._step)
        readers = [a for a in reading.values() if metric in _metrics(self._expansion, a)]
        known = next((m for m in metrics.known() if m.name == metric), None)
        base: Mapping[str, str] = {}
        if known and readers:
            base = world_of(self._expansion, readers[0]).show(known).labels
            base = {**base, **({"pod": self._pod()} if _of_pod(known) else {})}
        asked = _asked(self._expansion, readers, metric)
        return Series(metric, {**asked, **base, **labels}, parts)

    def _claims(
        self, name: str, expected: Mapping[str, Any], alerts: Mapping[str, Alert], at: Location, shown: set[str]
    ) -> Iterator[Claim]:
        times = {key: self._time(expected, key, at) for key in ("pending", "firing", "until")}
        pending, firing, until = times["pending"], times["firing"], times["until"]
        quiet = [key for key in ("silent", "pending", "firing") if expected.get(key) in {ALWAYS, NEVER}]
        if not {"silent", "pending", "firing"} & expected.keys():
            self._wrong(
                at, "missing-key", "nobody says what is to become of the alert", "say silent: always, or firing: 15m"
            )
            return
        if "silent" in expected and {"pending", "firing", "until"} & expected.keys():
            self._wrong(at, "contradiction", "an alert that is always silent is neither pending nor firing")
            return
        if quiet and not any(shown & _metrics(self._expansion, alert) for alert in alerts.values()):
            self._wrong(
                at, "cannot-fail", f"{expected['alert']} reads nothing of what is given here: it is silent anyway"
            )
            return
        if until is not None and (firing is None or until <= firing):
            self._wrong(at, "contradiction", "`until` is when it fires no more, and comes after `firing`")
            return
        texts = [key for key in _TEXTS if key in expected]
        if texts and firing is None:
            self._wrong(at, "missing-key", f"`{texts[0]}` is looked at when it fires: say when", "e.g. firing: 15m")
            return
        labels: Mapping[str, str] = expected.get("labels", {})
        which = ", ".join(labels.values()) or ", ".join(
            next(iter(alerts.values())).told_apart.values() if len(alerts) == 1 else ()
        )
        title = f"{expected['alert']} ({which})" if which else expected["alert"]
        case = CaseId(f"{self._expansion.namespace}/{self._expansion.name}", title.replace("\n", " "), name)
        if case in self._cases:
            self._wrong(at, "duplicate", f"{title} is expected twice here")
            return
        self._cases.add(case)
        for key in texts:
            try:
                re.compile(_pattern(expected[key]))
            except re.error as error:
                self._wrong(at, "bad-value", f"{key}: {expected[key]} is no regular expression: {error}")
                return
            assert firing is not None
            self.questions.append(Question(case, at, firing, "", expected["alert"], labels, key, expected[key]))
        first = next(iter(alerts.values()))
        for moment, state, there, words in _moments(expected, pending, firing, until, self._step):
            yield Claim(case, at, first, _check(case, expected["alert"], labels, moment, state, there=there), *words)

    def _time(self, expected: Mapping[str, Any], key: str, at: Location) -> int | None:
        if key not in expected or expected[key] == NEVER:
            return None
        seconds = Duration.parse(expected[key])
        if seconds % self._step:
            even = Duration(-(-seconds // self._step) * self._step)
            self._wrong(
                at,
                "bad-value",
                f"{key}: nothing is evaluated at {seconds}",
                f"say {even}: rules are evaluated every {Duration(self._step)}",
            )
        return int(seconds)

    def _end(self, series: Iterable[Series], alerts: Iterable[Alert], claims: Sequence[Claim]) -> int:
        """The last instant that is looked at, in seconds."""
        longest = max((sum(lasting(p, self._step) or 0 for p in one.parts) for one in series), default=0)
        waits = max((int(alert.rule.for_ + alert.rule.keep_firing_for) for alert in alerts), default=0)
        last = max((claim.check.at for claim in claims), default=0)
        end = max(longest + waits + _MARGIN * self._step, last + 3 * self._step)
        return -(-end // self._step) * self._step


_Moment = tuple[int, str | None, bool | None, tuple[str, str]]
"""When (-1: at the end), in which state (None: any), whether it is (None: never yet), expected and got in words."""


def _moments(
    expected: Mapping[str, Any], pending: int | None, firing: int | None, until: int | None, step: int
) -> Iterator[_Moment]:
    if "silent" in expected:
        yield -1, None, None, ("silent from start to end", "pending or firing before")
    for state, first in (("pending", pending), ("firing", firing)):
        if expected.get(state) == NEVER:
            yield -1, state, None, (f"never {state}", f"{state} before")
        if first is not None:
            if first:
                yield first - step, state, None, (f"not {state} yet", f"{state} by then")
            yield first, state, True, (state, f"not {state}")
    if until is not None:
        yield until - step, "firing", True, ("still firing", "not firing")
        yield until, "firing", False, ("not firing any more", "still firing")


def _check(
    case: CaseId, alert: str, labels: Mapping[str, str], at: int, state: str | None, *, there: bool | None
) -> ExprCase:
    matchers: dict[str, str | Matcher] = {"alertname": alert, **({"alertstate": state} if state else {}), **labels}
    alerts = Selector.of("ALERTS", matchers)
    if there is None:
        ever = Duration(52 * 7 * 86_400)
        return ExprCase(at, f"count({function_over('count_over_time', alerts, ever)}) # {case}", None)
    return ExprCase(at, f"count({alerts.text}) > bool 0 # {case}", "1" if there else None)


def _pattern(written: str) -> str:
    """The regular expression of an annotation: what is between slashes, or the text as a whole."""
    if len(written) > 1 and written[0] == written[-1] == "/":
        return written[1:-1]
    return rf"\A{re.escape(written)}\Z"


def says(written: str, got: str) -> bool:
    """Whether an annotation says what is expected of it."""
    return re.search(_pattern(written), got) is not None


def _of_pod(metric: Metric) -> bool:
    return "pod" in metric.labels


def _rules(expansion: Expansion, alert: Alert) -> Iterator[str]:
    """The expressions that an alert consists of, those of what it reads included."""
    part = only(expansion, alert.rule.alert)
    yield alert.rule.expr
    yield from (record.expr for record in part.records)


def _metrics(expansion: Expansion, alert: Alert) -> set[str]:
    return {s.metric for text_ in _rules(expansion, alert) for s in _selectors(text_)}


def _selectors(expr: str) -> Iterator[promql_tree.Selector]:
    return promql_tree.selectors(promql_tree.parse(expr))


def _asked(expansion: Expansion, alerts: Iterable[Alert], metric: str) -> Mapping[str, str]:
    """The labels that each selector of a metric asks for with the same value."""
    found: list[dict[str, str]] = []
    for alert in alerts:
        for expr in itertools.chain(_rules(expansion, alert)):
            found += [
                {c.label: c.value for c in s.conditions if c.operator == "="}
                for s in _selectors(expr)
                if s.metric == metric
            ]
    if not found:
        return {}
    return {k: v for k, v in found[0].items() if v and all(other.get(k) == v for other in found)}
