"""What alertgen says of routes, groups and inhibition is what a real Alertmanager does."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import CANARY, Alertmanager, Runnable, alertmanager, wait_for

from alertgen import compiler, plan
from alertgen.compiler import Build
from alertgen.quantity import Duration
from alertgen.receivers import Receiver
from alertgen.render.alertmanager import render
from alertgen.routecases import distinct, route_cases
from alertgen.routing.model import EVERY_LABEL, InhibitRule, Matcher, Route, Routing, TimeInterval
from alertgen.routing.resolve import resolve
from alertgen.routing.silencers import disjoint, silencers
from alertgen.tools import amtool as amtool_program
from alertgen.tools.binaries import Binary

LATER = Duration(3600)
"""When the groups of these tests would be told: never."""
ONE_SOURCE_ONLY = (0, 30)
"""From here on, Alertmanager looks at a single source for each set of equal labels."""

Labels = Mapping[str, str]


def configuration(
    tree: Route, rules: Sequence[InhibitRule], version: tuple[int, ...], intervals: tuple[TimeInterval, ...] = ()
) -> str:
    """A file with receivers that send nothing."""
    names = {route.receiver for route in routes_of(tree)}
    routing = Routing(receivers={name: Receiver(name) for name in names}, inhibit=(*rules, CANARY), intervals=intervals)
    return render(routing, tree, version, "# a test")


def routes_of(route: Route) -> Iterator[Route]:
    yield route
    for child in route.routes:
        yield from routes_of(child)


def key(labels: Labels) -> tuple[tuple[str, str], ...]:
    """The labels as Alertmanager has them: those that are empty are none."""
    return tuple(sorted((name, value) for name, value in labels.items() if value))


def agree(am: Alertmanager, tree: Route, rules: Sequence[InhibitRule], firing: Sequence[Labels], *only: str) -> None:
    """Receivers, groups and inhibition of these alerts, all of which fire, are the same here and there."""
    fates = {key(fate.labels): fate for fate in am.fates(*only)}
    assert {key(labels) for labels in firing} == fates.keys()
    groups: set[tuple[object, ...]] = set()
    for labels, found in zip(firing, silencers(rules, firing), strict=True):
        fate, routes = fates[key(labels)], resolve(tree, labels)
        assert [route.receiver for route in routes] == list(fate.receivers), labels
        causes = {key(silencer.cause) for silencer in found}
        by = {key(cause) for cause in fate.inhibited_by}
        assert by <= causes, labels
        assert bool(by) is bool(causes), labels
        for route in routes:
            grouped = labels.keys() if route.group_by == (EVERY_LABEL,) else route.group_by or ()
            groups.add((route.receiver, key({name: labels.get(name, "") for name in grouped}), key(labels)))

    def there() -> set[tuple[object, ...]]:
        return {(to, key(common), key(each)) for to, common, alerts in am.groups(*only) for each in alerts}

    # Newer ones make groups of several alerts at a time: what came first need not be there first.
    with contextlib.suppress(AssertionError):
        wait_for("the same groups", lambda: groups == there(), seconds=3)
    assert groups == there()


# The alerts of this repository's site


@functools.cache
def site() -> tuple[Build, tuple[Labels, ...]]:
    """This repository's own site, and the labels of all alerts that fire in its tests."""
    root = Path(__file__).parent.parent
    files = [(str(p.relative_to(root)), p.read_bytes()) for p in sorted((root / "rules.d").glob("*.yaml"))]
    build = compiler.compile_spec(files, dt.date(2026, 11, 23), "rules.d")
    tests = [(proven.expansion, proven.tests) for proven in plan.proofs(build, lambda _: True)]
    cases = route_cases(build.routing, tests, build.estate.site.external_labels)
    return build, tuple({key(case.labels): case.labels for case in cases}.values())


def without(alerts: Sequence[Labels], *names: str) -> list[Labels]:
    return [labels for labels in alerts if labels["alertname"] not in names]


@contextlib.contextmanager
def firing(program: Runnable, alerts: Sequence[Labels], folder: Path) -> Iterator[Alertmanager]:
    build, _ = site()
    tree = replace(build.estate.tree, group_wait=LATER)
    with alertmanager(
        program, configuration(tree, build.routing.inhibit, program.version, build.routing.intervals), folder
    ) as am:
        am.fire(alerts)
        am.settle()
        yield am


@pytest.mark.parametrize(
    "missing",
    [(), ("KubeStateMetricsMissing",), ("KubeStateMetricsMissing", "WorkloadDown", "WorkloadMissing")],
    ids=["everything fires", "kube-state-metrics is there", "the workloads are there, too"],
)
def test_the_alerts_that_fired_in_the_tests_meet_the_same_fate(
    missing: tuple[str, ...], alertmanagers: Sequence[Runnable], tmp_path: Path
) -> None:
    build, alerts = site()
    alerts = tuple(without(alerts, *missing))
    assert any(silencers(build.routing.inhibit, alerts))
    for program in alertmanagers:
        with firing(program, alerts, tmp_path / str(program.version)) as am:
            agree(am, build.estate.tree, build.routing.inhibit, alerts)


def test_every_rule_of_the_site_silences_some_alert_of_its_tests(
    alertmanagers: Sequence[Runnable], tmp_path: Path
) -> None:
    """Each rule by itself, so that none can hide behind another."""
    build, alerts = site()
    tree = replace(build.estate.tree, group_wait=LATER)
    program = alertmanagers[0]
    with firing(program, alerts, tmp_path) as am:
        idle = []
        for rule in build.inhibit:
            am.load(configuration(tree, [rule], program.version, build.routing.intervals))
            am.settle()
            silent = {key(fate.labels) for fate in am.fates() if fate.inhibited_by}
            assert silent == {key(a) for a, s in zip(alerts, silencers([rule], alerts), strict=True) if s}
            idle += [] if silent else [rule.name]
    assert [] == idle


def test_amtool_sends_them_to_the_same_receivers(
    amtools: Sequence[Binary], alertmanagers: Sequence[Runnable], tmp_path: Path
) -> None:
    build, alerts = site()
    tests = [(proven.expansion, proven.tests) for proven in plan.proofs(build, lambda _: True)]
    cases = distinct(route_cases(build.routing, tests, build.estate.site.external_labels), build.estate.tree)
    with firing(alertmanagers[0], alerts, tmp_path) as am:
        fates = {key(fate.labels): fate.receivers for fate in am.fates()}
        for case, amtool in itertools.product(cases, amtools):
            assert fates[key(case.labels)] == amtool_program.routes_test(amtool, am.file, case.labels)


def test_the_file_in_golden_is_loaded_as_it_is(alertmanagers: Sequence[Runnable], tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "golden/alertmanager/alertmanager.yaml").read_text(encoding="utf-8")
    for program in alertmanagers:
        with alertmanager(program, text, tmp_path / str(program.version)):
            pass


# Anything


VALUES = ["x", "y", "x y", 'say "x"', "a\\b", "ä"]
LABEL = st.sampled_from(["a", "b", "c"])
MATCHERS = st.builds(
    Matcher,
    LABEL,
    st.sampled_from(["=", "!=", "=~", "!~"]),
    st.sampled_from(["", *VALUES[:3], VALUES[5], "x|y", "x.*", ".+", ".*", "[^x]", "(x|y)?"]),
) | st.builds(Matcher, LABEL, st.sampled_from(["=", "!="]), st.sampled_from(VALUES))
SIDE = st.lists(MATCHERS, max_size=2).map(tuple)
LABEL_SETS = st.lists(
    st.dictionaries(LABEL, st.sampled_from(VALUES), max_size=3), min_size=1, max_size=8, unique_by=key
)
GROUPED = st.lists(st.sampled_from(["a", "b", "alertname"]), min_size=1, max_size=2, unique=True).map(tuple)
GROUP_BY = st.none() | GROUPED | st.just((EVERY_LABEL,))


def routes(children: st.SearchStrategy[tuple[Route, ...]]) -> st.SearchStrategy[Route]:
    return st.builds(
        Route,
        receiver=st.sampled_from(["p", "q", "r"]),
        matchers=SIDE,
        group_by=GROUP_BY,
        continue_=st.booleans(),
        routes=children,
    )


LEAVES = routes(st.just(()))
BRANCHES = st.recursive(LEAVES, lambda below: routes(st.lists(below, max_size=3).map(tuple)), max_leaves=8)
TREES = routes(st.lists(BRANCHES, max_size=4).map(tuple)).map(
    lambda route: replace(route, matchers=(), continue_=False, group_wait=LATER, group_by=route.group_by or ("a",))
)
RULES = st.lists(
    st.builds(
        InhibitRule,
        name=st.just("any"),
        source=SIDE,
        target=SIDE,
        equal=st.lists(LABEL, max_size=2, unique=True).map(lambda labels: ("round", *labels)),
    ),
    max_size=3,
)


def test_any_tree_any_rules_and_any_alerts_mean_the_same(alertmanagers: Sequence[Runnable], tmp_path: Path) -> None:
    start = configuration(Route(receiver="p"), (), (0, 25))
    for program in alertmanagers:
        with alertmanager(program, start, tmp_path / str(program.version)) as am:
            compared_with(am)


def compared_with(am: Alertmanager) -> None:
    """Draws cases and compares; what is left of earlier ones differs in a label that every rule wants equal."""
    numbers = itertools.count()

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(TREES, RULES, LABEL_SETS)
    def compare(tree: Route, rules: list[InhibitRule], label_sets: list[dict[str, str]]) -> None:
        number = f"any-{next(numbers)}"
        alerts = [{**labels, "alertname": "Any", "round": number} for labels in label_sets]
        used = [replace(rule, name=f"any {i}") for i, rule in enumerate(rules)]
        if am.version >= ONE_SOURCE_ONLY:
            used = [rule for rule in used if disjoint(rule)]
        am.load(configuration(tree, used, am.version))
        am.fire(alerts)
        am.settle()
        agree(am, tree, used, alerts, f'round="{number}"')
        am.recover(alerts)

    compare()
