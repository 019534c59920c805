from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Fake
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alertgen.diagnostics import AlertgenError
from alertgen.tools.amtool import check_config, routes_test
from alertgen.tools.binaries import Binary


def configuration(folder: Path, *routes: dict[str, object], receiver: str = "default") -> Path:
    names = ["default", *(route["receiver"] for route in routes)]
    document = {"route": {"receiver": receiver, "routes": routes}, "receivers": [{"name": name} for name in names]}
    path = folder / "alertmanager.yaml"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def test_a_good_configuration_is_accepted(amtools: Sequence[Binary], tmp_path: Path) -> None:
    file = configuration(tmp_path)
    assert [""] * len(amtools) == [check_config(amtool, file) for amtool in amtools]


def test_a_bad_one_is_told_in_amtools_words(amtools: Sequence[Binary], tmp_path: Path) -> None:
    file = configuration(tmp_path, receiver="nosuch")
    for amtool in amtools:
        assert check_config(amtool, file) == 'undefined receiver "nosuch" used in route'


def test_the_receivers_come_in_order(amtools: Sequence[Binary], tmp_path: Path) -> None:
    web = {"matchers": ['team="web"'], "continue": True}
    file = configuration(tmp_path, {"receiver": "web pager", **web}, {"receiver": "a", **web}, {"receiver": "z", **web})
    for amtool in amtools:
        assert ("web pager", "a", "z") == routes_test(amtool, file, {"alertname": "Down", "team": "web"})
        assert ("default",) == routes_test(amtool, file, {"alertname": "Down", "team": "data"})


values = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.just("\n"), min_size=1, max_size=20)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values)
def test_any_value_of_a_label_is_itself(amtools: Sequence[Binary], tmp_path: Path, value: str) -> None:
    file = configuration(tmp_path, {"receiver": "exactly", "matchers": [f"x={quoted(value)}"]})
    for amtool in amtools:
        assert ("exactly",) == routes_test(amtool, file, {"x": value})
        assert ("default",) == routes_test(amtool, file, {"x": value + "."})


def test_an_empty_label_is_none(amtools: Sequence[Binary], tmp_path: Path) -> None:
    file = configuration(tmp_path, {"receiver": "without", "matchers": ['x=""']})
    for amtool in amtools:
        assert ("without",) == routes_test(amtool, file, {"x": ""})


def test_routes_of_a_bad_configuration_are_an_error(amtools: Sequence[Binary], tmp_path: Path) -> None:
    file = configuration(tmp_path, receiver="nosuch")
    for amtool in amtools:
        with pytest.raises(AlertgenError, match=r'undefined receiver "nosuch"'):
            routes_test(amtool, file, {})


@pytest.mark.parametrize("body", [":", "echo hello; exit 2", "echo '  SUCCESS'; exit 1", "echo '  FAILED: x'"])
def test_an_amtool_that_makes_no_sense_is_an_error(body: str, fake: Fake, tmp_path: Path) -> None:
    amtool = Binary("amtool", fake("amtool", body), (0, 25, 0), "a test")
    with pytest.raises(AlertgenError, match=r"^amtool 0.25.0 exited with status \d: "):
        check_config(amtool, configuration(tmp_path))


def test_a_killed_amtool_is_an_error(fake: Fake, tmp_path: Path) -> None:
    amtool = Binary("amtool", fake("amtool", "kill -9 $$"), (0, 25, 0), "a test")
    with pytest.raises(AlertgenError, match=r"^amtool was killed by SIGKILL$"):
        routes_test(amtool, configuration(tmp_path), {})
