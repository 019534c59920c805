"""The spec's cases for somebody who runs them by themselves: in batches that are proven together."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click

from alertgen import agreement, workspace
from alertgen.commands import _options as options
from alertgen.commands import _pictures
from alertgen.commands._spec import compiled
from alertgen.diagnostics import Diagnostic, Location
from alertgen.plan import Plan, plan
from alertgen.reports import text
from alertgen.tools import binaries, process, prover
from alertgen.tools.cache import Cache, folder
from alertgen.tools.suite_files import Reader
from alertgen.verdict import CaseId, CaseResult, as_diagnostics

_TIMEOUT = 900
"""Seconds for each process."""


class BrokenSpecError(Exception):
    """A spec with errors: they are its words."""


class Batch(Protocol):
    """Cases that are proven together."""

    @property
    def name(self) -> str:
        """What they are about: `namespace/service`, or the routing."""

    @property
    def places(self) -> Mapping[CaseId, Location]:
        """The cases, and where in the spec each is from."""

    def failures(self, chosen: Sequence[CaseId]) -> Mapping[CaseId, str]:
        """What is wrong with those that are chosen, in the words of `alertgen test`; nothing of those that hold.

        Raises AlertgenError when a tool is missing or goes wrong.
        """


@dataclass(frozen=True, slots=True)
class ServiceBatch:
    """The cases of one service, or of the installation: promtool proves them."""

    name: str
    plan: Plan

    @property
    def places(self) -> Mapping[CaseId, Location]:
        """The cases, and where in the spec each is from."""
        return {case: place for found in self.plan.places.values() for case, place in found.items()}

    def failures(self, chosen: Sequence[CaseId]) -> Mapping[CaseId, str]:
        """What is wrong with those that are chosen."""
        part = self.plan.only(frozenset(map(str, chosen)).__contains__)
        promtool, *_ = promtools = binaries.chosen("promtool", (), binaries.TOOLS_FOLDER, os.environ)
        with tempfile.TemporaryDirectory(prefix="alertgen-") as scratch, Cache(folder(os.environ)) as cache:
            tree, tests = Path(scratch) / "tree", Path(scratch) / "proofs"
            workspace.write(str(tests), part.artifacts())
            said = {
                one.version: prover.prove(one, tree, tests, cache, jobs=process.cores(), timeout=_TIMEOUT)
                for one in promtools
            }
            start, reader = Location(self.plan.build.spec_folder, 1, 1), Reader()
            found = agreement.agreed(part, said, (), lambda path: reader.source(str(tests / path)), start)
        for error in (error for proof in said.values() for error in proof.errors):
            raise error
        folders = options.folders(self.plan.build.spec_folder)
        results = _pictures.with_pictures(
            promtool, part, found.results, folders, jobs=process.cores(), timeout=_TIMEOUT
        )
        # What fits no case is everybody's.
        return dict.fromkeys(chosen, _told(found.stray)) | _said(results) if found.stray else _said(results)


@dataclass(frozen=True, slots=True)
class RoutingBatch:
    """Who is told: what the spec expects of it, which takes no tool."""

    name: str
    results: tuple[CaseResult, ...]

    @property
    def places(self) -> Mapping[CaseId, Location]:
        """The cases, and where in the spec each is from."""
        return {result.case: result.location for result in self.results}

    def failures(self, chosen: Sequence[CaseId]) -> Mapping[CaseId, str]:
        """What is wrong with those that are chosen."""
        return _said(result for result in self.results if result.case in chosen)


def batches(spec: str) -> list[Batch]:
    """The services of a spec with all their cases, the installation, and the routing. Raises BrokenSpecError."""
    result = compiled(spec)
    if result.failed:
        raise BrokenSpecError(_told(result.diagnostics))
    whole = plan(result, lambda _: True)
    found: list[Batch] = [ServiceBatch(name, part) for name, part in whole.services.items()]
    routes = agreement.expectations(whole, lambda _: True)
    return [*found, RoutingBatch(routes[0].case.service, tuple(routes))] if routes else found


def _said(results: Iterable[CaseResult]) -> dict[CaseId, str]:
    return {result.case: _told([wrong]) for result in results for wrong in as_diagnostics([result])}


def _told(found: Iterable[Diagnostic]) -> str:
    return click.unstyle(text.diagnostics(list(found)))
