from __future__ import annotations

from typing import Any

from alertgen.diagnostics import Location
from alertgen.render.routes import drawing, text
from alertgen.routing.model import Override
from alertgen.routing.read import read
from alertgen.routing.tree import tree

ALL = {"default": "all", "receivers": {"all": {"webhook": {"url": "http://all/"}}}, "teams": {"web": {"ticket": "all"}}}


def first_line(document: dict[str, Any], *overrides: Override) -> str:
    routing, problems = read(document, lambda *_: Location("x", 1, 1), (0, 28))
    assert () == problems
    return text(routing, tree(routing, overrides)).splitlines()[0]


def test_it_begins_with_where_the_heartbeat_goes_or_that_it_goes_nowhere() -> None:
    assert "Watchdog beats to all every 5m" == first_line({**ALL, "heartbeat": {"receiver": "all", "every": "5m"}})
    assert "Watchdog goes nowhere: nobody is told when alerting itself is down" == first_line(ALL)
    assert "team web" == first_line(ALL, Override("Watchdog", "all", None))


def test_it_says_what_the_site_silences_and_not_where_that_is_written() -> None:
    asked = {
        "when": {"alertname": "DbDown"},
        "silence": {"alertname": "Slow", "severity": "warning"},
        "equal": ["team"],
    }
    routing, problems = read({**ALL, "inhibit": [asked]}, lambda *_: Location("x", 1, 1), (0, 28))
    assert () == problems
    assert "silenced\n  Slow (severity=warning) by DbDown with the same team" in text(routing, tree(routing))


def test_receivers_whose_names_differ_in_signs_alone_are_two_nodes() -> None:
    urls = {name: {"webhook": {"url": f"http://{number}/"}} for number, name in enumerate(("a-b", "a_b", "a-b-2"))}
    teams = {name: {"page": receiver, "ticket": receiver} for name, receiver in zip("xyz", urls, strict=True)}
    routing, problems = read(
        {"default": "a-b", "receivers": urls, "teams": teams}, lambda *_: Location("x", 1, 1), (0, 28)
    )
    assert () == problems
    drawn = drawing(routing, tree(routing, ())).splitlines()
    nodes = dict(line.strip().split("[/", 1) for line in drawn if "[/" in line)
    assert {"to_a_b": '"a-b"/]', "to_a_b_2": '"a_b"/]', "to_a_b_2_2": '"a-b-2"/]'} == nodes
