from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alertgen.model import Kind
from alertgen.podnames import ALPHABET, SHAPES, collides, example_pod, owner_of, pod_regex

Draw = Callable[[st.SearchStrategy[Any]], Any]

kinds = st.sampled_from(list(Kind))
names = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)


def matches(kind: Kind, name: str, pod: str) -> bool:
    return re.fullmatch(pod_regex(kind, name), pod) is not None


# --- examples ----------------------------------------------------------------------------------------------------


@given(kinds, names, st.integers(0, 10_000), st.integers(0, 100))
def test_an_example_has_the_shape_of_its_own_workload(kind: Kind, name: str, index: int, revision: int) -> None:
    assert matches(kind, name, example_pod(kind, name, index, revision))


@given(kinds, names, st.integers(0, 10_000))
def test_an_example_is_not_taken_for_a_neighbours_pod(kind: Kind, name: str, index: int) -> None:
    neighbour = f"{name}-worker"
    assert not matches(kind, name, example_pod(kind, neighbour, index))
    assert not matches(kind, neighbour, example_pod(kind, name, index))


@pytest.mark.parametrize("kind", list(Kind))
def test_no_two_examples_are_the_same(kind: Kind) -> None:
    assert 20_000 == len({example_pod(kind, "my-app", index) for index in range(20_000)})


@pytest.mark.parametrize("kind", [Kind.DEPLOYMENT, Kind.CRON_JOB])
def test_another_rollout_has_another_owner(kind: Kind) -> None:
    assert 100 == len({owner_of(example_pod(kind, "my-app", 0, revision)) for revision in range(100)})
    assert 1 == len({owner_of(example_pod(kind, "my-app", index)) for index in range(100)})


@pytest.mark.parametrize(("kind", "longest"), [(kind, shape.longest) for kind, shape in SHAPES.items()])
def test_a_name_that_is_not_too_long_is_never_cut(kind: Kind, longest: int) -> None:
    generated = {
        # what Kubernetes puts the random suffix behind, which it cuts at 58 characters
        Kind.DEPLOYMENT: f"{'a' * longest}-{'b' * 10}-",
        Kind.DAEMON_SET: f"{'a' * longest}-",
        Kind.CRON_JOB: f"{'a' * longest}-{'1' * 10}-",
    }.get(kind)
    if generated is None:
        # A StatefulSet's pods carry its name and a hash of ten in the label controller-revision-hash, of 63 at most.
        assert len(f"{'a' * longest}-{'b' * 10}") <= 63
    else:
        assert 58 == len(generated)


@pytest.mark.parametrize(
    ("kind", "pod"),
    [
        (Kind.DEPLOYMENT, "my-app-worker-6d8f9c7b5d-x2x9z"),
        (Kind.DEPLOYMENT, "my-app-x2x9z"),
        (Kind.DEPLOYMENT, "my-app-6d8f9c7b5d-x2x9z-1"),
        (Kind.DEPLOYMENT, "my-app-6d8f9c7b5d-aaaaa"),
        (Kind.DEPLOYMENT, "not-my-app-6d8f9c7b5d-x2x9z"),
        (Kind.STATEFUL_SET, "my-app-x2x9z"),
        (Kind.STATEFUL_SET, "my-app-db-0"),
        (Kind.DAEMON_SET, "my-app-6d8f9c7b5d-x2x9z"),
        (Kind.DAEMON_SET, "my-app-x2x9"),
        (Kind.CRON_JOB, "my-app-6d8f9c7b5d-x2x9z"),
        (Kind.CRON_JOB, "my-app-1234567-x2x9z"),
    ],
)
def test_what_has_another_shape_is_somebody_elses(kind: Kind, pod: str) -> None:
    assert not matches(kind, "my-app", pod)


# --- collisions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "kind", "other_kind", "other"),
    [
        (True, Kind.DEPLOYMENT, Kind.DAEMON_SET, "my-app-db"),
        (False, Kind.DEPLOYMENT, Kind.DAEMON_SET, "my-app-worker"),
        (False, Kind.DEPLOYMENT, Kind.DAEMON_SET, "my-app-bcdfghjklmn"),
        (False, Kind.DEPLOYMENT, Kind.STATEFUL_SET, "my-app-db"),
        (False, Kind.DEPLOYMENT, Kind.DEPLOYMENT, "my-app-db"),
        (False, Kind.DEPLOYMENT, Kind.CRON_JOB, "my-app-db"),
        (True, Kind.CRON_JOB, Kind.DAEMON_SET, "my-app-28384920"),
        (False, Kind.CRON_JOB, Kind.DAEMON_SET, "my-app-2024"),
        (True, Kind.DEPLOYMENT, Kind.DEPLOYMENT, "my-app"),
        (True, Kind.DEPLOYMENT, Kind.CRON_JOB, "my-app"),
        (False, Kind.DEPLOYMENT, Kind.DAEMON_SET, "my-app"),
        (True, Kind.STATEFUL_SET, Kind.DAEMON_SET, "my-app"),
        (False, Kind.DAEMON_SET, Kind.STATEFUL_SET, "my-app"),
        (False, Kind.DEPLOYMENT, Kind.DAEMON_SET, "my-application"),
        (False, Kind.DEPLOYMENT, Kind.DAEMON_SET, "other"),
        (False, Kind.DEPLOYMENT, Kind.DAEMON_SET, "my"),
    ],
)
def test_workloads_collide_when_their_pods_may_look_alike(
    expected: bool, kind: Kind, other_kind: Kind, other: str
) -> None:
    assert expected == collides(kind, "my-app", other_kind, other)


def _random(draw: Draw, low: int, high: int) -> str:
    """Letters and digits that Kubernetes uses; often all digits, which tells more shapes apart."""
    text: str = draw(st.text(draw(st.sampled_from(["b2", "2479", ALPHABET])), min_size=low, max_size=high))
    return text


_GENERATED: dict[Kind, Callable[[Draw], str]] = {
    Kind.DEPLOYMENT: lambda draw: f"-{_random(draw, 1, 10)}-{_random(draw, 5, 5)}",
    Kind.STATEFUL_SET: lambda draw: f"-{draw(st.integers(0, 9_999))}",
    Kind.DAEMON_SET: lambda draw: f"-{_random(draw, 5, 5)}",
    Kind.CRON_JOB: lambda draw: f"-{draw(st.integers(10**7, 10**10 - 1))}-{_random(draw, 5, 5)}",
}
"""What Kubernetes may put behind the name of a workload of each kind, without using what the module knows of it."""

_middles = st.sampled_from(["", "-db", "-2", "-bbbbb", "-22222", "-12345678", "-0", "-worker", "-db-2", "x"])


@settings(max_examples=500)
@given(kinds, kinds, _middles, st.data())
def test_workloads_that_do_not_collide_never_have_pods_that_look_alike(
    kind: Kind, other_kind: Kind, middle: str, data: st.DataObject
) -> None:
    pod = f"my-app{middle}{_GENERATED[other_kind](data.draw)}"
    if matches(kind, "my-app", pod):
        assert collides(kind, "my-app", other_kind, f"my-app{middle}")


_WITNESSES: dict[Kind, list[str]] = {
    Kind.DEPLOYMENT: [f"-{'b' * n}-bbbbb" for n in range(1, 11)] + [f"-{'2' * n}-22222" for n in range(1, 11)],
    Kind.STATEFUL_SET: [f"-{n}" for n in range(10_000)],
    Kind.DAEMON_SET: ["-bbbbb", "-22222"],
    Kind.CRON_JOB: [f"-{'2' * n}-bbbbb" for n in range(8, 11)],
}


@pytest.mark.parametrize("other_kind", list(Kind))
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("middle", ["", "-db", "-2", "-bbbbb", "-22222", "-12345678", "-0", "-worker", "-db-2"])
def test_workloads_that_collide_have_pods_that_look_alike(kind: Kind, other_kind: Kind, middle: str) -> None:
    pods = [f"my-app{middle}{tail}" for tail in _WITNESSES[other_kind]]
    assert any(matches(kind, "my-app", pod) for pod in pods) == collides(kind, "my-app", other_kind, f"my-app{middle}")


@given(kinds, kinds, names, names)
@example(Kind.DEPLOYMENT, Kind.DAEMON_SET, "a", "a-b")
def test_a_workload_never_collides_in_both_directions_under_another_name(
    kind: Kind, other_kind: Kind, name: str, other: str
) -> None:
    if name != other:
        assert not (collides(kind, name, other_kind, other) and collides(other_kind, other, kind, name))
