from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from test_chart import DRAWING

from alertgen.diagnostics import Location
from alertgen.reports.html import page
from alertgen.verdict import CaseId, CaseResult, Failed

PLACE = Location("rules.d/hot.yaml", 1, 1)
GOOD = CaseId("shop/hot", "Hot", "fires above the threshold")
BAD = CaseId("shop/cold", "Cold", "silent in summer")
FAILED = Failed(BAD, "5m", "", '{alertname="Cold"} 1')

_VOID = {"meta", "input", "path", "rect", "circle"}


class Outline(HTMLParser):
    """The tags that are open at the end, those that were seen, and what they refer to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert tag == self.open.pop()


def test_what_fails_comes_first_is_open_and_says_what_was_there_instead() -> None:
    text = page([CaseResult(GOOD, PLACE), CaseResult(BAD, PLACE, (FAILED,))], {GOOD: DRAWING}, "summary")
    assert "1 of 2 scenarios fail" in text
    assert text.index("shop/cold") < text.index("shop/hot")
    assert ["shop/cold cold"] == [
        attrs["data-name"] for tag, attrs in Outline(text).seen if tag == "details" and "open" in attrs
    ]
    assert "at 5m\nexpected nothing\ngot {alertname=&quot;Cold&quot;} 1" in text


def test_a_scenario_has_its_picture_its_verdict_and_the_states_it_shows() -> None:
    text = page([CaseResult(GOOD, PLACE)], {GOOD: DRAWING}, "summary")
    assert "The scenario holds" in text
    assert "1 hold · seen firing, silent, pending, resolved" in text
    assert "pending 2m to 3m; firing 3m to 5m" in text
    assert 1 == text.count("<svg")


def test_the_only_alert_is_open() -> None:
    text = page([CaseResult(GOOD, PLACE)], {}, "summary")
    assert ["open" in attrs for tag, attrs in Outline(text).seen if tag == "details"] == [True]


def test_it_asks_no_network_for_anything() -> None:
    text = page([CaseResult(GOOD, PLACE)], {GOOD: DRAWING}, "summary")
    assert not [attrs for _, attrs in Outline(text).seen if {"src", "href"} & attrs.keys()]
    assert "url(" not in text
    assert "@import" not in text


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)


@given(st.lists(st.builds(CaseId, NAMES, NAMES, NAMES), unique=True), NAMES)
def test_names_cannot_break_out_of_the_page(cases: list[CaseId], summary: str) -> None:
    results = [CaseResult(case, PLACE, (Failed(case, "1m", summary, summary),)) for case in cases]
    outline = Outline(page(results, dict.fromkeys(cases, DRAWING), summary))
    assert [] == outline.open
    assert len(cases) == sum(1 for tag, _ in outline.seen if tag == "figure")
