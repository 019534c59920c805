from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertgen.routing.model import InhibitRule, Matcher
from alertgen.routing.silencers import disjoint, silencers

DOWN = {"alertname": "Down", "service": "a"}
SLOW = {"alertname": "Slow", "service": "a"}


def rule(source: str, target: str, *equal: str) -> InhibitRule:
    return InhibitRule(
        name="r",
        source=(Matcher("alertname", "=~", source),),
        target=(Matcher("alertname", "=~", target),),
        equal=equal,
    )


def by(rules: list[InhibitRule], *firing: Mapping[str, str]) -> list[list[str]]:
    return [[s.cause["alertname"] for s in found] for found in silencers(rules, firing)]


def test_a_symptom_is_silent_while_its_cause_fires() -> None:
    assert [[], ["Down"]] == by([rule("Down", "Slow", "service")], DOWN, SLOW)
    assert [[]] == by([rule("Down", "Slow", "service")], SLOW)


def test_another_services_cause_silences_nothing() -> None:
    assert [[], []] == by([rule("Down", "Slow", "service")], {**DOWN, "service": "b"}, SLOW)


def test_labels_that_both_lack_are_equal_as_if_both_were_empty() -> None:
    assert [[], ["Down"]] == by([rule("Down", "Slow", "pod")], DOWN, {**SLOW, "pod": ""})
    assert [[], []] == by([rule("Down", "Slow", "pod")], DOWN, {**SLOW, "pod": "x"})


def test_what_is_silenced_still_silences() -> None:
    chain = [rule("Down", "Slow", "service"), rule("Slow", "Late", "service")]
    assert [[], ["Down"], ["Slow"]] == by(chain, DOWN, SLOW, {"alertname": "Late", "service": "a"})


def test_an_alert_on_both_sides_is_silenced_by_one_that_is_not_and_never_by_itself() -> None:
    both = rule("Down|Slow", "Slow|Late", "service")
    assert [[]] == by([both], SLOW)
    assert [[], []] == by([both], SLOW, SLOW)
    assert [[], ["Down"]] == by([both], DOWN, SLOW)
    assert [[], ["Slow"]] == by([both], SLOW, {"alertname": "Late", "service": "a"})


MATCHERS = st.builds(
    Matcher,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["=", "!=", "=~", "!~"]),
    st.sampled_from(["", "x", "y", "x|y", "x.*", ".+", "z"]),
)
SIDES = st.lists(MATCHERS, max_size=3).map(tuple)


@given(SIDES, SIDES)
def test_where_sides_are_said_to_be_disjoint_no_alert_is_on_both(
    source: tuple[Matcher, ...], target: tuple[Matcher, ...]
) -> None:
    both = InhibitRule(name="", source=source, target=target, equal=())
    values = ["", "x", "y", "z", "xy", "x|y", "x.*", ".+"]
    shared = [
        (a, b)
        for a, b in itertools.product(values, repeat=2)
        if all(m.matches({"a": a, "b": b}) for m in (*source, *target))
    ]
    assert not (disjoint(both) and shared)


@pytest.mark.parametrize(
    ("source", "target", "is_disjoint"),
    [
        (("alertname", "=", "Down"), ("alertname", "=~", "Slow|Late"), True),
        (("alertname", "=~", "Down|Gone"), ("alertname", "=~", "Slow|Late"), True),
        (("alertname", "=~", "Down|Late"), ("alertname", "=~", "Slow|Late"), False),
        (("alertname", "=~", "Down.*"), ("alertname", "!~", "Down.*"), True),
        (("alertname", "=", "Down"), ("severity", "=", "info"), False),
        (("severity", "!=", "info"), ("severity", "=", "info"), True),
    ],
)
def test_sides_are_disjoint_when_a_label_tells_them_apart(
    source: tuple[str, Any, str], target: tuple[str, Any, str], is_disjoint: bool
) -> None:
    both = InhibitRule(name="", source=(Matcher(*source),), target=(Matcher(*target),), equal=())
    assert is_disjoint is disjoint(both)
    assert is_disjoint is disjoint(replace(both, source=both.target, target=both.source))
