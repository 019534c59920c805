"""What a site's own pattern does: its expression and its scenarios, filled in for one service at a time. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from alertgen.diagnostics import Diagnostic, Location
from alertgen.example import having
from alertgen.facet import Facet
from alertgen.interpolation import Filled, InterpolationError, Put, Template, Value, plain, seconds
from alertgen.model import Kind, Scenario, Series, Site, Span
from alertgen.notation import NotationError, parse_series, parse_values
from alertgen.pattern import Level, Refusal
from alertgen.podnames import pod_regex
from alertgen.promql import Expr
from alertgen.promql_text import inside, mistake, one_line
from alertgen.quantity import Duration
from alertgen.source import Document
from alertgen.subject import Subject
from alertgen.world import World

Step = str | int
"""One step of the path to a value: a key, or an index in a list."""

_LOOSEST = 1
"""How tightly an expression binds of which nothing is known: wherever it is nested, it gets parentheses."""


class Fault(Exception):  # noqa: N818 - it is a finding on its way to the report, not a failure of the program
    """Something that is wrong in a pattern document, and the words of the text it is in."""

    def __init__(self, diagnostic: Diagnostic, words: Mapping[str, int]) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.words = words


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the document with `${…}` in it, which knows where it stands."""

    document: Document
    steps: tuple[Step, ...]
    template: Template
    is_key: bool = False

    @classmethod
    def of(cls, document: Document, *steps: Step, text: str, is_key: bool = False) -> Text:
        """Raises Fault when a `${…}` in it is not well formed."""
        try:
            return cls(document, steps, Template.parse(text), is_key)
        except InterpolationError as error:
            raise cls(document, steps, Template.parse(""), is_key).in_place(text, error) from None

    @property
    def place(self) -> Location:
        """Where it begins."""
        return self.document.key(*self.steps) if self.is_key else self.document.at(*self.steps)

    def fill(self, values: Mapping[str, Value], put: Put = plain) -> Filled:
        """The text for these values. Raises Fault."""
        try:
            return self.template.fill(values, put)
        except InterpolationError as error:
            raise self.in_place(self.template.text, error) from None

    def in_place(self, text: str, error: InterpolationError) -> Fault:
        """The error as a finding, at its column."""
        place = self.document.within(self.place, text, error.index)
        return Fault(Diagnostic(place, error.code, error.message, error.hint), self.template.words)

    def fault(self, index: int, code: str, message: str, hint: str = "") -> Fault:
        """A finding about the character at `index` of the text as it was written."""
        place = self.document.within(self.place, self.template.text, index)
        return Fault(Diagnostic(place, code, message, hint), self.template.words)


def in_promql(value: Value, before: str) -> str:
    """A value within an expression: escaped in quotes, a duration in a range, otherwise a number (of seconds)."""
    opened = inside(before)
    if opened and opened != "[":
        text = plain(value)
        if opened == "`" and "`" in text:
            raise ValueError("the value has a '`' in it: use double quotes")
        return text if opened == "`" else text.replace("\\", "\\\\").replace(opened, f"\\{opened}")
    if not isinstance(value, str):
        return str(value) if opened and isinstance(value, Duration) else seconds(value)
    raise ValueError("this is a name, and a name can stand only inside quotes")


@dataclass(frozen=True, slots=True)
class Firing:
    """When the condition of a scenario holds, and what fires then, as written."""

    since: Text
    until: Text | None
    labels: Mapping[str, Text]
    value: Text | None
    may_start_earlier: Text | None
    may_end_later: Text | None

    @property
    def times(self) -> tuple[Text, ...]:
        """All its durations."""
        return tuple(t for t in (self.since, self.until, self.may_start_earlier, self.may_end_later) if t)

    @property
    def texts(self) -> tuple[Text, ...]:
        """All its texts."""
        return (*self.times, *self.labels.values(), *([self.value] if self.value else []))


@dataclass(frozen=True, slots=True)
class Situation:
    """One scenario, as written. Neither firing nor pending: silent."""

    name: str
    series: tuple[tuple[Text, Text], ...]
    fires: Firing | None
    pending: bool

    @property
    def words(self) -> frozenset[str]:
        """The words that its texts use."""
        texts = [text for pair in self.series for text in pair] + (list(self.fires.texts) if self.fires else [])
        return frozenset(word for text in texts for word in text.template.words)


@dataclass(frozen=True)
class Body:
    """The parts of a pattern that depend on the service and on the parameters.

    `defaults` are the parameters as the pattern has them: with those everything was read without a complaint. `keeps`
    are the series labels that each of its alerts has, as far as the expression says.
    """

    expr: Text
    situations: tuple[Situation, ...]
    level: Level
    kinds: tuple[Kind, ...]
    for_: Duration
    defaults: Any
    unparsed: bool = False
    keeps: frozenset[str] = field(default_factory=frozenset)
    facet: Facet[Any] | None = None
    """What it needs of a service, or of the installation."""

    def expression(self, subject: Subject, params: Any) -> Expr:
        """The expression for a service; for parameters that are refused, that of the defaults."""
        try:
            filled = self.filled(subject, params)
        except Fault:
            filled = self.filled(subject, self.defaults)
        text = filled.text.strip() if self.unparsed else one_line(filled.text)
        return Expr(text, _LOOSEST)

    def filled(self, subject: Subject, params: Any) -> Filled:
        """The expression as written, for a service. Raises Fault."""
        return self.expr.fill(self._subject_words(subject, params), in_promql)

    def scenarios(self, world: World, params: Any) -> Iterator[Scenario]:
        """The scenarios in a world, firing ones first. Raises Fault for parameters that are refused."""
        for situation in sorted(self.situations, key=lambda s: s.fires is None):
            yield self.scenario(situation, world, params)

    def scenario(self, situation: Situation, world: World, params: Any) -> Scenario:
        """One scenario in a world. Raises Fault."""
        words = self._world_words(situation, world, params)
        series = tuple(_series(key, values, words, world.step) for key, values in situation.series)
        for position, one in enumerate(series):
            if any((one.metric, one.labels) == (other.metric, other.labels) for other in series[:position]):
                raise situation.series[position][0].fault(0, "duplicate", "the scenario has this series already")
        scenario = Scenario(name=situation.name, series=series, subjects=({},), brief=situation.pending, alone=True)
        return scenario if situation.fires is None else self._firing(scenario, situation.fires, world, words)

    def refusals(self, site: Site, params: Any) -> Iterator[Refusal]:
        """What cannot work with these parameters on this site."""
        subject, world = self.example(site)
        try:
            filled = self.filled(subject, params)
            wrong = None if self.unparsed else mistake(filled.text)
            if wrong:
                raise self.expr.fault(filled.origin(wrong.index), "bad-promql", wrong.message, wrong.hint)
        except Fault as fault:
            yield self._refusal(fault, params)
        for situation in self.situations:
            try:
                self.scenario(situation, world, params)
            except Fault as fault:
                yield self._refusal(fault, params)
            else:
                yield from (self._refusal(f, params) for f in self._off_the_grid(situation, world, params))

    def example(self, site: Site) -> tuple[Subject, World]:
        """A service that the pattern is for, to try it on."""
        having_it, service = having(self.facet, None if self.level is Level.CLUSTER else self.kinds[0])
        site = replace(site, facets={**site.facets, **having_it.facets})
        item = self.facet.items(site, service)[0] if self.facet else None
        subject = Subject(site, service, self.facet, item)
        world = World(subject, self.level, for_=self.for_, item=item)
        if service:
            world = replace(world, name=service.name, namespace=service.namespace, container=service.container)
        return subject, world

    def derived(self, label: str, series: tuple[Series, ...]) -> str | None:
        """The value that a label has in all series of a scenario that have it; None when that is not one."""
        values = {one.labels[label] for one in series if label in one.labels}
        return values.pop() if len(values) == 1 else None

    def _firing(self, scenario: Scenario, fires: Firing, world: World, words: Mapping[str, Value]) -> Scenario:
        derived = {label: self.derived(label, scenario.series) for label in sorted(self.keeps)}
        written = {label: text.fill(words).text for label, text in fires.labels.items()}
        about = {label: value for label, value in derived.items() if value is not None} | written
        since = _seconds(fires.since, words)
        until = _seconds(fires.until, words) if fires.until else None
        if fires.until and until is not None and until < since:
            raise fires.until.fault(0, "bad-value", "the condition is over before it begins", "`from` comes first")
        if until is not None and since + world.grid(world.for_) > until:
            # Somebody made `for` longer than what this scenario shows: then being pending is all it proves.
            name = f"silent {scenario.name.removeprefix('fires ')}, as that lasts less than {world.for_}"
            return replace(scenario, name=name, subjects=(about,), brief=True)
        return replace(
            scenario,
            breached=Span(since, until),
            subjects=(about,),
            value=fires.value.fill(words).text if fires.value else "",
            early=_seconds(fires.may_start_earlier, words) if fires.may_start_earlier else 0,
            slack=_seconds(fires.may_end_later, words) if fires.may_end_later else 0,
        )

    def _off_the_grid(self, situation: Situation, world: World, params: Any) -> Iterator[Fault]:
        """The instants of a scenario at which nothing is evaluated."""
        for text in situation.fires.times if situation.fires else ():
            time = _seconds(text, self._world_words(situation, world, params))
            if time % world.step:
                every = Duration(world.step)
                message = f"{Duration(time)} is between two evaluations: they come every {every}"
                yield text.fault(0, "bad-value", message, f"such as {Duration(world.grid(time))}")

    def _refusal(self, fault: Fault, params: Any) -> Refusal:
        """As the fault of the parameter that is not as the pattern has it, else of the line it is in."""
        changed = [w for w in fault.words if hasattr(params, w) and getattr(params, w) != getattr(self.defaults, w)]
        found = fault.diagnostic
        if not changed:
            return Refusal("", found.message, found.hint, found.location)
        return Refusal(changed[0], f"{found.message} (at {found.location})", found.hint)

    def _own_words(self, params: Any) -> dict[str, Value]:
        return {name: getattr(params, name) for name in params.__dataclass_fields__}

    def _item_words(self, item: object) -> Mapping[str, Value]:
        """What what it needs is called."""
        return self.facet.words(item) if self.facet else {}

    def _subject_words(self, subject: Subject, params: Any) -> dict[str, Value]:
        """What `${…}` knows in the expression."""
        words = self._own_words(params)
        words |= {
            "scrape_interval": subject.site.scrape_interval,
            "evaluation_interval": subject.site.evaluation_interval,
            **self._item_words(subject.item),
        }
        if self.level is Level.CLUSTER:
            return words
        service = subject.service
        return words | {
            "service": service.name,
            "namespace": service.namespace,
            "container": service.container,
            "kind": str(service.kind),
            "pods": pod_regex(service.kind, service.name),
        }

    def _world_words(self, situation: Situation, world: World, params: Any) -> dict[str, Value]:
        """What `${…}` knows in a scenario: there the names may be a neighbour's."""
        words = self._subject_words(world.subject, params)
        words |= {"for": world.for_, "keep_firing_for": world.keep_firing_for, "cluster": world.cluster}
        words |= self._item_words(world.item)
        if self.level is Level.CLUSTER:
            return words
        del words["pods"]
        # A pod's name is used up by asking for it: who asks needlessly renames the pods of the scenarios that follow.
        used = situation.words
        return words | {
            "service": world.name,
            "namespace": world.namespace,
            "container": world.container,
            "pod": world.pod() if "pod" in used else "",
            "other_pod": world.pod(revision=1) if "other_pod" in used else "",
        }


def _series(key: Text, values: Text, words: Mapping[str, Value], step: int) -> Series:
    name, samples = key.fill(words, in_promql), values.fill(words, seconds)
    try:
        metric, labels = parse_series(name.text)
    except NotationError as error:
        raise key.fault(name.origin(error.index), "bad-series", error.message, error.hint) from None
    try:
        return Series(metric, labels, parse_values(samples.text, step))
    except NotationError as error:
        raise values.fault(samples.origin(error.index), "bad-series", error.message, error.hint) from None


def _seconds(text: Text, words: Mapping[str, Value]) -> int:
    """A duration of a scenario. Raises Fault."""
    try:
        return Duration.parse(text.fill(words).text)
    except ValueError as error:
        raise text.fault(0, "bad-value", str(error)) from None
