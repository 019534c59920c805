from __future__ import annotations

import datetime as dt
import re

import pytest

from alertgen.compiler import compile_spec
from alertgen.pattern import Pattern
from alertgen.patterns import catalogue
from alertgen.reports import pages


def test_the_list_of_alerts_is_a_table_without_markup() -> None:
    lines = [line for line in pages.catalogue(catalogue()).splitlines() if line.startswith("  ")]
    assert len(catalogue()) == len(lines)
    severities = {pattern.severity for pattern in catalogue().values()}
    assert 1 == len({next(line.index(f" {s} ") for s in severities if f" {s} " in line) for line in lines})
    assert not any("`" in line for line in lines)


SERVICE = "service: my-app\nnamespace: shop\nteam: web\n"
SITE = "site: shop-prod\nteam: web\n"


def copied(page: str, document: str) -> str:
    """The lines that a page says to write into a document, as somebody copies them."""
    found = re.search(rf"^to have it, say in the {document}'s document\n((?:  .+\n)+)", page, re.MULTILINE)
    return re.sub("^  ", "", found[1], flags=re.MULTILINE) if found else ""


@pytest.mark.parametrize("pattern", catalogue().values(), ids=lambda pattern: str(pattern.alert))
def test_what_a_page_says_to_write_is_a_spec_that_has_the_alert(pattern: Pattern) -> None:
    page = pages.pattern_page(pattern, catalogue())
    files = {"my-app.yaml": SERVICE + copied(page, "service"), "site.yaml": SITE + copied(page, "site")}
    build = compile_spec([(n, t.encode()) for n, t in files.items()], dt.date(2026, 11, 24), "rules.d")
    assert ["no-routing"] == [problem.code for problem in build.diagnostics]
    document = None if pattern.once_per_cluster else build.entries[0].document
    assert pattern.alert in {alert.rule.alert for alert in build.estate.expansion(document)[0].alerts}


def test_the_page_of_an_alert_that_every_service_has_says_nothing_to_write() -> None:
    page = pages.pattern_page(catalogue()["WorkloadDown"], catalogue())
    assert "to have it" not in page


def test_what_a_service_says_that_it_has_brings_an_alert_without_a_further_word() -> None:
    on = {pattern.facet.text for pattern in catalogue().values() if pattern.facet and pattern.enabled}
    assert set() == {pattern.facet.text for pattern in catalogue().values() if pattern.facet} - on
