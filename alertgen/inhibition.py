"""Which alert makes which others needless → Alertmanager's inhibit rules. Pure.

Patterns declare whom they silence; here that meets what a site really has: alerts, severities, labels. What is less
urgent never silences what is more urgent: while a page is open nobody misses a ticket, but not the other way round.
"""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from alertgen import promql_tree
from alertgen.expand import Alert, Expansion
from alertgen.metrics import KSM_UP, Exporter, known
from alertgen.promql import PromQLError
from alertgen.promql_tree import Aggregation, Binary, Call, Minus, Node, Range, Selector
from alertgen.routing.model import SEVERITY_LABEL, URGENCIES, InhibitRule, Matcher, Urgency
from alertgen.subject import OWNED_PODS

ALERT_NAME = "alertname"
_SERVICE = ("namespace", "service")


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """While `cause` fires, nobody need hear of `symptom` where both have the same values of the labels in `equal`.

    `same` are those of `equal` that say more than which service it is. Whether it is done depends on the severities.
    """

    cause: str
    symptom: str
    equal: tuple[str, ...]
    same: tuple[str, ...]
    cause_severity: str
    symptom_severity: str

    def holds(self, severities: Mapping[str, Urgency]) -> bool:
        """Whether the cause is as urgent as the symptom; of two alerts of one name, whether it is more urgent."""
        cause, symptom = (_rank(severity, severities) for severity in (self.cause_severity, self.symptom_severity))
        if cause is None or symptom is None:
            return False
        return cause < symptom if self.cause == self.symptom else cause <= symptom


def _rank(severity: str, severities: Mapping[str, Urgency]) -> int | None:
    """0 is the most urgent. None: nobody has said what the severity means."""
    urgency = severities.get(severity)
    return None if urgency is None else URGENCIES.index(urgency)


def pairs(causes: Sequence[Alert], symptoms: Expansion) -> Iterator[Pair]:
    """Every pair of which the symptom is an alert of this service, or of the installation.

    A pair whose labels are not on both alerts is none: Alertmanager takes two that are missing for equal, and would
    silence alerts of anybody.
    """
    for cause in causes:
        pattern = cause.pattern
        wanted = [(name, group.same) for group in pattern.silences for name in group.alerts]
        if pattern.blinds:
            wanted += [(name, ()) for name in blind(symptoms, pattern.blinds) if name != pattern.alert]
        for (name, same), symptom in itertools.product(wanted, symptoms.alerts):
            if symptom.rule.alert != name:
                continue
            equal = (*_everywhere(cause), *(() if pattern.once_per_cluster else _SERVICE), *same)
            if label_names(cause) & label_names(symptom) >= set(equal):
                severity = symptom.settings.severity
                yield Pair(cause.rule.alert, name, equal, same, cause.settings.severity, severity)


def _everywhere(alert: Alert) -> tuple[str, ...]:
    """The labels that tell one installation's alerts from another's in the Alertmanager that they share."""
    site = alert.subject.site
    return tuple(dict.fromkeys((*alert.subject.cluster, *sorted(site.external_labels))))


def label_names(alert: Alert) -> frozenset[str]:
    """The labels that its alerts have when they reach Alertmanager, the alert's name aside."""
    of_series = alert.subject.labels_of(alert.pattern.level, alert.pattern.keeps)
    return frozenset((*of_series, *alert.rule.labels, *alert.subject.site.external_labels))


def blind(expansion: Expansion, exporter: Exporter) -> Iterator[str]:
    """The alerts that say nothing true while the exporter's metrics are missing."""
    gone = _metrics(exporter.name)
    for record in expansion.records:
        # Which pods are the service's own is asked differently from service to service, and rules are for all of them.
        if record.record != OWNED_PODS and _means_nothing(record.expr, gone):
            gone |= {record.record}
    for alert in dict.fromkeys(alert.rule.alert for alert in expansion.alerts):
        exprs = [a.rule.expr for a in expansion.alerts if a.rule.alert == alert]
        if all(_means_nothing(expr, gone) for expr in exprs):
            yield alert


@functools.cache
def _metrics(exporter: str) -> frozenset[str]:
    # `up` is Prometheus' own word about the exporter.
    return frozenset(m.name for m in known() if m.exporter.name == exporter and m.name != KSM_UP.name)


def _means_nothing(expr: str, gone: frozenset[str]) -> bool:
    try:
        return _empty(promql_tree.parse(expr), gone)
    except PromQLError:
        return False  # syntax that only promtool knows: better told than silenced


def _empty(node: Node, gone: frozenset[str]) -> bool:
    """Whether the node gives no series without these metrics, or gives some for no other reason than that."""
    match node:
        case Selector():
            return node.metric in gone
        case Range() | Minus() | Aggregation():
            return _empty(node.of, gone)
        case Call():
            return any(_empty(argument, gone) for argument in node.arguments)
        case Binary(operator="or") | Binary(fills=True):
            return _empty(node.left, gone) and _empty(node.right, gone)
        case Binary(operator="unless"):
            return _empty(node.left, gone)
        case Binary():
            return _empty(node.left, gone) or _empty(node.right, gone)
        case _:
            return False


def causes(found: Iterable[Pair], alert: Alert, severities: Mapping[str, Urgency]) -> str:
    """Who silences the alert, in words; empty when nobody does."""
    own = (alert.rule.alert, alert.settings.severity)
    return in_words(
        (pair.cause, pair.same)
        for pair in found
        if (pair.symptom, pair.symptom_severity) == own and pair.holds(severities)
    )


def in_words(alerts: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """Alerts, and what they must share: `WorkloadDown; for the same pod: ContainerCrashLooping, PodStuckPending`."""
    by_same: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for name, same in alerts:
        by_same[same].add(name)
    return "; ".join(
        f"{f'for the same {same[-1]}: ' if same else ''}{', '.join(sorted(names))}"
        for same, names in sorted(by_same.items())
    )


def rules(found: Iterable[Pair], severities: Mapping[str, Urgency]) -> tuple[InhibitRule, ...]:
    """The rules that silence where a pair holds, and nowhere else; by alert name, so that services add none.

    Both sides of a rule are disjoint: they name different alerts, or different severities of one. From 0.30 on
    Alertmanager loses inhibitions of rules whose sides one alert may match.
    """
    groups: defaultdict[tuple[str, tuple[str, ...]], set[Pair]] = defaultdict(set)
    for pair in found:
        groups[pair.cause, pair.equal].add(pair)
    return tuple(itertools.chain.from_iterable(_rules(group, severities) for _, group in sorted(groups.items())))


def _rules(group: set[Pair], severities: Mapping[str, Urgency]) -> Iterator[InhibitRule]:
    """The rules of one cause for one set of labels: a rule for all severities where those need not be looked at."""
    some = next(iter(group))
    targets: dict[str, tuple[Matcher, ...]] = {}
    for severity in sorted({pair.cause_severity for pair in group}, key=lambda s: (_rank(s, severities) or 0, s)):
        if target := _target([pair for pair in group if pair.cause_severity == severity], severities):
            targets[severity] = target
    itself = any(pair.symptom == pair.cause for pair in group)
    everywhere_the_same = len({pair.cause_severity for pair in group}) == len(targets) and len({*targets.values()}) == 1
    for severity, target in targets.items():
        alone = everywhere_the_same and not itself
        which = f" of the same {', '.join(some.same)}" if some.same else ""
        yield InhibitRule(
            name=f"{some.cause}{which}" if alone else f"{some.cause}, {severity}{which}",
            source=(_names([some.cause]), *(() if alone else (Matcher(SEVERITY_LABEL, "=", severity),))),
            target=target,
            equal=some.equal,
        )
        if alone:
            return


def _target(found: Sequence[Pair], severities: Mapping[str, Urgency]) -> tuple[Matcher, ...]:
    """What matches the symptoms of these pairs that hold, and no symptom of one that does not."""
    holding = [pair for pair in found if pair.holds(severities)]
    if not holding:
        return ()
    symptoms = {pair.symptom for pair in holding}
    names = _names(sorted(symptoms))
    if all(pair.holds(severities) for pair in found if pair.symptom in symptoms):
        return (names,)
    mild = [severity for severity in severities if replace(holding[0], symptom_severity=severity).holds(severities)]
    return (names, _one_of(SEVERITY_LABEL, mild))


def _names(alerts: Sequence[str]) -> Matcher:
    return _one_of(ALERT_NAME, alerts)


def _one_of(label: str, words: Sequence[str]) -> Matcher:
    """Any of these values; they consist of letters, digits and `_`."""
    return Matcher(label, "=", words[0]) if len(words) == 1 else Matcher(label, "=~", "|".join(words))
