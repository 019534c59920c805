"""`http` in the spec: what is read, and what is said about what makes no sense there."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from examples import ROUTING
from hypothesis import given
from hypothesis import strategies as st
from settings import expansion

from alertgen.compiler import compile_spec
from alertgen.facets.http import PART, Http
from alertgen.http_sources import sources
from alertgen.patterns import catalogue
from alertgen.quantity import latency, parse_latency

DOCUMENT = {"service": "my-app", "namespace": "shop"}


def read(**http: object) -> Http:
    found = PART.read(http, DOCUMENT)
    assert isinstance(found, Http)
    return found


def said(http: str, prometheus: str = "3.0") -> list[str]:
    text = f"service: my-app\nnamespace: shop\nteam: web\nhttp: {http}\n"
    site = ("rules.d/site.yaml", f'site: shop\nteam: web\nprometheus: {{min_version: "{prometheus}"}}\n'.encode())
    documents = [("rules.d/a.yaml", text.encode()), ROUTING, site]
    return [str(diagnostic) for diagnostic in compile_spec(documents, dt.date(2026, 1, 1), "rules.d").diagnostics]


@pytest.mark.parametrize("source", sources())
def test_a_source_knows_the_service_by_its_name_unless_told_otherwise(source: str) -> None:
    own = sources()[source].key
    assert ("shop", "my-app") == (read(source=source).counted.namespace, read(source=source).counted.name)
    assert "front" == read(**{"source": source, own: "front"}).counted.name
    assert [] == said(f"{{source: {source}}}")


def test_another_sources_key_is_an_error_at_its_place() -> None:
    (wrong,) = said("{source: istio, ingress: front}")
    assert wrong.startswith("rules.d/a.yaml:4:32: error[no-effect]: istio does not know the service by 'ingress'")


def test_a_source_that_does_not_exist_is_an_error() -> None:
    (wrong,) = said("{source: nginx}")
    assert "a.yaml:4:16: error" in wrong


def test_native_histograms_need_a_prometheus_whose_promtool_can_write_them_down() -> None:
    (wrong,) = said("{source: application-native}", "2.45")
    assert wrong.startswith("rules.d/a.yaml:4:16: error[old-prometheus]: application-native needs Prometheus 2.53, and")
    assert [] == said("{source: application-native}", "2.53")


def test_a_native_histogram_has_no_bounds_to_choose_from() -> None:
    (wrong,) = said("{source: application-native, buckets: [1s]}")
    assert wrong.startswith("rules.d/a.yaml:4:45: error[no-effect]: application-native has a native histogram")


def test_honor_labels_where_it_changes_nothing_is_an_error() -> None:
    (wrong,) = said("{source: istio, honor_labels: true}")
    assert "a.yaml:4:37: error[no-effect]" in wrong


def test_honor_labels_decides_what_the_namespace_is_called() -> None:
    pattern = catalogue()["HttpErrorRatioHigh"]
    for honors, label in ((False, "exported_namespace"), (True, "namespace")):
        whole = expansion(pattern, http={"source": "ingress-nginx", "honor_labels": honors})
        assert f'nginx_ingress_controller_requests{{{label}="shop",ingress="my-app"}}' in whole.alerts[0].rule.expr


def test_the_alert_says_whose_requests_they_are() -> None:
    (alert,) = expansion(catalogue()["HttpErrorRatioHigh"]).alerts
    assert ("shop", "my-app") == (alert.rule.labels["namespace"], alert.rule.labels["service"])


def test_bucket_bounds_are_the_sources_own_or_those_that_are_said() -> None:
    assert (Decimal("0.1"), Decimal("0.3"), Decimal("1.2"), Decimal(5)) == read(source="traefik").bounds
    assert () == read(source="application").bounds
    assert (Decimal("0.25"), Decimal(2)) == read(source="traefik", buckets=["2s", "250ms"]).bounds


@given(st.decimals(min_value="0.0001", max_value=10_000, places=4))
def test_a_latency_is_read_as_it_is_shown(seconds: Decimal) -> None:
    assert seconds == parse_latency(latency(seconds))


@pytest.mark.parametrize("text", ["500", "1m", "5 ms", "s", "a s"])
def test_what_is_no_latency_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"latency|number"):
        parse_latency(text)


ABOUT_REQUESTS = [alert for alert, pattern in catalogue().items() if pattern.facet and pattern.facet.key == PART.key]


@pytest.mark.parametrize("source", sources())
@pytest.mark.parametrize("alert", ABOUT_REQUESTS)
def test_what_kube_state_metrics_shows_is_asked_for_in_the_services_own_namespace(alert: str, source: str) -> None:
    facet = catalogue()[alert].facet
    assert facet
    whole = expansion(catalogue()[alert], http={**facet.sample["http"], "source": source})
    selectors = [s for group in whole.groups for rule in group.rules for s in re.findall(r"kube_\w+{[^}]*}", rule.expr)]
    assert [] == [selector for selector in selectors if 'namespace="shop"' not in selector]
