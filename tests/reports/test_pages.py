from __future__ import annotations

from alertgen.patterns import catalogue
from alertgen.reports import pages


def test_the_list_of_alerts_is_a_table_without_markup() -> None:
    lines = [line for line in pages.catalogue(catalogue()).splitlines() if line.startswith("  ")]
    assert len(catalogue()) == len(lines)
    severities = {pattern.severity for pattern in catalogue().values()}
    assert 1 == len({next(line.index(f" {s} ") for s in severities if f" {s} " in line) for line in lines})
    assert not any("`" in line for line in lines)
