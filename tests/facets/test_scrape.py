"""`scrape`: what may be written, and what it switches on."""

from __future__ import annotations

import pytest
from facetcase import part_problems, service

from alertgen.facets.scrape import PART, SCRAPED, Scrape
from alertgen.model import Site


def test_the_job_is_read() -> None:
    assert (Scrape("shop/my-app"),) == SCRAPED.items(Site(), service(scrape={"job": "shop/my-app"}))


def test_who_is_not_scraped_is_not_watched() -> None:
    assert [(), ()] == [SCRAPED.items(Site(), one) for one in (service(), None)]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("my-app", "3:9: error[wrong-type]: 'scrape' must be a mapping, not text"),
        ("{}", "3:1: error[missing-key]: 'scrape' needs 'job'"),
        ("{job: 'a b'}", "3:15: error[bad-value]: 'job' must be a name or an address without spaces"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(value: str, problem: str) -> None:
    (found,) = part_problems(PART, value)
    assert found.startswith(f"x.yaml:{problem}")


def test_what_is_right_is_taken() -> None:
    assert [] == part_problems(PART, "{job: podMonitor/shop/my-app}")
