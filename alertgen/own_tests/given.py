"""What is given in a test, a series or a named situation → the series that the exporters show. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from alertgen import metrics, promql_tree
from alertgen.diagnostics import ALIKE, Diagnostic, Location, did_you_mean, nearest
from alertgen.expand import Alert, Expansion, only
from alertgen.fixture import Fixture, when
from alertgen.fixtures import fixtures
from alertgen.model import Series, lasting
from alertgen.notation import NotationError, parse_series, parse_values
from alertgen.pattern import Level
from alertgen.podnames import example_pod
from alertgen.promql import PromQLError
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.testgen.situations import world_of
from alertgen.world import World

_WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def given(
    expansion: Expansion, reading: Mapping[str, Alert], item: Mapping[str, str], at: Location
) -> tuple[tuple[Series, ...], tuple[Diagnostic, ...]]:
    """The series of one entry of `given`, which stands at `at`, and what is wrong with it.

    `reading` are the alerts of which something is expected: what none of them reads is unused.
    """
    ((key, values),) = item.items()

    def wrong(code: str, message: str, hint: str = "") -> tuple[tuple[Series, ...], tuple[Diagnostic, ...]]:
        return (), (Diagnostic(at, code, message, hint),)

    step = int(expansion.subject.site.evaluation_interval)
    fixture = fixtures().get(key)
    try:
        found = _situation(expansion, fixture, values) if fixture else [_series(expansion, reading, key, values)]
    except NotationError as error:
        if fixture is None and nearest(key, fixtures(), ALIKE):
            return wrong("bad-series", f"there is no situation '{key}'", did_you_mean(key, fixtures()))
        return wrong("bad-series", error.message, error.hint)
    except ValueError as error:
        return wrong("bad-value", f"{key}: {error}", f"for example {key}: {fixture.example}" if fixture else "")
    if any((lasting(part, step) or 0) % step for one in found for part in one.parts):
        every = Duration(step)
        return wrong("bad-value", f"{key}: rules are evaluated every {every}, and this changes in between")
    known = {metric for alert in reading.values() for metric in metrics_of(expansion, alert)}
    if not any(one.metric in known for one in found):
        names = ", ".join(sorted({alert.rule.alert for alert in reading.values()}))
        hint = did_you_mean(found[0].metric, known) or f"they read {', '.join(sorted(known)[:6])}"
        return wrong("unused-series", f"no alert that is expected here ({names}) reads {found[0].metric}", hint)
    pods = dict.fromkeys(one.labels["pod"] for one in found if "pod" in one.labels)
    owners = [owner for pod in pods for owner in _world(expansion).ownership(pod)]
    return (*found, *owners), ()


def _situation(expansion: Expansion, fixture: Fixture, written: str) -> list[Series]:
    what, span = when(written)
    match = fixture.what.fullmatch(what)
    if match is None:
        raise ValueError(f"'{written}' is not understood")
    return list(fixture.show(_world(expansion, fixture), _pod(expansion), match, span))


def _series(expansion: Expansion, reading: Mapping[str, Alert], written: str, values: str) -> Series:
    """The series with the labels that the service's has in the wild, but for those that are written."""
    metric, labels = parse_series(written)
    parts = parse_values(values, int(expansion.subject.site.evaluation_interval))
    readers = [a for a in reading.values() if metric in metrics_of(expansion, a)]
    known = next((m for m in metrics.known() if m.name == metric), None)
    base: Mapping[str, str] = {}
    if known and readers:
        base = world_of(expansion, readers[0]).show(known).labels
        base = {**base, **({"pod": _pod(expansion)} if "pod" in known.labels else {})}
    asked = _asked(expansion, readers, metric)
    return Series(metric, {**asked, **base, **labels}, parts)


def _world(expansion: Expansion, fixture: Fixture | None = None) -> World:
    subject, service = expansion.subject, expansion.subject.service
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


def _pod(expansion: Expansion) -> str:
    service = expansion.subject.service
    return example_pod(service.kind, service.name, 0, 0)


def _rules(expansion: Expansion, alert: Alert) -> Iterator[str]:
    """The expressions that an alert consists of, those of what it reads included."""
    part = only(expansion, alert.rule.alert)
    yield alert.rule.expr
    yield from (record.expr for record in part.records)


def metrics_of(expansion: Expansion, alert: Alert) -> set[str]:
    """The metrics that an alert reads; for an expression that only promtool can read, all that its text may name."""
    found: set[str] = set()
    for expr in _rules(expansion, alert):
        selectors = _selectors(expr)
        found |= set(_WORD.findall(expr)) if selectors is None else {s.metric for s in selectors}
    return found


def _selectors(expr: str) -> tuple[promql_tree.Selector, ...] | None:
    try:
        return tuple(promql_tree.selectors(promql_tree.parse(expr)))
    except PromQLError:
        return None


def _asked(expansion: Expansion, alerts: Iterable[Alert], metric: str) -> Mapping[str, str]:
    """The labels that each selector of a metric asks for with the same value."""
    found: list[dict[str, str]] = []
    for alert in alerts:
        for expr in _rules(expansion, alert):
            found += [
                {c.label: c.value for c in s.conditions if c.operator == "="}
                for s in _selectors(expr) or ()
                if s.metric == metric
            ]
    if not found:
        return {}
    return {k: v for k, v in found[0].items() if v and all(other.get(k) == v for other in found)}
