"""Proving the spec's alerts and routes: `alertgen test` without test files of somebody else."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from alertgen import agreement, workspace
from alertgen.agreement import Agreement, Proof
from alertgen.alertmanager_config.effective import plain
from alertgen.commands import _options as options
from alertgen.commands import _pictures
from alertgen.commands._drift import print_drifts
from alertgen.commands._output import print_findings, progress
from alertgen.commands._spec import compiled, stop_on_errors
from alertgen.compiler import Build
from alertgen.diagnostics import AlertgenError, Diagnostic, Location, did_you_mean, in_order, nearest
from alertgen.plan import Plan, plan
from alertgen.reports import html, machine, tap
from alertgen.reports.proof import summary
from alertgen.routecases import distinct, misrouted
from alertgen.tools import binaries, prover
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache, folder
from alertgen.tools.suite_files import Reader
from alertgen.verdict import CaseResult, Failed, as_diagnostics


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user wants to have proven, and how."""

    spec: str
    out: str
    promtools: tuple[str, ...]
    """Where they are; none for the one that there is."""
    word: str
    exhaustive: bool
    """Every service, not one for each shape."""
    on_golden: bool
    cached: bool
    jobs: int
    timeout: int
    verbose: bool
    style: str
    html: Path | None
    """Where to write the page with pictures."""

    def selects(self, name: object) -> bool:
        """Whether a case of that name is to be proven."""
        return self.word.lower() in str(name).lower()


@dataclass(frozen=True, slots=True)
class _Tools:
    promtools: Sequence[Binary]
    amtool: Binary


def run(wanted: Asked) -> None:
    """Proves it, prints what came of it, and ends with the exit status."""
    started = time.monotonic()
    build = compiled(wanted.spec)
    stop_on_errors(build, wanted.style)
    tools = _tools(wanted, build)
    what = _planned(wanted, build)
    done, routed, found = _proven(wanted, tools, what)
    limits = {"jobs": wanted.jobs, "timeout": wanted.timeout}
    promtool = tools.promtools[0]
    results = [
        *_pictures.with_pictures(promtool, what, found.results, options.folders(wanted.spec, wanted.out), **limits),
        *agreement.expectations(what, wanted.selects),
    ]
    problems = [*found.stray, *as_diagnostics(results)]
    _report(results, in_order([*build.diagnostics, *problems]), wanted.style)
    errors = {error.message: error for proof in done for error in proof.errors}
    if wanted.verbose:
        click.echo("".join(f.raw for proof in done for f in (*proof.failed, *routed)), err=True)
    for message in errors:
        click.echo(f"error: {message}", err=True)
    line = summary(
        results, done, unknown=found.unknown, routed=len(what.routes()), tools=(*tools.promtools, tools.amtool)
    )
    if wanted.html:
        _write(wanted.html, html.page(results, _pictures.drawings(promtool, what, wanted.selects, **limits), line))
    if wanted.style == "text":
        click.echo(f"{line}, {time.monotonic() - started:.1f} s")
    if errors:
        sys.exit(options.ENVIRONMENT)
    if problems:
        sys.exit(options.FINDINGS)


def _tools(wanted: Asked, build: Build) -> _Tools:
    """The programs. A promtool older than every Prometheus of the site would prove what none of them does."""
    promtools = binaries.chosen("promtool", wanted.promtools, binaries.TOOLS_FOLDER, os.environ)
    least = build.estate.site.prometheus
    for promtool in promtools:
        if promtool.version < least:
            raise AlertgenError(
                f"the site says Prometheus {binaries.dotted(least)} or newer, and {promtool} is older",
                "put a newer promtool on PATH, or lower prometheus.min_version",
            )
    return _Tools(promtools, binaries.find("amtool", binaries.TOOLS_FOLDER, os.environ))


def _planned(wanted: Asked, build: Build) -> Plan:
    """What is to be proven: there is something, if only what is expected of the routing."""
    found = plan(build, wanted.selects, exhaustive=wanted.exhaustive)
    if not found.places and not agreement.expectations(found, wanted.selects):
        raise click.BadParameter(f"no scenario contains {wanted.word!r}. {_meant(build, wanted.word)}", param_hint="-k")
    return found


def _proven(wanted: Asked, tools: _Tools, what: Plan) -> tuple[list[Proof], list[Failed], Agreement]:
    """What each promtool says, what is wrong with who is told, and what they say together."""
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alertgen-")))
        tests, tree = scratch / "proofs", _tree(wanted, what.build, scratch / "tree")
        workspace.write(str(tests), what.artifacts())
        files = len(what.build.entries) + len(what.places) + 1
        on_done = stack.enter_context(progress("proving", files * len(tools.promtools)))
        cache = stack.enter_context(Cache(folder(os.environ) if wanted.cached else None))
        said = {
            promtool.version: prover.prove(
                promtool, tree, tests, cache, jobs=wanted.jobs, timeout=wanted.timeout, on_done=on_done
            )
            for promtool in tools.promtools
        }
        routed = _routed(tools.amtool, tree, what)
        start, reader = Location(wanted.out, 1, 1), Reader()
        found = agreement.agreed(what, said, routed, lambda path: reader.source(str(tests / path)), start)
    return list(said.values()), routed, found


def _tree(wanted: Asked, build: Build, scratch: Path) -> Path:
    """The tree that is proven: the committed one, which must not be stale, else one in a folder of its own."""
    if wanted.word or not wanted.on_golden:
        workspace.write(str(scratch), build.routing_artifacts if wanted.word else build.artifacts())
        return scratch
    drifts = list(workspace.compare(wanted.out, build.artifacts()))
    if drifts:
        print_drifts(wanted.out, drifts, wanted.style)
        sys.exit(options.FINDINGS)
    return Path(wanted.out)


def _routed(amtool: Binary, tree: Path, what: Plan) -> list[Failed]:
    """The alerts that reach others than their team said: by amtool, and by our own reading of the tree.

    Where the site has the operator put the tree together, that one is read as well.
    """
    cases, build = what.routes(), what.build
    root, objects = build.estate.tree, build.team_objects
    called = functools.partial(plain, objects=objects)
    return [
        *prover.route(amtool, tree, distinct(cases, root)),
        *(prover.misrouted(case, got) for case, got in misrouted(cases, root)),
        *(prover.misrouted(case, got) for case, got in misrouted(cases, build.effective, called) if objects),
    ]


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise AlertgenError(f"cannot write {path}: {error.strerror}") from error


def _meant(build: Build, word: str) -> str:
    known = {*build.estate.patterns, *(entry.key[1] for entry in build.entries)}
    return did_you_mean(word, known) if nearest(word, known) else "`alertgen explain ALERT` lists those of an alert."


def _report(results: Sequence[CaseResult], found: Sequence[Diagnostic], style: str) -> None:
    if style == "junit":
        click.echo(machine.junit(found, results))
    elif style == "tap":
        click.echo(tap.of_cases(results, found))
    else:
        print_findings(found, style, scenarios=len(results))
