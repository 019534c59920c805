from __future__ import annotations

import re

import pytest

from alertgen.http_source import Counted
from alertgen.http_sources.traefik import SOURCE
from alertgen.promql import Matcher


def matches(name: str, shown: str) -> bool:
    (matcher,) = SOURCE.select(Counted(namespace="shop", name=name, honor_labels=True)).values()
    assert isinstance(matcher, Matcher)
    return re.fullmatch(matcher.value, shown) is not None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("my-app", "shop-my-app-8080@kubernetes", id="an Ingress that names the port by its number"),
        pytest.param("my-app", "shop-my-app-http@kubernetes", id="an Ingress that names the port"),
        pytest.param("my-app-http", "shop-my-app-http-web@kubernetes", id="a port with a hyphen"),
        pytest.param("my-route", "shop-my-route-9ab4060701404e59ffcd@kubernetescrd", id="an IngressRoute"),
        pytest.param("my-app", "shop_my-app_http-web@kubernetes", id="an Ingress, safely named"),
        pytest.param(
            "my-route", "shop_my-route_9ab4060701404e59ffcd@kubernetescrd", id="an IngressRoute, safely named"
        ),
    ],
)
def test_the_service_is_found_as_traefik_names_it(name: str, shown: str) -> None:
    assert matches(name, shown)


@pytest.mark.parametrize(
    "shown",
    [
        "shop-my-app-worker-8080@kubernetes",
        "shop-my-app@docker",
        "eshop-my-app-8080@kubernetes",
        "shop_my-app-worker_8080@kubernetes",
        "shop-staging-my-app-8080@kubernetes",
    ],
)
def test_others_are_not(shown: str) -> None:
    assert not matches("my-app", shown)
