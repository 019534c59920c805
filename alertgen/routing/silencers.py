"""Alerts that fire → which of them keep which others from being told, as Alertmanager finds it. Pure."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from alertgen.routing.model import InhibitRule, Matcher


@dataclass(frozen=True, slots=True)
class Silencer:
    """Why nobody is told about an alert: the rule, and the alert that fires on its source side."""

    rule: InhibitRule
    cause: Mapping[str, str]


def silencers(rules: Iterable[InhibitRule], firing: Sequence[Mapping[str, str]]) -> tuple[tuple[Silencer, ...], ...]:
    """For each of the alerts that fire (their labels, the name included) what keeps it from being told.

    As Alertmanager does it: a label that is absent is empty, also among those that must be equal; what is silenced
    itself still silences; an alert that is on both sides of a rule is silenced by none that is on both sides as well,
    and so never by itself. Later than 0.29, Alertmanager misses some of what holds for rules whose sides are not
    `disjoint`.
    """
    found: list[list[Silencer]] = [[] for _ in firing]
    for rule in rules:
        causes: defaultdict[tuple[str, ...], list[Mapping[str, str]]] = defaultdict(list)
        for labels in firing:
            if _fit(rule.source, labels):
                causes[_values(rule.equal, labels)].append(labels)
        for index, labels in enumerate(firing):
            candidates = causes.get(_values(rule.equal, labels), ())
            if candidates and _fit(rule.target, labels):
                both = _fit(rule.source, labels)
                found[index] += [Silencer(rule, c) for c in candidates if not (both and _fit(rule.target, c))]
    return tuple(tuple(some) for some in found)


def _fit(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    return all(matcher.matches(labels) for matcher in matchers)


def _values(names: Iterable[str], labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in names)


def disjoint(rule: InhibitRule) -> bool:
    """Whether it is plain that no alert can be on both sides: they contradict each other on some label."""
    return any(
        _contradict(one, other) or _contradict(other, one)
        for one, other in itertools.product(rule.source, rule.target)
        if one.name == other.name
    )


_PLAIN = re.compile(r"[\w:/ -]*(?:\|[\w:/ -]*)*", re.ASCII)
"""A regular expression that is nothing but a list of words."""


def _contradict(one: Matcher, other: Matcher) -> bool:
    """Whether `one` allows only values that the other does not."""
    if one.operator in ("=", "=~") and (one.operator == "=" or _PLAIN.fullmatch(one.value)):
        values = [one.value] if one.operator == "=" else one.value.split("|")
        return not any(other.matches({other.name: value}) for value in values)
    opposite = {"=~": "!~", "!~": "=~", "!=": "="}[one.operator]
    return (opposite, one.value) == (other.operator, other.value)
