"""`expose`: what may be written, what it means, and what is said of what cannot be."""

from __future__ import annotations

import re

import pytest
from facetcase import part_problems, service

from alertgen.facets.expose import CLOSED, EXPOSED, INTERNAL, LOCAL_TRAFFIC, PART, Expose, Type, exposure, is_internal
from alertgen.model import Site


def test_a_word_is_the_shorthand_for_its_type() -> None:
    assert exposure(service(expose={"type": "internal"})) == exposure(service(expose="internal"))
    assert Expose("my-app", Type.INTERNAL) == exposure(service(expose="internal"))


def test_the_service_of_kubernetes_has_the_name_of_the_service_or_its_own() -> None:
    assert ["my-app", "front"] == [
        e.service for more in ({}, {"service": "front"}) if (e := exposure(service(expose={"type": "NodePort"} | more)))
    ]


def test_who_says_nothing_is_neither_exposed_nor_internal() -> None:
    assert exposure(service()) is None
    assert not is_internal(service())


@pytest.mark.parametrize(
    ("value", "facets"),
    [
        ("internal", {"EXPOSED", "CLOSED", "INTERNAL"}),
        ({"type": "ClusterIP"}, {"EXPOSED", "CLOSED"}),
        ({"type": "LoadBalancer"}, {"EXPOSED"}),
        ({"service": "front"}, {"EXPOSED"}),
        ({"type": "LoadBalancer", "external_traffic_policy": "Local"}, {"EXPOSED", "LOCAL_TRAFFIC"}),
        ({"type": "LoadBalancer", "external_traffic_policy": "Cluster"}, {"EXPOSED"}),
    ],
)
def test_what_is_said_decides_what_is_watched(value: object, facets: set[str]) -> None:
    known = {"EXPOSED": EXPOSED, "CLOSED": CLOSED, "INTERNAL": INTERNAL, "LOCAL_TRAFFIC": LOCAL_TRAFFIC}
    one = service(expose=value)
    assert facets == {name for name, facet in known.items() if facet.items(Site(), one)}
    assert not any(facet.items(Site(), None) for facet in known.values())


@pytest.mark.parametrize("name", ["my-app", "a" * 57, "b" * 63])
def test_endpoint_slices_are_found_by_the_shape_of_their_names(name: str) -> None:
    item = Expose(name)
    assert re.fullmatch(item.slices, item.slice)
    assert len(item.slice) <= 63


def test_slices_of_services_whose_name_begins_alike_are_not_taken() -> None:
    assert not re.fullmatch(Expose("my-app").slices, Expose("my-app-worker").slice)
    assert not re.fullmatch(Expose("my-app").slices, Expose("my").slice)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("public", "3:9: error[unknown-value]: 'expose' can only be 'internal': \"public\""),
        ("[internal]", "3:9: error[wrong-type]: 'expose' must be a mapping, not a list"),
        ("{}", "3:9: error[empty]: 'expose' is empty"),
        ("{type: ExternalName}", "3:16: error[unknown-value]: 'type' must be one of LoadBalancer, NodePort"),
        ("{typ: NodePort}", "3:10: error[unknown-key]: unknown key 'typ'"),
        ("{external_traffic_policy: Local, min_nodes: 1}", "3:53: error[bad-value]: 'min_nodes' must be at least 2: 1"),
        (
            "{type: ClusterIP, external_traffic_policy: Local}",
            "3:52: error[no-effect]: nothing comes from outside to a Service of type ClusterIP",
        ),
        ("{type: NodePort, min_nodes: 3}", "3:37: error[no-effect]: on how many nodes the pods run matters only to"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(value: str, problem: str) -> None:
    (found,) = part_problems(PART, value)
    assert found.startswith(f"x.yaml:{problem}")


@pytest.mark.parametrize(
    "value", ["internal", "{type: LoadBalancer, external_traffic_policy: Local, min_nodes: 3, service: front}"]
)
def test_what_is_right_is_taken(value: str) -> None:
    assert [] == part_problems(PART, value)
