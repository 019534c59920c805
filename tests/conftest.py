"""The real programs, for every test that wants them: found, or unpacked into the checkout, never skipped."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import hypothesis
import pytest
from servers import Runnable, runnable

from alertgen.diagnostics import AlertgenError
from alertgen.tools import doctor, packages
from alertgen.tools.binaries import TOOLS_FOLDER, Binary, find, given

TOOLS = Path(__file__).resolve().parents[1] / TOOLS_FOLDER

Fake = Callable[[str, str], Path]
"""Makes an executable shell script of a name, with a body."""

# A deadline measures the machine, not the code. CI must say the same twice; people's own runs go on searching.
hypothesis.settings.register_profile("alertgen", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("alertgen")

_MANY = {"promtools", "amtools", "alertmanagers"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "matrix: runs with every version there is of a tool (set by itself)")
    config.addinivalue_line("markers", "long: every alert with odd values; minutes, run by `make matrix`")
    config.addinivalue_line("markers", "mutants: breaks every rule in some ways; slow, run by `make mutants`")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and _MANY.intersection(item.fixturenames):
            item.add_marker("matrix")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the user's promtool said before is nothing to the tests."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def promtool() -> Binary:
    """The promtool that alertgen itself would use."""
    return _had("promtool")


@pytest.fixture(scope="session")
def amtool() -> Binary:
    """The amtool that alertgen itself would use."""
    return _had("amtool")


@pytest.fixture(scope="session")
def promtools(promtool: Binary) -> tuple[Binary, ...]:  # noqa: ARG001 - there is one, when this is asked for
    """Every promtool there is to test with, oldest first."""
    return given("promtool", TOOLS, os.environ)


@pytest.fixture(scope="session")
def amtools(amtool: Binary) -> tuple[Binary, ...]:  # noqa: ARG001 - there is one, when this is asked for
    """Every amtool there is to test with, oldest first."""
    return given("amtool", TOOLS, os.environ)


@pytest.fixture(scope="session")
def alertmanagers(amtool: Binary, tmp_path_factory: pytest.TempPathFactory) -> tuple[Runnable, ...]:  # noqa: ARG001 - it brings the server along
    """Every Alertmanager there is to test with, oldest first."""
    _had("alertmanager")
    folder = tmp_path_factory.mktemp("alertmanager")
    return tuple(runnable(binary, folder) for binary in given("alertmanager", TOOLS, os.environ))


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Runnable:
    """The oldest Prometheus there is."""
    return runnable(_had("prometheus"), tmp_path_factory.mktemp("prometheus"))


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """A program that misbehaves in ways the real ones cannot be made to: a shell script `bin/<name>` of any body."""

    def write(name: str, body: str) -> Path:
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def fake_promtool(fake: Fake) -> Callable[[str], Binary]:
    """A promtool of any behaviour."""
    return lambda body: Binary("promtool", fake("promtool", body), (2, 42, 0), "a test")


def _had(name: str) -> Binary:
    doctor.install_missing(TOOLS, os.environ, print)
    try:
        return find(name, TOOLS, os.environ)
    except AlertgenError:  # a server, which only tests want
        return packages.install(TOOLS, [name], print)[0]
