from __future__ import annotations

from routingcase import SHOP, VERSION, at, read, receivers_of, shop

from alertgen.receivers import Receiver
from alertgen.routing import read as read_module
from alertgen.routing.model import SEVERITIES
from alertgen.routing.tree import tree


def test_no_routing_document_gives_a_tree_that_tells_nobody() -> None:
    found, diagnostics = read_module.read(None, at, VERSION)
    assert () == diagnostics
    assert Receiver("unrouted") == found.receivers["unrouted"]
    assert ["unrouted"] == receivers_of(tree(found, SEVERITIES), alertname="A", team="web", severity="critical")


def test_a_receiver_reads_the_same_with_and_without_braces() -> None:
    assert read(SHOP)[0] == read(SHOP.replace("{receiver: web-chat}", "web-chat"))[0]


def test_pages_go_where_tickets_go_unless_told_otherwise() -> None:
    assert "data-chat" == shop().teams["data"].page.receiver
    assert "teams/data/ticket" == getattr(shop().teams["data"].page.location, "path", "")


def test_logs_are_dropped_unless_told_otherwise() -> None:
    assert ["none", "data-chat"] == [shop().teams[name].log.receiver for name in ("web", "data")]


def test_a_team_keeps_its_own_words() -> None:
    web = shop().teams["web"]
    assert ("The shop.", {"page": "web@example.com"}) == (web.description, web.contacts)


def test_teams_and_receivers_come_in_alphabetical_order() -> None:
    assert ["data", "web"] == list(shop().teams)
    assert sorted(shop().receivers) == list(shop().receivers)
