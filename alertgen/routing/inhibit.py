"""`inhibit`: which alerts a site says silence which others, beside what the patterns declare. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from alertgen.diagnostics import Diagnostic
from alertgen.promql import escape_regex
from alertgen.receivers import shown
from alertgen.routing.model import At, InhibitRule, Matcher
from alertgen.routing.silencers import disjoint

_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_SIDE = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {
        "type": ["string", "array"],
        "description": "The label's value, or a list of which any will do.",
        "minLength": 1,
        "minItems": 1,
        "items": {"type": "string", "minLength": 1, "description": "A value."},
    },
}

SCHEMA: dict[str, Any] = {
    "type": "array",
    "description": "Alerts that are not told while others fire, beside what the built-in alerts know of each other.",
    "items": {
        "type": "object",
        "description": "Who silences whom.",
        "properties": {
            "when": {**_SIDE, "description": "Labels of the alert that silences while it fires, all of them."},
            "silence": {**_SIDE, "description": "Labels of the alerts that are not told then, all of them."},
            "equal": {
                "type": "array",
                "description": "Labels in which both must agree: [cluster, namespace, service] for one service. "
                "With none, one alert anywhere silences the others everywhere.",
                "items": {"type": "string", "minLength": 1, "description": "A label that both have."},
            },
        },
        "required": ["when", "silence", "equal"],
        "additionalProperties": False,
    },
}
"""JSON Schema of the key."""


def read_inhibit(data: Sequence[Mapping[str, Any]], at: At) -> tuple[tuple[InhibitRule, ...], tuple[Diagnostic, ...]]:
    """The rules as written, and what is wrong with them by themselves. `at` gives places below the key."""
    rules = tuple(
        InhibitRule(
            name=f"inhibit {index + 1} of the routing document",
            source=_side(body["when"]),
            target=_side(body["silence"]),
            equal=tuple(body["equal"]),
            location=at(index),
        )
        for index, body in enumerate(data)
    )
    problems = (
        problem
        for index, rule in enumerate(rules)
        for problem in _check(rule, rules[:index], data[index], functools.partial(at, index))
    )
    return rules, tuple(problems)


def _side(labels: Mapping[str, str | Sequence[str]]) -> tuple[Matcher, ...]:
    return tuple(_matcher(name, value) for name, value in sorted(labels.items()))


def _matcher(name: str, value: str | Sequence[str]) -> Matcher:
    if isinstance(value, str):
        return Matcher(name, "=", value)
    if len(value) == 1:
        return Matcher(name, "=", value[0])
    return Matcher(name, "=~", "|".join(escape_regex(word) for word in sorted(set(value))))


def _check(rule: InhibitRule, before: Sequence[InhibitRule], body: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    names = [(("when", name), name) for name in body["when"]] + [(("silence", name), name) for name in body["silence"]]
    names += [(("equal", i), name) for i, name in enumerate(rule.equal)]
    bad = [(steps, name) for steps, name in names if _LABEL.fullmatch(name) is None]
    for steps, name in bad:
        yield Diagnostic(at(*steps), "bad-name", f"{shown(name)} cannot be the name of a label")
    for index, name in enumerate(rule.equal):
        if name in rule.equal[:index]:
            yield Diagnostic(at("equal", index), "duplicate-label", f"{shown(name)} is already in equal")
    if not bad and not disjoint(rule):
        yield Diagnostic(
            at("silence"),
            "overlapping-sides",
            "an alert may be on both sides: some versions of Alertmanager then silence too little",
            hint="let both sides name different values of one label, e.g. alertname or severity",
        )
    twin = next((r for r in before if (r.source, r.target, r.equal) == (rule.source, rule.target, rule.equal)), None)
    if twin and twin.location:
        yield Diagnostic(
            at(), "no-effect", "this is said already", hint="drop one of the two", related=((twin.location, "here"),)
        )
