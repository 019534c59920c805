"""Alerts and their scenarios → promtool unit tests. Pure.

Scenarios say what the alert means; what follows from `for`, from doubled exporters or from a neighbour's likeness is
added here for every alert alike. Scenarios about different pods share a test group: a group costs promtool a database
of its own, and every evaluation of every rule in the file.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Context, Decimal

from alertgen.expand import Alert, Expansion
from alertgen.metrics import EXPORTERS
from alertgen.model import Gap, Hold, Part, Ramp, Scenario, Series, Shares, Stale
from alertgen.pattern import Level
from alertgen.promql import Matcher, Selector, aggregate
from alertgen.quantity import Duration, number
from alertgen.world import World


@dataclass(frozen=True, slots=True)
class AlertCase:
    """What fires at an instant, word for word (`alert_rule_test`)."""

    at: int
    alert: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExprCase:
    """What an expression gives at an instant: one sample without labels, or nothing (`promql_expr_test`).

    The comment at the end of `expr` names the scenario: promtool repeats the expression of a case that fails, and on
    2.x nothing else that would tell where it belongs.
    """

    at: int
    expr: str
    value: str | None


@dataclass(frozen=True, slots=True)
class TestGroup:
    """One promtool test: series, and what must be true of the alerts at which instants (seconds)."""

    __test__ = False  # for pytest, which takes classes of this name for its own

    name: str
    series: tuple[Series, ...]
    step: int
    until: int
    alert_cases: tuple[AlertCase, ...]
    expr_cases: tuple[ExprCase, ...]


@dataclass(frozen=True, slots=True)
class TestFile:
    """The tests of one rule file."""

    __test__ = False

    group_order: tuple[str, ...]
    step: int
    groups: tuple[TestGroup, ...]


def test_file(
    expansion: Expansion,
    wanted: Callable[[str], bool] = lambda _: True,  # noqa: PT028 - a builder of test files, not a test
) -> TestFile:
    """The unit tests that prove a service's alerts: of the scenarios whose full name is wanted."""
    return tests_of(expansion, situations(expansion), wanted)


Situations = Mapping[str, list[Scenario]]
"""The title of each alert of an expansion → its scenarios."""


def situations(expansion: Expansion) -> Situations:
    """All that the alerts are proven in; no two scenarios have a pod in common."""
    names = itertools.count()
    return {alert.title: scenarios(expansion, alert, names) for alert in expansion.alerts}


def tests_of(expansion: Expansion, found: Situations, wanted: Callable[[str], bool]) -> TestFile:
    """The same as `test_file`, from the expansion's `situations`."""
    step = int(expansion.subject.site.evaluation_interval)
    cases = (case for case in _cases_of(expansion, found) if wanted(case.name(expansion)))
    groups = [_group(expansion, pack) for pack in _packed(cases)]
    groups += _proofs(expansion, wanted)
    return TestFile(tuple(g.name for g in expansion.groups), step, tuple(groups))


test_file.__test__ = False  # type: ignore[attr-defined]  # for pytest, as above


def alone(expansion: Expansion, alert: Alert, scenario: Scenario) -> TestGroup:
    """One scenario in a test group of its own."""
    return _group(expansion, _Pack(_case(alert, scenario, literal=False)))


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


def world_of(expansion: Expansion, alert: Alert, names: Iterator[int] | None = None) -> World:
    """The world in which an alert's scenarios happen to its own service."""
    service = expansion.service
    return World(
        subject=alert.subject,
        level=alert.pattern.level,
        keeps=alert.pattern.keeps,
        for_=alert.settings.for_,
        keep_firing_for=alert.settings.keep_firing_for,
        name=service.name if service else "",
        namespace=service.namespace if service else "",
        container=service.container if service else "",
        names=names or itertools.count(),
        item=alert.subject.item,
    )


def scenarios(expansion: Expansion, alert: Alert, names: Iterator[int] | None = None) -> list[Scenario]:
    """All situations in which an alert is proven: the pattern's own, then those every alert must stand."""
    world = world_of(expansion, alert, names)
    own = list(alert.pattern.scenarios(world, alert.settings.params))
    variants = list(_variants(world, alert, own))
    # The first is what the alert is about, and stays as plain as it is.
    return own[:1] + [s if s.brief else replace(s, background=_background(world, s, own)) for s in own[1:]] + variants


def _variants(world: World, alert: Alert, own: list[Scenario]) -> Iterator[Scenario]:
    """What follows for every alert: other people's trouble stays theirs, and exporters may double or move."""
    level, facet = alert.pattern.level, alert.subject.facet
    if not own[0].breached:
        return
    if facet is not None and facet.neighbour is not None:
        theirs = _first(world.elsewhere(item=facet.neighbour(world.item)), alert)
        if _tells_apart(own[0], theirs):
            yield replace(theirs, name=f"silent for what another service has as {facet.key}", breached=None, value="")
    if level is not Level.CLUSTER:
        elsewhere: dict[str, dict[str, object]] = {
            f"for {world.name}-worker, whose name begins alike": {"name": f"{world.name}-worker"},
            f"for {world.name} in another namespace": _moved(world, f"{world.namespace}-staging"),
        }
        if level is Level.CONTAINER and not alert.pattern.any_container:
            elsewhere["for a sidecar"] = {"container": f"{world.container}-sidecar"}
        for name, change in elsewhere.items():
            theirs = _first(world.elsewhere(**change), alert)
            if _tells_apart(own[0], theirs):
                yield replace(theirs, name=f"silent {name}", breached=None, value="")
    again = _first(world, alert)
    background = _background(world, again, own)
    doubled = [e.instance for e in EXPORTERS.values() if e.doubled]
    if not any(s.labels.get("instance") in doubled for s in own[0].series):
        if background:
            yield replace(again, name=f"{again.name}, whatever others show", background=background)
    else:
        name = f"{again.name}, once, with two replicas of the exporter"
        yield replace(again, name=name, series=_doubled(again.series, doubled), background=background)
        if not alert.pattern.late_after_exporter_restart:
            moved = _first(world, alert)
            assert moved.breached is not None
            at = moved.breached.start + world.for_ // 2 // world.step * world.step
            yield replace(
                moved,
                name=f"{moved.name}, no later when the exporter is replaced meanwhile",
                series=tuple(r for s in moved.series for r in _replaced(s, doubled, at, world.step)),
            )
    if world.subject.site.cluster_label:
        second = _first(world.elsewhere(cluster="prod-2"), alert)
        if _tells_apart(own[0], second):
            yield replace(second, name=f"{second.name}, in the second cluster")


def _moved(world: World, namespace: str) -> dict[str, object]:
    """What changes when the same happens in another namespace."""
    facet = world.subject.facet
    item = facet.moved(world.item, namespace) if facet is not None and facet.moved is not None else world.item
    return {"namespace": namespace, "item": item}


def _first(world: World, alert: Alert) -> Scenario:
    return next(iter(alert.pattern.scenarios(world, alert.settings.params)))


def _is_silent(scenario: Scenario) -> bool:
    return scenario.breached is None and not scenario.brief


def _background(world: World, scenario: Scenario, own: list[Scenario]) -> tuple[Series, ...]:
    """What must not count: the opposite as others than the exporter show it, and less as a late replica of it does.

    So no matcher that selects the exporter can be left out, nor `min` stand for `max`, without another outcome.
    """
    about = scenario.subjects[0] if scenario.subjects else {}
    mine = {_identity(series): series for series in scenario.series}
    found: dict[object, Series] = {}
    for opposite in own:
        if opposite.brief or _is_silent(opposite) == _is_silent(scenario):
            continue
        for series in opposite.series:
            here = {"pod": about["pod"]} if "pod" in about and "pod" in series.labels else {}
            theirs = replace(series, labels={**series.labels, **here})
            if mine.get(_identity(theirs)) == theirs:  # no difference, no proof
                continue
            for label, other in _other_sources(world, theirs).items():
                passed_on = replace(theirs, labels={**theirs.labels, label: other})
                found.setdefault(_identity(passed_on), passed_on)
    for series in scenario.series:
        if series.labels.get("instance") in {e.instance for e in EXPORTERS.values() if e.doubled}:
            labels = {**series.labels, "instance": f"late.{series.labels['instance']}"}
            late = Series(series.metric, labels, tuple(_less(part) for part in series.parts))
            found.setdefault(_identity(late), late)
    return tuple(found.values())


_ELSEWHERE = {"job": "federate", "metrics_path": "/metrics/resource"}
"""Where the same metrics come from, too: another Prometheus that passes them on, the kubelet's other endpoint."""


def _other_sources(world: World, series: Series) -> Mapping[str, str]:
    """The labels that select the series' exporter, each with a value by which it is another."""
    for exporter in EXPORTERS.values():
        if series.labels.get("instance") == exporter.instance:
            selector = world.subject.exporter(exporter)
            other = {label: _ELSEWHERE.get(label, "elsewhere") for label in selector}
            return {label: text for label, text in other.items() if text != selector[label]}
    return {}


def _less(part: Part) -> Part:
    """At the same time, a value that is less: 0, or twice what is below it."""
    if isinstance(part, Hold | Ramp):
        value = Decimal(part.value) if isinstance(part, Hold) else part.start
        return Hold(number(2 * min(value, Decimal(0))), part.seconds)
    return part


def _tells_apart(mine: Scenario, theirs: Scenario) -> bool:
    """Whether the change shows in the series at all: a sidecar is nothing to a metric without containers."""
    return [_kin(s) for s in mine.series] != [_kin(s) for s in theirs.series]


def _kin(series: Series) -> object:
    """A series but for the number of its pod: every scenario has pods of its own."""
    pod = series.labels.get("pod", "")
    return _identity(replace(series, labels={**series.labels, "pod": pod.rpartition("-")[0]}))


def _doubled(series: Iterable[Series], instances: list[str]) -> tuple[Series, ...]:
    out: list[Series] = []
    for one in series:
        out.append(one)
        if one.labels.get("instance") in instances:
            out.append(replace(one, labels={**one.labels, "instance": f"second.{one.labels['instance']}"}))
    return tuple(out)


def _replaced(series: Series, instances: list[str], at: int, step: int) -> tuple[Series, ...]:
    """The series up to `at` from one exporter, and from there on from another: what a restart of it looks like."""
    if series.labels.get("instance") not in instances:
        return (series,)
    before: list[Part] = []
    after: list[Part] = [Gap(at)] if at else []
    clock = 0
    for part in series.parts:
        length = lasting(part, step)
        end = clock + length if length is not None else None
        if end is None or end > at:
            if clock < at:
                before.append(_cut(part, 0, at - clock))
            after.append(_cut(part, max(0, at - clock), None if end is None else end - max(clock, at)))
        else:
            before.append(part)
        clock = end if end is not None else at
    if not before:
        return (series,)
    if not isinstance(before[-1], Stale):
        before.append(Stale())
    moved = {**series.labels, "instance": f"second.{series.labels['instance']}"}
    return replace(series, parts=tuple(before)), replace(series, labels=moved, parts=tuple(after))


def lasting(part: Part, step: int) -> int | None:
    """How many seconds a part lasts, where samples come each `step`; None: until the test ends."""
    return step if isinstance(part, Stale) else part.seconds


def _cut(part: Part, skip: int, seconds: int | None) -> Part:
    """The rest of a part after `skip` seconds, for so many seconds."""
    if isinstance(part, Hold):
        return replace(part, seconds=seconds)
    if isinstance(part, Ramp):
        return replace(part, start=part.start + skip * part.per_second, seconds=seconds)
    if isinstance(part, Gap):
        return Gap(seconds or 0)
    return part


@dataclass(frozen=True, slots=True)
class _Case:
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


class _Pack:
    """Scenarios that take place side by side, in one test group."""

    def __init__(self, case: _Case) -> None:
        self.cases = [case]
        self._shown = dict(case.shown)

    def takes(self, case: _Case) -> bool:
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


def _is_apart(case: _Case) -> bool:
    """Whether what the case shows adds up with nothing: requests do, but not what is recorded of them."""
    return case.alert.pattern.level is not Level.TRAFFIC or all(":" in series.metric for series in case.shown.values())


def _about_pods(*cases: _Case) -> bool:
    return all(case.alert.pattern.level in (Level.CONTAINER, Level.POD) for case in cases)


def _packed(cases: Iterable[_Case]) -> list[_Pack]:
    packs: list[_Pack] = []
    for case in cases:
        if not any(pack.takes(case) for pack in packs):
            packs.append(_Pack(case))
    return packs


def _cases_of(expansion: Expansion, found: Situations) -> Iterator[_Case]:
    """Every alert's scenarios; the first that fires is compared word for word."""
    for alert in expansion.alerts:
        compared = False
        for scenario in found[alert.title]:
            literal = scenario.breached is not None and not compared
            compared = compared or literal
            yield _case(alert, scenario, literal=literal)


def _case(alert: Alert, scenario: Scenario, *, literal: bool) -> _Case:
    shown = {_identity(series): series for series in (*scenario.series, *scenario.background)}
    return _Case(alert, scenario, literal, shown)


def _group(expansion: Expansion, pack: _Pack) -> TestGroup:
    step = int(expansion.subject.site.evaluation_interval)
    until = max(_end(c.alert, c.scenario, step) for c in pack.cases)
    first, more = pack.cases[0], len(pack.cases) - 1
    return TestGroup(
        name=first.name(expansion) + (f", and {more} more" if more else ""),
        series=_series(world_of(expansion, first.alert), pack.cases),
        step=step,
        until=until,
        alert_cases=tuple(_word_for_word(expansion, c.alert, c.scenario) for c in pack.cases if c.literal),
        expr_cases=tuple(
            case for c in pack.cases for case in _cases(c.name(expansion), c.alert, c.scenario, until, step)
        ),
    )


def _series(world: World, pack: list[_Case]) -> tuple[Series, ...]:
    """The scenarios' series and, where pods are told by their owners, what says who owns them; each once."""
    found: dict[object, Series] = {}
    for case in pack:
        for identity, series in case.shown.items():
            found.setdefault(identity, series)
            if "pod" in series.labels:
                for owner in _whose(world, series).ownership(series.labels["pod"]):
                    found.setdefault(_identity(owner), owner)
    return tuple(found.values())


def _whose(world: World, series: Series) -> World:
    """Where a series comes from: the service's own world, or that of the neighbour whose name begins alike."""
    neighbour = f"{world.name}-worker"
    name = neighbour if series.labels["pod"].startswith(f"{neighbour}-") else world.name
    cluster = series.labels.get(world.subject.site.cluster_label, "")
    return world.elsewhere(namespace=series.labels.get("namespace", ""), name=name, cluster=cluster)


def _identity(series: Series) -> object:
    return series.metric, frozenset(series.labels.items())


def _fire_time(alert: Alert, scenario: Scenario, step: int) -> int:
    """When the alert begins to fire: `for` after the condition began, rounded up to the next evaluation."""
    assert scenario.breached is not None
    return scenario.breached.start + -(-alert.rule.for_ // step) * step


def _last_firing(alert: Alert, scenario: Scenario, step: int) -> int | None:
    assert scenario.breached is not None
    if scenario.breached.end is None:
        return None
    return scenario.breached.end + -(-alert.rule.keep_firing_for // step) * step


def _end(alert: Alert, scenario: Scenario, step: int) -> int:
    """The last instant at which anything is asked."""
    if scenario.breached is None:
        written = sum(lasting(p, step) or 0 for s in scenario.series for p in s.parts[:-1]) if scenario.series else 0
        longest = max((sum(lasting(p, step) or 0 for p in s.parts) for s in scenario.series), default=0)
        return min(written, longest) + alert.rule.for_ + 10 * step
    last = _last_firing(alert, scenario, step)
    return (_fire_time(alert, scenario, step) if last is None else last + scenario.slack) + 3 * step


def _cases(name: str, alert: Alert, scenario: Scenario, until: int, step: int) -> Iterator[ExprCase]:
    note = f" # {name}"
    ever = Duration(until + 3_600)

    def alerts(state: str | None, about: Mapping[str, str]) -> Selector:
        matchers: dict[str, str | Matcher] = {"alertname": alert.rule.alert, **alert.told_apart}
        if state:
            matchers["alertstate"] = state
        return Selector.of("ALERTS", matchers | dict(about))

    for about in scenario.subjects:
        firing = aggregate("count", (), alerts("firing", about)).text + note
        pending = f"sum({function_over('count_over_time', alerts('pending', about), ever)}){note}"
        if scenario.brief:
            yield ExprCase(
                until, f"count({function_over('count_over_time', alerts('firing', about), ever)}){note}", None
            )
            yield ExprCase(
                until, f"count({function_over('count_over_time', alerts('pending', about), ever)}){note}", "1"
            )
            continue
        if scenario.breached is None:
            yield ExprCase(until, f"count({function_over('count_over_time', alerts(None, about), ever)}){note}", None)
            continue
        fire = _fire_time(alert, scenario, step)
        if fire - scenario.early >= step:
            yield ExprCase(fire - scenario.early - step, firing, None)
        yield ExprCase(fire, firing, "1")
        waited = -(-alert.rule.for_ // step)
        yield ExprCase(fire, pending, str(waited) if waited else None)
        last = _last_firing(alert, scenario, step)
        if last is not None:
            yield ExprCase(last, firing, "1")
            yield ExprCase(last + scenario.slack + step, firing, None)


def function_over(name: str, selector: Selector, window: Duration) -> str:
    """`name(selector[window])` as text."""
    return f"{name}({selector.text}[{window}])"


def _word_for_word(expansion: Expansion, alert: Alert, scenario: Scenario) -> AlertCase:
    labels = {**scenario.subjects[0], **alert.rule.labels}
    return AlertCase(
        at=_fire_time(alert, scenario, int(expansion.subject.site.evaluation_interval)),
        alert=alert.rule.alert,
        labels=labels,
        annotations={k: _rendered(v, scenario) for k, v in alert.rule.annotations.items()},
    )


_TEMPLATE = re.compile(r"\{\{\s*\$(?:labels\.(?P<label>\w+)|value[^}]*)\s*\}\}")


def _rendered(template: str, scenario: Scenario) -> str:
    """What Prometheus makes of an annotation here: labels from the series, the value as the scenario states it."""
    return _TEMPLATE.sub(lambda m: scenario.subjects[0].get(m["label"], "") if m["label"] else scenario.value, template)


_EXACT = Context(prec=20)


def values(series: Series, step: int, until: int) -> str:
    """The series in promtool's notation: `0x9 1x20 stale`, a sample each `step` seconds until past `until`."""
    out: list[str] = []
    clock = 0
    for part in series.parts:
        length = lasting(part, step)
        # Past the last question by some samples: what ends exactly there is seen by 2.x and not by 3.x.
        samples = (length if length is not None else max(until - clock, 0) + 4 * step) // step
        clock += samples * step
        if samples <= 0:
            continue
        if series.native and isinstance(part, Hold | Ramp):
            out += _histograms(part, series.native, samples, step, last=part is series.parts[-1])
        elif isinstance(part, Hold):
            # promtool cannot repeat NaN and Inf: they are written out.
            repeated = part.value[-1].isdigit() and samples > 1
            out += [f"{part.value}x{samples - 1}"] if repeated else [part.value] * samples
        elif isinstance(part, Ramp):
            # A third per second is cut off after 28 digits; times the step it is whole again.
            start, growth = number(_EXACT.plus(part.start)), number(_EXACT.multiply(part.per_second, Decimal(step)))
            out.append(f"{start}{'' if growth.startswith('-') else '+'}{growth}x{samples - 1}")
        elif isinstance(part, Gap):
            out.append(f"_x{samples}")
        else:
            out.append("stale")
    return " ".join(out)


def _histograms(part: Hold | Ramp, spread: Shares, samples: int, step: int, *, last: bool) -> Iterator[str]:
    """As `values` has it. promtool 2.53 takes nothing after a repeated histogram: all but the last are written out."""
    start = Decimal(part.value) if isinstance(part, Hold) else part.start
    growth = part.per_second * step if isinstance(part, Ramp) else Decimal(0)
    if last and samples > 1:
        more = f"+{_native(growth, spread)}" if growth else ""
        yield f"{_native(start, spread)}{more}x{samples - 1}"
    else:
        yield from (_native(start + growth * i, spread) for i in range(samples))


def _native(count: Decimal, spread: Shares) -> str:
    """A native histogram of so many observations, each at the upper bound of its bucket: `{{schema:0 count:9 …}}`."""
    counts = [_EXACT.multiply(count, share) for share in spread.shares]
    total = sum((c * Decimal(2) ** (spread.exponent + i) for i, c in enumerate(counts)), Decimal(0))
    buckets = " ".join(number(c) for c in counts)
    fields = f"count:{number(sum(counts, Decimal(0)))} sum:{number(_EXACT.plus(total))}"
    return f"{{{{schema:0 {fields} offset:{spread.exponent} buckets:[{buckets}]}}}}"
