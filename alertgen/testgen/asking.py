"""When an alert must be pending, firing and silent in a scenario → what promtool is asked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from alertgen.expand import Alert, Expansion
from alertgen.model import Scenario, lasting
from alertgen.promql import Matcher, Selector, aggregate
from alertgen.quantity import Duration
from alertgen.testgen.testfile import AlertCase, ExprCase


def _fire_time(alert: Alert, scenario: Scenario, step: int) -> int:
    """When the alert begins to fire: `for` after the condition began, rounded up to the next evaluation."""
    assert scenario.breached is not None
    return scenario.breached.start + -(-alert.rule.for_ // step) * step


def _last_firing(alert: Alert, scenario: Scenario, step: int) -> int | None:
    assert scenario.breached is not None
    if scenario.breached.end is None:
        return None
    return scenario.breached.end + -(-alert.rule.keep_firing_for // step) * step


def end(alert: Alert, scenario: Scenario, step: int) -> int:
    """The last instant at which anything is asked."""
    if scenario.breached is None:
        written = sum(lasting(p, step) or 0 for s in scenario.series for p in s.parts[:-1]) if scenario.series else 0
        longest = max((sum(lasting(p, step) or 0 for p in s.parts) for s in scenario.series), default=0)
        return min(written, longest) + alert.rule.for_ + 10 * step
    last = _last_firing(alert, scenario, step)
    return (_fire_time(alert, scenario, step) if last is None else last + scenario.slack) + 3 * step


def expr_cases(name: str, alert: Alert, scenario: Scenario, until: int, step: int) -> Iterator[ExprCase]:
    """What is asked about a scenario of this name, whose test ends at `until`."""
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


def word_for_word(expansion: Expansion, alert: Alert, scenario: Scenario) -> AlertCase:
    """All that fires under the alert's name when it begins to, as Prometheus writes it."""
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
