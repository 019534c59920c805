from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertgen.diagnostics import did_you_mean, nearest

SOURCES = ("application", "application-native", "envoy-gateway", "ingress-nginx", "istio", "traefik")


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("treshold", ("threshold", "window"), ("threshold",)),
        ("nginx", SOURCES, ("ingress-nginx",)),
        ("envoy", SOURCES, ("envoy-gateway",)),
        ("loadbalancer", ("LoadBalancer", "NodePort"), ("LoadBalancer",)),
        ("load_balancer", ("LoadBalancer", "NodePort"), ("LoadBalancer",)),
        ("key", ("routing_key_file", "service_key_file", "url"), ("routing_key_file", "service_key_file")),
        ("website", ("web", "internal", "worker", "cron"), ("web",)),
    ],
)
def test_what_is_spelt_alike_or_has_it_in_its_name_may_be_meant(
    word: str, known: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert expected == nearest(word, known)


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("sts", ("Deployment", "StatefulSet", "DaemonSet", "CronJob")),
        ("a", ("alpha", "beta")),  # a letter is in everything
        ("alert", tuple(f"my-alert-of-the-shop-{letter}" for letter in "abcde")),
        ("", ("web",)),
    ],
)
def test_what_is_like_none_or_a_part_of_many_is_not_guessed(word: str, known: tuple[str, ...]) -> None:
    assert () == nearest(word, known)


def test_a_part_of_a_name_is_no_slip_of_the_finger() -> None:
    assert () == nearest("nginx", SOURCES, least=0.9)
    assert ("istio",) == nearest("istoi", SOURCES, least=0.8)


def test_the_hint_names_all_that_may_be_meant_or_lists_what_there_is() -> None:
    assert "did you mean 'web'?" == did_you_mean("wbe", ["web", "data"])
    assert "did you mean 'routing_key_file' or 'service_key_file'?" == did_you_mean(
        "key", ["routing_key_file", "service_key_file", "url"]
    )
    assert "known: data, web" == did_you_mean("shop", ["web", "data"])
    assert "" == did_you_mean("shop", [])


_WORDS = st.text("abcdefgh-_AB", min_size=1, max_size=8)


@given(st.text(max_size=12), st.sets(_WORDS, max_size=8), st.sampled_from([0.5, 0.6, 0.8, 0.9]))
def test_only_what_is_known_is_meant(word: str, known: set[str], least: float) -> None:
    assert set(nearest(word, known, least)) <= known


@given(st.sets(st.text("abcdefgh", min_size=1, max_size=8), min_size=1, max_size=8))
def test_a_known_word_means_itself(known: set[str]) -> None:
    assert all((word,) == nearest(word, known) == nearest(word.upper(), known) for word in known)
