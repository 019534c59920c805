from __future__ import annotations

from lintcase import alert, findings

from alertgen.model import Site

CODE = "exporter-version"
EXPR = 'kube_endpointslice_endpoints{job="kube-state-metrics"} == 0'


def test_a_metric_that_came_later_than_the_sites_exporter_is_found() -> None:
    (finding,) = findings(CODE, alert(EXPR, site=Site(exporter_versions={"kube-state-metrics": (2, 15)})))
    assert "kube_endpointslice_endpoints needs kube-state-metrics 2.18; the site has 2.15" == finding.message
    assert "update kube-state-metrics, or switch the alert off and say why" == finding.hint


def test_an_exporter_that_is_new_enough_or_unknown_is_not() -> None:
    for versions in ({"kube-state-metrics": (2, 18)}, {"kube-state-metrics": (3, 0)}, {"coredns": (1, 7)}, {}):
        assert () == findings(CODE, alert(EXPR, site=Site(exporter_versions=versions)))
