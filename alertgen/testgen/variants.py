"""What every alert's own scenarios make of neighbours, doubled exporters, restarts and a second cluster. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from alertgen.expand import Alert
from alertgen.metrics import EXPORTERS
from alertgen.model import Gap, Hold, Part, Ramp, Scenario, Series, Stale, lasting
from alertgen.pattern import Level
from alertgen.quantity import number
from alertgen.world import World


def variants(world: World, alert: Alert, own: list[Scenario]) -> Iterator[Scenario]:
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
    beside = background(world, again, own)
    doubled = [e.instance for e in EXPORTERS.values() if e.doubled]
    if not any(s.labels.get("instance") in doubled for s in own[0].series):
        if beside:
            yield replace(again, name=f"{again.name}, whatever others show", background=beside)
    else:
        name = f"{again.name}, once, with two replicas of the exporter"
        yield replace(again, name=name, series=_doubled(again.series, doubled), background=beside)
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


def background(world: World, scenario: Scenario, own: list[Scenario]) -> tuple[Series, ...]:
    """What must not count: the opposite as others than the exporter show it, and less as a late replica of it does.

    So no matcher that selects the exporter can be left out, nor `min` stand for `max`, without another outcome.
    """
    about = scenario.subjects[0] if scenario.subjects else {}
    mine = {series.identity: series for series in scenario.series}
    found: dict[object, Series] = {}
    for opposite in own:
        if opposite.brief or _is_silent(opposite) == _is_silent(scenario):
            continue
        for series in opposite.series:
            here = {"pod": about["pod"]} if "pod" in about and "pod" in series.labels else {}
            theirs = replace(series, labels={**series.labels, **here})
            if mine.get(theirs.identity) == theirs:  # no difference, no proof
                continue
            for label, other in _other_sources(world, theirs).items():
                passed_on = replace(theirs, labels={**theirs.labels, label: other})
                found.setdefault(passed_on.identity, passed_on)
    for series in scenario.series:
        if series.labels.get("instance") in {e.instance for e in EXPORTERS.values() if e.doubled}:
            labels = {**series.labels, "instance": f"late.{series.labels['instance']}"}
            late = Series(series.metric, labels, tuple(_less(part) for part in series.parts))
            found.setdefault(late.identity, late)
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
    return replace(series, labels={**series.labels, "pod": pod.rpartition("-")[0]}).identity


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


def _cut(part: Part, skip: int, seconds: int | None) -> Part:
    """The rest of a part after `skip` seconds, for so many seconds."""
    if isinstance(part, Hold):
        return replace(part, seconds=seconds)
    if isinstance(part, Ramp):
        return replace(part, start=part.start + skip * part.per_second, seconds=seconds)
    if isinstance(part, Gap):
        return Gap(seconds or 0)
    return part
