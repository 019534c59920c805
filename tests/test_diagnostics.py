from __future__ import annotations

import pytest

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
