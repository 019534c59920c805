"""`certificates`: what may be written, and what it switches on."""

from __future__ import annotations

import pytest
from facetcase import part_problems, service

from alertgen.facets.certificates import ISSUED, PART, Certificate
from alertgen.model import Site


def test_each_certificate_is_one_of_the_services_namespace() -> None:
    found = ISSUED.items(Site(), service(certificates=["my-app-tls", "example.com"]))
    assert (Certificate("my-app-tls", "shop"), Certificate("example.com", "shop")) == found


def test_its_name_tells_the_alerts_of_two_apart() -> None:
    assert {"certificate": "my-app-tls"} == ISSUED.labels(Certificate("my-app-tls", "shop"))


def test_who_needs_none_is_not_watched() -> None:
    assert [(), ()] == [ISSUED.items(Site(), one) for one in (service(), None)]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("my-app-tls", "3:15: error[wrong-type]: 'certificates' must be a list, not text"),
        ("[]", "3:15: error[empty]: 'certificates' is empty"),
        ("[a, a]", "3:15: error[duplicate]: 'certificates' lists something twice"),
        ("[My_App]", "3:16: error[bad-value]: item 1 of 'certificates'"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(value: str, problem: str) -> None:
    (found,) = part_problems(PART, value)
    assert found.startswith(f"x.yaml:{problem}")


def test_what_is_right_is_taken() -> None:
    assert [] == part_problems(PART, "[my-app-tls, www.example.com]")
