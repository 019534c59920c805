"""`probe`: which alerts a probe switches on, and what is said of probes that cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from facetcase import part_problems, service

from alertgen.facets.probe import ANSWERS, ANSWERS_INSIDE, CERTIFIED, HIDDEN, PART, RESOLVES
from alertgen.model import Site

FACETS = {
    "ANSWERS": ANSWERS, "ANSWERS_INSIDE": ANSWERS_INSIDE, "CERTIFIED": CERTIFIED, "HIDDEN": HIDDEN, "RESOLVES": RESOLVES
}  # fmt: skip


def _watched(expose: dict[str, Any], **probe: str) -> set[str]:
    one = service(probe=[{"job": "blackbox", "target": "http://my-app", **probe}], **expose)
    return {name for name, facet in FACETS.items() if facet.items(Site(), one)}


@pytest.mark.parametrize(
    ("probe", "watched"),
    [
        ({}, {"ANSWERS"}),
        ({"from": "outside"}, {"ANSWERS"}),
        ({"target": "https://my-app"}, {"ANSWERS", "CERTIFIED"}),
        ({"kind": "dns"}, {"RESOLVES"}),
        ({"from": "outside", "expect": "unreachable"}, {"HIDDEN"}),
        ({"from": "outside", "expect": "unreachable", "target": "https://my-app"}, {"HIDDEN"}),
        ({"from": "outside", "expect": "unreachable", "kind": "dns"}, {"HIDDEN"}),
    ],
)
def test_what_a_probe_says_decides_what_is_watched(probe: dict[str, str], watched: set[str]) -> None:
    assert watched == _watched({}, **probe)


def test_no_probe_pages_twice_because_a_service_is_internal_or_not() -> None:
    assert {"ANSWERS_INSIDE"} == _watched({"expose": "internal"})
    assert {"ANSWERS"} == _watched({"expose": {"type": "LoadBalancer"}})


def test_who_has_no_probes_is_not_watched_by_any() -> None:
    assert not any(facet.items(Site(), one) for facet in FACETS.values() for one in (service(), None))


def test_the_target_tells_the_alerts_of_two_probes_apart() -> None:
    one = service(probe=[{"job": "a", "target": "http://x"}, {"job": "a", "target": "http://y"}])
    assert ["http://x", "http://y"] == [ANSWERS.labels(item)["target"] for item in ANSWERS.items(Site(), one)]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("[]", "3:8: error[empty]: 'probe' is empty"),
        ("{job: a, target: b}", "3:8: error[wrong-type]: 'probe' must be a list, not a mapping"),
        ("[{job: a}]", "3:9: error[missing-key]"),
        ("[{job: a, target: 'b c'}]", "3:26: error[bad-value]: 'target' must be a name or an address without spaces"),
        ("[{job: a, target: '{{b}}'}]", "3:26: error[bad-value]: 'target' must be a name or an address without"),
        ("[{job: a, target: b, kind: tcp}]", "3:35: error[unknown-value]: 'kind' must be one of http, dns"),
        ("[{job: a, target: x}, {job: b, target: x}]", "3:47: error[duplicate]: 'x' is probed twice"),
        ("[{job: a, target: x, expect: unreachable}]", "3:37: error[contradiction]: what must not be reachable"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(value: str, problem: str) -> None:
    (found,) = part_problems(PART, value)
    assert found.startswith(f"x.yaml:{problem}")


def test_what_is_right_is_taken() -> None:
    assert [] == part_problems(
        PART, "[{job: a, target: 'https://x/?a=b&c=%20#d'}, {job: b, target: 10.96.0.10:53, kind: dns}]"
    )
