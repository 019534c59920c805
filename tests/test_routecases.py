"""What the spec's words say of who is told, and what the tree built from them does, are the same."""

from __future__ import annotations

import datetime as dt

import pytest

from alertgen.compiler import compile_spec
from alertgen.plan import proofs
from alertgen.routecases import misrouted, route_cases

SITE = "site: mine\nteam: web\n"
ROUTING = """routing:
  default: all
  {heartbeat}
  teams: {{web: {{page: pager, ticket: all}}}}
  receivers:
    all: {{webhook: {{url_file: /etc/all}}}}
    pager: {{webhook: {{url_file: /etc/pager}}}}
    outside: {{webhook: {{url_file: /etc/outside}}}}
"""


@pytest.mark.parametrize(
    ("expected", "routing", "alerts"),
    [
        (("none",), "", ""),
        (("none",), ROUTING.format(heartbeat=""), ""),
        (("outside",), ROUTING.format(heartbeat="heartbeat: {receiver: outside}"), ""),
        (("outside",), ROUTING.format(heartbeat=""), "alerts: {Watchdog: {receiver: outside}}\n"),
    ],
    ids=["no routing", "no heartbeat", "a heartbeat", "a receiver of its own"],
)
def test_the_watchdog_goes_where_the_heartbeat_does_or_to_nobody(
    expected: tuple[str, ...], routing: str, alerts: str
) -> None:
    texts = [("site.yaml", SITE + alerts), *([("routing.yaml", routing)] if routing else [])]
    build = compile_spec([(name, text.encode()) for name, text in texts], dt.date(2026, 1, 1), "x")
    shown = [(proof.expansion, proof.tests) for proof in proofs(build, lambda _: True)]
    cases = list(route_cases(build.routing, shown, build.estate.site.external_labels))
    assert {expected} == {case.expected for case in cases if case.alert == "Watchdog"}
    assert [] == list(misrouted(cases, build.estate.tree))
