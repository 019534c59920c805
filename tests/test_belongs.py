from __future__ import annotations

from collections.abc import Sequence

import pytest

from alertgen.belongs import Index
from alertgen.schema import spec_schema
from alertgen.source import KINDS


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(spec_schema(), KINDS)


@pytest.mark.parametrize(
    ("kind", "written", "key", "expected"),
    [
        ("service", [], "hpa", "'hpa' belongs below `replicas`"),
        ("service", [], "readiness", "'readiness' belongs below `probes`"),
        ("service", [], "severity", "'severity' belongs below `alerts.<name>`"),
        ("service", [], "WorkloadDown", "'WorkloadDown' belongs below `alerts`"),
        ("service", ["alerts", "WorkloadDown"], "tier", "'tier' belongs at the top"),
        ("service", ["slo", 0], "team", "'team' belongs at the top"),
        ("service", [], "cluster_label", "'cluster_label' belongs into the site document"),
        ("service", [], "receivers", "'receivers' belongs into the routing document"),
        ("routing", [], "teams", "'teams' belongs below `routing`"),
        ("routing", ["routing", "teams", "web"], "receiver", "'receiver' belongs below `page` or `ticket` or `log`"),
        ("routing", ["routing", "teams", "web", "ticket"], "slack", "'slack' belongs below `routing.receivers.<name>`"),
    ],
)
def test_a_key_at_the_wrong_place_is_told_the_right_one(
    kind: str, written: Sequence[str | int], key: str, expected: str, index: Index
) -> None:
    assert expected == index.hint(kind, written, key)


@pytest.mark.parametrize(
    ("kind", "written", "key"),
    [
        ("service", [], "nonsense"),
        ("service", ["slo", 0], "window"),
        ("routing", ["routing", "mute", 0], "namespace"),
        ("routing", ["routing", "receivers", "ops", "slack"], "webhook"),
        ("routing", ["routing", "receivers", "ops", "slack"], "key"),  # many receivers have one, deep below
        ("routing", ["routing", "receivers", "ops", "slack"], "url"),
    ],
)
def test_where_nobody_knows_nothing_is_said(kind: str, written: Sequence[str | int], key: str, index: Index) -> None:
    assert "" == index.hint(kind, written, key)


def test_a_key_that_stands_one_level_too_low_is_read_as_a_name(index: Index) -> None:
    said = index.taken_for_a_name("routing", ["routing", "teams", "receivers"])
    assert "'receivers' is read as a name in `teams`: indent it like `teams`, if you mean the key" == said
    assert "" == index.taken_for_a_name("routing", ["routing", "teams", "web"])
    assert "" == index.taken_for_a_name("service", [])
