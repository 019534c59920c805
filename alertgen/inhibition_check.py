"""The inhibitions that a site writes, against the alerts that it has. Pure."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from alertgen.diagnostics import Diagnostic, Location, Severity, nearest
from alertgen.expand import Expansion
from alertgen.inhibition import ALERT_NAME, label_names
from alertgen.routing.model import SEVERITY_LABEL, At, InhibitRule, Matcher


@dataclass(frozen=True, slots=True)
class Sort:
    """What is known of some alerts before they fire: their name, severity and which labels they have."""

    alert: str
    severity: str
    labels: frozenset[str]

    def may_fit(self, matchers: Iterable[Matcher]) -> bool:
        """Whether such an alert can pass; what its other labels say is not known."""
        known = {ALERT_NAME: self.alert, SEVERITY_LABEL: self.severity}
        return all(m.matches(known) for m in matchers if m.name in known or m.name not in self.labels)


def sorts(expansion: Expansion) -> Iterator[Sort]:
    """The alerts of a service, or of the installation, as rules see them."""
    for alert in expansion.alerts:
        yield Sort(alert.rule.alert, alert.settings.severity, label_names(alert))


def check_written(
    written: Iterable[InhibitRule], others: Iterable[InhibitRule], here: Collection[Sort], at: At
) -> Iterator[Diagnostic]:
    """What makes no sense in rules that the site wrote, given the alerts it has and the `others` that apply to them.

    Alerts that nobody here has may be somebody else's, in the same Alertmanager: nothing is said of those. `at` gives
    places in the routing document, below `inhibit`.
    """
    known = [*others]
    for index, rule in enumerate(written):
        causes = [sort for sort in here if sort.may_fit(rule.source)]
        symptoms = [sort for sort in here if sort.may_fit(rule.target)]
        for side, matchers in (("when", rule.source), ("silence", rule.target)):
            yield from _misspelt(matchers, here, functools.partial(at, index, side))
        if causes and symptoms:
            for number, label in enumerate(rule.equal):
                yield from _never_equal(label, causes, symptoms, at(index, "equal", number))
        for other in known:
            if any(s.may_fit(other.source) for s in symptoms) and any(c.may_fit(other.target) for c in causes):
                yield Diagnostic(
                    at(index),
                    "mutual-inhibition",
                    f"each may silence the other, and nobody would be told of either: '{other.name}' is the opposite",
                    hint="let what says more silence what says less, and not the other way round",
                    severity=Severity.WARNING,
                )
        known.append(rule)


def _misspelt(matchers: Iterable[Matcher], here: Collection[Sort], at: At) -> Iterator[Diagnostic]:
    alerts = {sort.alert for sort in here}
    for matcher in matchers:
        if matcher.name == ALERT_NAME and matcher.operator == "=" and matcher.value not in alerts:
            # Others' alerts are often called nearly the same (KubePodNotReady), slips of the pen are nearer still.
            for near in nearest(matcher.value, alerts, least=0.9):
                message, hint = f"no alert here is called {matcher.value}", f"did you mean '{near}'?"
                yield Diagnostic(at(ALERT_NAME), "unknown-alert", message, hint=hint, severity=Severity.WARNING)


def _never_equal(
    label: str, causes: Collection[Sort], symptoms: Collection[Sort], place: Location
) -> Iterator[Diagnostic]:
    sides = [
        side for side, found in (("when", causes), ("silence", symptoms)) if all(label not in s.labels for s in found)
    ]
    if not sides:
        return
    common = frozenset.intersection(*(sort.labels for sort in (*causes, *symptoms))) - {SEVERITY_LABEL}
    message = (
        f"no alert under `{sides[0]}` has the label '{label}', so the two never agree in it"
        if len(sides) == 1
        else f"no alert on either side has the label '{label}', so all of them agree in it"
    )
    yield Diagnostic(place, "missing-label", message, hint=f"both have: {', '.join(sorted(common))}")
