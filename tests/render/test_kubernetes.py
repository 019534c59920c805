from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from examples import expansion, service
from hypothesis import given, settings
from hypothesis import strategies as st

from alertgen.model import AlertingRule, Kind, RuleGroup, Select
from alertgen.quantity import Duration
from alertgen.render.kubernetes import MAX_BYTES, prometheus_rule
from alertgen.render.prometheus import rule_file

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def objects(groups: tuple[RuleGroup, ...], labels: Mapping[str, str] | None = None) -> list[Any]:
    text = prometheus_rule(name="my-app", namespace="shop", labels=labels or {}, groups=groups)
    return list(yaml.load_all(text, Loader=LOADER))


def annotated(found: Any) -> int:
    """The bytes of the annotations of an object after `kubectl apply`, by which Kubernetes limits them."""
    whole = {**found, "metadata": {"annotations": {}, **found["metadata"]}}
    text = json.dumps(whole, separators=(",", ":"), ensure_ascii=False) + "\n"
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return len(_LAST_APPLIED) + len(text.encode())


def large_group(name: str, size: int, content: str = "x") -> RuleGroup:
    """A group of one rule that is about so many bytes long in YAML."""
    rule = AlertingRule(
        alert="Down",
        expr="up == 0",
        for_=Duration(0),
        keep_firing_for=Duration(0),
        labels={},
        annotations={"description": content * (size // len(content.encode()))},
    )
    return RuleGroup(name=name, rules=(rule,))


@pytest.mark.parametrize("select", list(Select))
@pytest.mark.parametrize("kind", list(Kind))
def test_the_object_holds_the_groups_of_the_plain_file(kind: Kind, select: Select) -> None:
    groups = expansion(service(kind=kind, select=select)).groups
    (found,) = objects(groups)
    assert yaml.safe_load(rule_file(groups))["groups"] == found["spec"]["groups"]


def test_the_object_says_who_manages_it_and_what_the_site_wants() -> None:
    (found,) = objects(expansion().groups, {"release": "kube-prometheus-stack", "on": "yes", "1.5": "x"})
    assert {"apiVersion", "kind", "metadata", "spec"} == set(found)
    assert ("monitoring.coreos.com/v1", "PrometheusRule") == (found["apiVersion"], found["kind"])
    wanted = {"release": "kube-prometheus-stack", "on": "yes", "1.5": "x", "app.kubernetes.io/managed-by": "alertgen"}
    assert {"name": "my-app", "namespace": "shop", "labels": wanted} == found["metadata"]


def test_without_rules_the_list_of_groups_is_empty() -> None:
    assert [[]] == [found["spec"]["groups"] for found in objects(())]


# --- against the published CRD -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crd() -> Any:
    """The model of the CRD; importing it takes seconds, so only who asks waits."""
    from cloudcoil.models.prometheus_operator.v1 import PrometheusRule  # noqa: PLC0415 - see above

    return PrometheusRule


_KEYS: Mapping[str, tuple[set[str], set[str]]] = {
    # the keys that must be there, and those that may be
    "alert": ({"alert", "expr", "labels", "annotations"}, {"for", "keep_firing_for"}),
    "record": ({"record", "expr"}, {"labels"}),
}


def assert_exact_keys(found: Any) -> None:
    """The model ignores fields that the CRD does not have, the API server drops them: neither would tell."""
    assert {"apiVersion", "kind", "metadata", "spec"} == set(found)
    assert {"name", "namespace", "labels"} == set(found["metadata"])
    assert {"groups"} == set(found["spec"])
    for group in found["spec"]["groups"]:
        assert {"name", "rules"} == set(group)
        for rule in group["rules"]:
            needed, optional = _KEYS["alert" if "alert" in rule else "record"]
            assert needed <= set(rule) <= needed | optional


@pytest.mark.parametrize("select", list(Select))
@pytest.mark.parametrize("kind", list(Kind))
def test_the_crd_accepts_and_keeps_the_whole_object(crd: Any, kind: Kind, select: Select) -> None:
    waits = {"ContainerCrashLooping": {"for": "1w", "keep_firing_for": "1h30m"}}
    groups = expansion(service(kind=kind, select=select), alerts=waits).groups
    (found,) = objects(groups, {"release": "x"})
    assert_exact_keys(found)
    assert found == crd.model_validate(found).model_dump(by_alias=True, exclude_none=True)


def test_the_crd_accepts_the_rules_that_exist_once_per_cluster(crd: Any) -> None:
    (found,) = objects(expansion(None).groups)
    assert_exact_keys(found)
    assert found == crd.model_validate(found).model_dump(by_alias=True, exclude_none=True)


def test_the_crd_refuses_what_is_none(crd: Any) -> None:
    (found,) = objects(expansion().groups)
    found["spec"]["groups"][0]["rules"][0]["for"] = "5 minutes"
    with pytest.raises(ValueError, match=r"spec\.groups\.0\.rules\.0\.for"):
        crd.model_validate(found)


# --- splitting ---------------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 200), st.sampled_from(['an "example" ', "a < b && ", "ü"])), max_size=8))
def test_groups_are_split_into_objects_that_can_be_applied_and_none_is_lost(sizes: list[tuple[int, str]]) -> None:
    # What is too large alone stays whole: there is no smaller part that the operator would take for the same group.
    groups = tuple(
        large_group(f"shop/{n}", 1_000 * size // (5 if "<" in text else 1), text)
        for n, (size, text) in enumerate(sizes)
    )
    found = objects(groups)
    assert [group.name for group in groups] == [g["name"] for each in found for g in each["spec"]["groups"]]
    assert all(annotated(each) < MAX_BYTES for each in found)


def test_no_more_objects_than_needed() -> None:
    assert 1 == len(objects(tuple(large_group(str(n), 20_000) for n in range(10))))
    assert 2 == len(objects(tuple(large_group(str(n), 20_000) for n in range(15))))


def test_a_part_has_a_name_that_no_service_can_have() -> None:
    found = objects(tuple(large_group(str(n), 200_000) for n in range(3)))
    assert ["my-app", "my-app.2", "my-app.3"] == [each["metadata"]["name"] for each in found]
