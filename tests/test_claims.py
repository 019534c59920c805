from __future__ import annotations

import datetime as dt

import pytest

from alertgen.compiler import compile_spec

SERVICE = 'service: db\nnamespace: shop\nteam: web\nkind: StatefulSet\nvolumes: ["data-.*"]\n'


def said(alert: str, threshold: str) -> list[str]:
    text = f"{SERVICE}alerts: {{{alert}: {{threshold: {threshold}}}}}\n"
    build = compile_spec([("a.yaml", text.encode())], dt.date(2026, 11, 24), "rules.d")
    return [f"{d} ({d.hint})" for d in build.diagnostics if d.code != "no-routing"]


@pytest.mark.parametrize("alert", ["VolumeAlmostFull", "VolumeInodesAlmostFull", "VolumeFillingUp"])
def test_the_share_that_may_be_used_where_the_share_that_must_be_left_belongs_is_doubted(alert: str) -> None:
    (warning,) = said(alert, "90%")
    assert warning.startswith("a.yaml:6:")
    assert f"warning[cannot-work]: {alert}: this fires when 10% is used: the threshold is the share" in warning
    assert warning.endswith("(did you mean 10%?)")
    assert [] == said(alert, "50%")
