"""A site's own pattern at work: filled in for services, neighbours, parameters and sites."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from alertgen.model import Kind, Scenario, Service, Site
from alertgen.pattern import Pattern
from alertgen.promql import pretty
from alertgen.quantity import Duration
from alertgen.shapes import HOLES
from alertgen.site_patterns import read
from alertgen.site_patterns.body import in_promql
from alertgen.source import parse
from alertgen.subject import Subject
from alertgen.world import World

DOCUMENT = """
pattern: PodBacklog
per: pod
severity: warning
for: 5m
params:
  threshold: {type: number, default: 10, meaning: messages}
  window: {type: window, default: 10m, meaning: how far back}
  age: {type: duration, default: 1h, meaning: older than this}
expr: |
  max by (namespace, pod) (
    min_over_time(backlog{namespace="${namespace}", pod=~"${pods}"}[${window / 2}] offset ${window})
  ) > ${100 / (threshold - 5)}
  and on (namespace, pod) max by (namespace, pod) (born{pod=~'${pods}'}) > ${age}
summary: Many messages
description: In {{ $labels.pod }}.
runbook: {meaning: m, diagnosis: [d], mitigation: [r]}
scenarios:
- name: silent without messages
  series:
    'backlog{namespace="${namespace}",pod="${pod}"}': 0
    'born{namespace="${namespace}",pod="${pod}"}': "${age + 1s}"
- name: fires with many
  series:
    'backlog{namespace="${namespace}",pod="${pod}"}': "0x10 ${threshold * 100}x30 0"
    'born{namespace="${namespace}",pod="${pod}"}': "${age + 1s}"
  fires: {from: 20m30s, until: 30m30s}
"""


def pattern(text: str = DOCUMENT) -> Pattern:
    (document,), problems = parse("rules.d/x.yaml", text.encode())
    assert problems == ()
    found, problems = read.read(document)
    assert found is not None, problems
    return found


def subject(kind: Kind = Kind.DEPLOYMENT, name: str = "my-app", **site: Any) -> Subject:
    return Subject(
        Site(**site),
        Service(name=name, namespace="shop", team="web", tier="standard", kind=kind, container=name),
    )


def world(found: Pattern, **changes: Any) -> World:
    here = World(subject(), found.level, for_=Duration(300), name="my-app", namespace="shop", container="my-app")
    return replace(here, names=itertools.count(), **changes)


def first(found: Pattern, here: World, **params: Any) -> Scenario:
    return next(iter(found.scenarios(here, found.params(**params))))


def test_the_expression_is_that_of_the_service_on_one_line() -> None:
    pods = "my-app-[bcdfghjklmnpqrstvwxz2456789]{1,10}-[bcdfghjklmnpqrstvwxz2456789]{5}"
    found = pattern()
    assert (
        f'max by (namespace, pod) ( min_over_time(backlog{{namespace="shop", pod=~"{pods}"}}[5m] offset 10m) ) > 20'
        f" and on (namespace, pod) max by (namespace, pod) (born{{pod=~'{pods}'}}) > 3600"
    ) == found.expr(subject(), found.params()).text


def test_parameters_change_the_expression() -> None:
    found = pattern()
    text = found.expr(subject(), found.params(window=Duration(3600))).text
    assert "[30m] offset 1h" in text


def test_a_name_that_is_a_hole_stays_one() -> None:
    found = pattern()
    text = found.expr(subject(name=HOLES["service"]), found.params()).text
    assert HOLES["service"] in pretty(text)


def test_what_fires_comes_first_whatever_the_order_in_the_document() -> None:
    found = pattern()
    names = [scenario.name for scenario in found.scenarios(world(found), found.params())]
    assert ["fires with many", "silent without messages"] == names


def test_a_scenario_happens_to_a_pod_of_its_own_and_the_alert_is_about_it() -> None:
    found = pattern()
    one, two = found.scenarios(world(found), found.params())
    assert one.series[0].labels["pod"] == one.series[1].labels["pod"] != two.series[0].labels["pod"]
    assert ({"namespace": "shop", "pod": one.series[0].labels["pod"]},) == one.subjects


def test_a_scenario_can_happen_to_a_neighbour() -> None:
    found = pattern()
    theirs = first(found, world(found).elsewhere(name="my-app-worker", namespace="other"))
    assert theirs.series[0].labels["pod"].startswith("my-app-worker-")
    assert theirs.subjects[0]["namespace"] == "other"


def test_a_silent_scenario_allows_no_alert_of_that_name_at_all() -> None:
    found = pattern()
    assert [{}] == [dict(about) for about in list(found.scenarios(world(found), found.params()))[1].subjects]


def test_a_longer_for_makes_a_firing_scenario_one_of_being_pending() -> None:
    found = pattern()
    scenario = first(found, world(found, for_=Duration(3600)))
    assert (True, None, "silent with many, as that lasts less than 1h") == (
        scenario.brief,
        scenario.breached,
        scenario.name,
    )


def refusals(site: Site | None = None, **params: Any) -> list[tuple[str, str]]:
    found = pattern()
    return [
        (refusal.parameter or str(refusal.location), refusal.message)
        for refusal in found.refusals(site or Site(), found.params(**params))
    ]


def test_nothing_is_refused_with_the_defaults() -> None:
    assert [] == refusals()


@pytest.mark.parametrize(
    ("expected", "params"),
    [
        (("threshold", "this divides by zero (at rules.d/x.yaml:13:13)"), {"threshold": 5}),
        (
            ("window", "150.5 seconds is not a whole number of seconds (at rules.d/x.yaml:12:71)"),
            {"window": Duration(301)},
        ),
    ],
)
def test_parameters_that_cannot_be_calculated_with_are_refused(expected: tuple[str, str], params: Any) -> None:
    assert [expected] == refusals(**params)


def test_the_expression_of_refused_parameters_is_that_of_the_defaults() -> None:
    found = pattern()
    assert found.expr(subject(), found.params(threshold=5)).text == found.expr(subject(), found.params()).text


def test_an_instant_between_two_evaluations_is_refused_where_it_is_written() -> None:
    assert [
        ("rules.d/x.yaml:27:17", "20m30s is between two evaluations: they come every 1m"),
        ("rules.d/x.yaml:27:32", "30m30s is between two evaluations: they come every 1m"),
    ] == refusals(Site(evaluation_interval=Duration(60)))


def test_a_parameter_that_makes_the_expression_wrong_is_refused() -> None:
    text = DOCUMENT.replace("offset ${window}", "offset ${age}").replace("[${window / 2}]", "[${age}]")
    found = pattern(text.replace("> ${age}\nsummary", "> ${window}\nsummary"))
    assert ["age"] == [r.parameter for r in found.refusals(Site(), found.params(age=Duration(0)))]


@pytest.mark.parametrize(
    ("expected", "value", "before"),
    [
        ("600", Duration(600), "x > "),
        ("10m", Duration(600), "x["),
        ("10m", Duration(600), "x offset "),
        ("10m", Duration(600), 'x{window="'),
        ("5", 5, "x > "),
        ("5", 5, 'x{le="'),
        (r"a\\.b", r"a\.b", 'x{a=~"'),
        (r"a\"b", 'a"b', 'x{a="'),
        ('a"b', 'a"b', "x{a='"),
        (r"a\.b", r"a\.b", "x{a=~`"),
    ],
)
def test_a_value_is_written_as_its_place_asks(expected: str, value: Any, before: str) -> None:
    assert expected == in_promql(value, before)


@pytest.mark.parametrize(("value", "before"), [("my-app", "x > "), ("my-app", ""), ("a`b", "x{a=`")])
def test_a_value_that_its_place_cannot_hold_is_refused(value: str, before: str) -> None:
    with pytest.raises(ValueError, match="quotes"):
        in_promql(value, before)
