from __future__ import annotations

import pytest
from lintcase import alert, findings, messages

from alertgen.diagnostics import Severity
from alertgen.model import Site
from alertgen.quantity import Duration

CODE = "beyond-retention"
MONTH = Site(retention=Duration.parse("30d"))


@pytest.mark.parametrize(
    ("expr", "site", "message"),
    [
        ("rate(x[16d]) > 1", Site(), "x[16d] asks for more than the 15d that Prometheus keeps"),
        ("rate(x[31d]) > 1", MONTH, "x[31d] asks for more than the 30d that Prometheus keeps"),
    ],
)
def test_a_range_of_samples_that_are_gone_is_found(expr: str, site: Site, message: str) -> None:
    assert [message] == messages(CODE, alert(expr, site=site))


@pytest.mark.parametrize(
    ("expr", "site"), [("rate(x[15d]) > 1", Site()), ("rate(x[30d]) > 1", MONTH), ("x > 1", Site())]
)
def test_what_is_kept_may_be_asked_for(expr: str, site: Site) -> None:
    assert [] == messages(CODE, alert(expr, site=site))


def test_a_recording_rule_is_held_to_what_the_site_says_and_to_nothing_else() -> None:
    assert [] == messages(CODE, alert("x", record="rate(x[31d])"))
    assert [] != messages(CODE, alert("x", record="rate(x[31d])", site=MONTH))


def test_it_is_a_warning_at_the_window() -> None:
    (finding,) = findings(CODE, alert("rate(x[16d]) > 1", window="16d"))
    assert ("window", Severity.WARNING) == (finding.setting, finding.severity)
