from __future__ import annotations

import datetime as dt

import pytest
from examples import ROUTING

from alertgen.compiler import compile_spec


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        ("", ("alertname", "cluster", "namespace", "service")),
        ("cluster_label: k8s_cluster", ("alertname", "k8s_cluster", "namespace", "service")),
    ],
)
def test_alerts_are_grouped_by_the_sites_own_label_of_the_cluster(site: str, expected: tuple[str, ...]) -> None:
    files = [("rules.d/site.yaml", f"site: mine\n{site}\n".encode())]
    for more in ([], [ROUTING]):
        assert expected == compile_spec([*files, *more], dt.date(2026, 11, 23), "rules.d").routing.group_by
    own = (ROUTING[0], ROUTING[1].replace(b"{default: all", b"{group_by: [cluster], default: all"))
    assert ("cluster",) == compile_spec([*files, own], dt.date(2026, 11, 23), "rules.d").routing.group_by
