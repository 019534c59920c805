"""`pytest rules.d/`: the spec's scenarios as items of pytest.

A folder called `rules.d` (or as the setting `alertgen_spec` says) is collected when the command line or `testpaths`
names it. Nothing of alertgen is loaded before that. One run proves all chosen scenarios of a service.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from alertgen.commands._batches import Batch
    from alertgen.verdict import CaseId

_SPEC = "alertgen_spec"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The setting that says which folder is a spec."""
    parser.addini(_SPEC, "the folder with alertgen's spec, seen from pytest's root", default="rules.d")


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The spec, where somebody asks for it by name."""
    if path.name != Path(str(parent.config.getini(_SPEC))).name or not _is_named(path, parent.config):
        return None
    return SpecFolder.from_parent(parent, path=path)


def _is_named(path: Path, config: pytest.Config) -> bool:
    named = (config.invocation_params.dir / argument.partition("::")[0] for argument in config.args)
    return any(one.resolve() == path.resolve() for one in named)


class SpecFolder(pytest.Directory):
    """A spec: its services and what is once per cluster."""

    def collect(self) -> Iterator[pytest.Collector]:
        """The services. What is wrong with the spec is said as `alertgen check` says it."""
        from alertgen.commands import _batches  # noqa: PLC0415 - half a second, which other runs need not pay
        from alertgen.diagnostics import AlertgenError  # noqa: PLC0415 - likewise

        try:
            found = _batches.batches(os.path.relpath(self.path))
        except _batches.BrokenSpecError as error:
            raise self.CollectError(str(error)) from None
        except AlertgenError as error:
            raise self.CollectError(f"error: {error.message}\n{error.hint}".rstrip()) from None
        for batch in found:
            yield Service.from_parent(self, name=batch.name, batch=batch)


class Service(pytest.Collector):
    """A service; it is proven when the first of its scenarios is to run."""

    def __init__(self, *, batch: Batch, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]  # pytest's own, handed on
        self.batch = batch
        self._said: Mapping[CaseId, str] | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """Its scenarios."""
        for case in self.batch.places:
            yield Scenario.from_parent(self, name=f"{case.alert}: {case.scenario}", case=case)

    def said(self, case: CaseId) -> str:
        """What is wrong with a scenario, in alertgen's words; nothing when it holds."""
        if self._said is None:
            chosen = [item.case for item in self.session.items if isinstance(item, Scenario) and item.parent is self]
            self._said = self.batch.failures(chosen)
        return self._said.get(case, "")


class Scenario(pytest.Item):
    """One scenario of one alert."""

    def __init__(self, *, case: CaseId, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]  # pytest's own, handed on
        self.case = case

    def runtest(self) -> None:
        """Fails with what alertgen says."""
        assert isinstance(self.parent, Service)
        if said := self.parent.said(self.case):
            raise ScenarioFailedError(said)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:  # noqa: ARG002 - pytest's signature
        """The words alone: there is nothing to see in a traceback."""
        from alertgen.diagnostics import AlertgenError  # noqa: PLC0415 - as above

        if isinstance(excinfo.value, AlertgenError):
            return f"error: {excinfo.value.message}\n{excinfo.value.hint}".rstrip()
        if isinstance(excinfo.value, ScenarioFailedError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line of the spec that it is about."""
        assert isinstance(self.parent, Service)
        place = self.parent.batch.places[self.case]
        return Path(place.path).absolute(), place.line - 1, self.name


class ScenarioFailedError(Exception):
    """A scenario does not hold."""
