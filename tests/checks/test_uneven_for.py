from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

from alertgen.diagnostics import Severity
from alertgen.model import Site
from alertgen.quantity import Duration

CODE = "uneven-for"


@pytest.mark.parametrize(
    ("for_", "message", "hint"),
    [
        ("45s", "for: 45s is 1m in fact: rules are evaluated every 30s", "say 1m or 30s"),
        ("20s", "for: 20s is 30s in fact: rules are evaluated every 30s", "say 30s"),
        ("5m1s", "for: 5m1s is 5m30s in fact: rules are evaluated every 30s", "say 5m30s or 5m"),
    ],
)
def test_a_duration_between_two_evaluations_is_found(for_: str, message: str, hint: str) -> None:
    (finding,) = findings(CODE, alert("x > 1", for_=for_))
    assert (message, hint) == (finding.message, finding.hint)
    assert ("for_", Severity.WARNING) == (finding.setting, finding.severity)


def test_keep_firing_for_is_looked_at_as_well() -> None:
    (finding,) = findings(CODE, alert("x > 1", keep_firing_for="100s"))
    assert "keep_firing_for: 1m40s is 2m in fact: rules are evaluated every 30s" == finding.message
    assert "keep_firing_for" == finding.setting


@pytest.mark.parametrize("for_", ["0s", "30s", "5m"])
def test_multiples_are_fine(for_: str) -> None:
    assert [] == messages(CODE, alert("x > 1", for_=for_, keep_firing_for=for_))


def test_the_interval_is_that_of_the_site() -> None:
    site = Site(evaluation_interval=Duration(45))
    assert [] == messages(CODE, alert("x > 1", site=site, for_="45s"))
    assert [] != messages(CODE, alert("x > 1", site=site, for_="1m"))
