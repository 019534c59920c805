"""The page of all alerts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alertgen.pattern import Pattern
from alertgen.patterns import catalogue
from alertgen.reports import reference

PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"


def test_the_committed_page_is_what_the_catalogue_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference.page(catalogue()), "run `make reference`"


def test_every_alert_is_listed_once_and_its_link_leads_to_its_section() -> None:
    page = reference.page(catalogue())
    index, _, sections = page.partition("\n## ")
    links = re.findall(r"\[(\w+)\]\(#(\w+)\)", index)
    assert sorted(catalogue()) == sorted(name for name, _ in links)
    headings = re.findall(r"^## (\w+)$", f"## {sections}", re.MULTILINE)
    assert [link for _, link in links] == [heading.lower() for heading in headings]


@pytest.mark.parametrize("pattern", catalogue().values(), ids=catalogue())
def test_a_section_has_all_there_is_to_say_and_its_table_is_one(pattern: Pattern) -> None:
    section = reference.section(pattern, catalogue())
    for part in ("```promql\n", "\nProven:\n\n- fires", "\nLook:\n\n- ", "\nDo:\n\n- "):
        assert part in section
    rows = [line for line in section.splitlines() if line.startswith("|")]
    assert {4} == {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert len(pattern.parameters()) + 4 == len(rows)
