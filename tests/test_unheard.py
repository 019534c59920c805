from __future__ import annotations

import datetime as dt

import pytest

from alertgen.compiler import compile_spec

SERVICE = "service: my-app\nnamespace: shop\nteam: web\n"
ROUTING = "routing: {default: all, %s receivers: {all: {webhook: {url: 'http://all/'}}}}\n"


def said(*texts: str) -> list[str]:
    files = [(name, text.encode()) for name, text in zip(("a.yaml", "b.yaml", "c.yaml"), texts, strict=False)]
    return [f"{d.severity} {d.location} {d.code}" for d in compile_spec(files, dt.date(2026, 11, 23), "x").diagnostics]


def test_without_routing_nobody_is_told_and_that_is_said_where_a_team_is_first_named() -> None:
    assert ["warning a.yaml:3:1 no-routing"] == said(SERVICE)
    assert ["warning x:1:1 no-routing"] == said("site: mine\n")


def test_what_is_wrong_comes_first() -> None:
    assert ["error a.yaml:4:1 unknown-key"] == said(SERVICE + "treshold: 3\n")


@pytest.mark.parametrize(
    ("heartbeat", "site", "expected"),
    [
        ("heartbeat: {receiver: all},", "", []),
        ("", "", ["warning b.yaml:1:1 no-heartbeat"]),
        ("", "alerts: {Watchdog: {receiver: all}}", []),
        ("", "alerts: {Watchdog: {enabled: false, reason: elsewhere}}", []),
        (
            "heartbeat: {receiver: all},",
            "alerts: {Watchdog: {enabled: false, reason: elsewhere}}",
            ["error b.yaml:1:25 no-effect"],
        ),
    ],
)
def test_somebody_outside_waits_for_watchdog_or_it_is_said_that_nobody_does(
    heartbeat: str, site: str, expected: list[str]
) -> None:
    assert expected == said(SERVICE, ROUTING % heartbeat, f"site: mine\n{site}\n")
