"""Proving the spec's alerts and routes: `alertgen test` without test files of somebody else."""

from __future__ import annotations

import contextlib
import itertools
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from alertgen import compiler, versions, workspace
from alertgen.commands import _options as options
from alertgen.commands._drift import drift_summary, drifted
from alertgen.commands._output import print_findings, progress
from alertgen.commands._spec import compiled, stop_on_errors
from alertgen.compiler import Build
from alertgen.diagnostics import AlertgenError, Diagnostic, Location, did_you_mean, in_order, nearest
from alertgen.drawing import Drawing
from alertgen.expand import Expansion
from alertgen.expectations import judged
from alertgen.reports import chart, html, machine, tap, text
from alertgen.routecases import distinct, misrouted, route_cases
from alertgen.testgen import situations
from alertgen.tools import binaries, drawing_runner, process, prover
from alertgen.tools.cache import Cache, folder
from alertgen.tools.drawing_runner import Sitter
from alertgen.tools.suite_files import Reader
from alertgen.verdict import CaseId, CaseResult, Failed, as_diagnostics, cases, judge


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
    html: Path | None = None
    """Where to write the page with pictures."""


def run(wanted: Asked) -> None:
    """Proves it, prints what came of it, and ends with the exit status."""
    started = time.monotonic()
    result = compiled(wanted.spec)
    stop_on_errors(result, wanted.style)
    promtools = binaries.chosen("promtool", wanted.promtools, binaries.TOOLS_FOLDER, os.environ)
    amtool = binaries.find("amtool", binaries.TOOLS_FOLDER, os.environ)
    for promtool in promtools:
        _new_enough(promtool, result)
    proofs = list(compiler.proofs(result, _selects(wanted.word), exhaustive=wanted.exhaustive))
    own = list(compiler.own_proofs(result, _selects(wanted.word)))
    if not proofs and not own:
        raise click.BadParameter(
            f"no scenario contains {wanted.word!r}. {_meant(result, wanted.word)}", param_hint="-k"
        )
    estate = result.estate
    asked = list(route_cases(estate.routing, ((p.expansion, p.tests) for p in proofs), estate.site.external_labels))
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alertgen-")))
        tests, tree = scratch / "proofs", scratch / "tree"
        if wanted.word or not wanted.on_golden:
            workspace.write(str(tree), result.routing_artifacts if wanted.word else result.artifacts())
        else:
            tree = Path(wanted.out)
            drifts = list(workspace.compare(wanted.out, result.artifacts()))
            if drifts:
                print_findings([drifted(wanted.out, drift) for drift in drifts], wanted.style)
                click.echo(drift_summary(wanted.out, drifts), err=True)
                sys.exit(options.FINDINGS)
        written: list[compiler.Proven | compiler.OwnProof] = [*proofs, *own]
        workspace.write(str(tests), (artifact for one in written for artifact in one.artifacts()))
        files = len(result.entries) + len(written) + 1
        on_done = stack.enter_context(progress("proving", files * len(promtools)))
        cache = stack.enter_context(Cache(folder(os.environ) if wanted.cached else None))
        done = {
            promtool: prover.prove(
                promtool, tree, tests, cache, jobs=wanted.jobs, timeout=wanted.timeout, on_done=on_done
            )
            for promtool in promtools
        }
        routed = prover.route(amtool, tree, distinct(asked, estate.tree))
        routed += (prover.misrouted(case, got) for case, got in misrouted(asked, estate.tree))
        agreement, problems = _agreed(wanted, result, written, tests, done, routed)
    bad = {one.case for one in agreement if one.failed}
    pictures = _draw(wanted, promtools[0], proofs, own, bad.__contains__, most=_MOST_CHARTS) if bad else {}
    expected = [
        case for case in judged(estate, result.routing, result.entries) if _selects(wanted.word)(str(case.case))
    ]
    results = [
        *(replace(r, picture=_shown(r.case, pictures[r.case])) if r.case in pictures else r for r in agreement),
        *expected,
    ]
    problems += as_diagnostics(results)
    _report(results, in_order([*result.diagnostics, *problems]), wanted.style)
    if wanted.verbose:
        click.echo("".join(f.raw for proof in done.values() for f in (*proof.failed, *routed)), err=True)
    errors = [error for proof in done.values() for error in proof.errors]
    for error in errors:
        click.echo(f"error: {error.message}", err=True)
    good = sum(1 for r in results if not r.failed)
    left_out = sum(len(_places(result, one)) for one in written) - len(agreement)
    unknown = f", {left_out:,} could not be run" if left_out else ""
    proof = done[promtools[0]]
    known = sum(proof.known for proof in done.values())
    before = f", {text.count(known, 'file')} known from before" if known else ""
    summary = (
        f"{good:,} of {text.count(len(results), 'scenario')} hold ({text.count(proof.assertions, 'assertion')})"
        f"{unknown}{before}, {text.count(proof.rules, 'rule')} checked, {text.count(len(asked), 'alert')} routed: "
        f"{', '.join(map(str, (*promtools, amtool)))}"
    )
    if wanted.html:
        drawings = _draw(wanted, promtools[0], proofs, own, lambda case: _selects(wanted.word)(str(case)))
        _write(wanted.html, html.page(results, drawings, summary))
    if wanted.style == "text":
        click.echo(f"{summary}, {time.monotonic() - started:.1f} s")
    if errors:
        sys.exit(options.ENVIRONMENT)
    if problems:
        sys.exit(options.FINDINGS)


def _agreed(
    wanted: Asked,
    result: Build,
    written: Sequence[compiler.Proven | compiler.OwnProof],
    tests: Path,
    done: Mapping[binaries.Binary, prover.Proof],
    routed: Sequence[Failed],
) -> tuple[list[CaseResult], list[Diagnostic]]:
    """What the promtools say of each case that was run, with what is wrong with who is told, and all else."""
    own = [one for one in written if isinstance(one, compiler.OwnProof)]
    mine = {case: one.tests for one in own for case in one.tests.places()}
    by_version: dict[versions.Version, Sequence[CaseResult]] = {}
    problems: dict[Diagnostic, None] = {}
    for promtool, proof in done.items():
        said = prover.asked(promtool, tests, [one.asked for one in own if one.tests.questions], wanted.timeout)
        failed = [mine[f.case].in_words(f) if f.case in mine else f for f in proof.failed]
        failed += [wrong for one in own for wrong in one.tests.answered(said.get(tests / one.asked, ()))]
        ran = [one for one in written if tests / one.path in proof.ran]
        proven = {case: place for one in ran for case, place in _places(result, one).items()}
        results, stray = judge(proven, (*failed, *routed), Location(wanted.out, 1, 1))
        by_version[promtool.version] = results
        problems |= dict.fromkeys(stray)
    files = {case: one.path for one in written for case in _places(result, one)}
    reader = Reader()
    return versions.agreed(by_version, lambda case: reader.source(str(tests / files[case]))), list(problems)


class BrokenSpecError(Exception):
    """A spec with errors: they are its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The cases of one service, which are proven together."""

    name: str
    """`namespace/service`."""
    places: Mapping[CaseId, Location]
    spec: str
    result: Build

    def failures(self, chosen: Sequence[CaseId]) -> dict[CaseId, str]:
        """What is wrong with those that are chosen, in the words of `alertgen test`; nothing of those that hold.

        Raises AlertgenError when a tool is missing or goes wrong.
        """
        names = frozenset(map(str, chosen))
        proofs = list(compiler.proofs(self.result, names.__contains__, exhaustive=True))
        own = list(compiler.own_proofs(self.result, names.__contains__))
        promtools = binaries.chosen("promtool", (), binaries.TOOLS_FOLDER, os.environ)
        asked = Asked(
            spec=self.spec, out=self.spec, promtools=(), word="", exhaustive=True, on_golden=False, cached=True,
            jobs=process.cores(), timeout=900, verbose=False, style="text",
        )  # fmt: skip
        written: list[compiler.Proven | compiler.OwnProof] = [*proofs, *own]
        with tempfile.TemporaryDirectory(prefix="alertgen-") as scratch, Cache(folder(os.environ)) as cache:
            tests, tree = Path(scratch) / "proofs", Path(scratch) / "tree"
            workspace.write(str(tests), (artifact for one in written for artifact in one.artifacts()))
            done = {
                promtool: prover.prove(
                    promtool, tree, tests, cache, jobs=asked.jobs, timeout=asked.timeout, on_done=lambda _: None
                )
                for promtool in promtools
            }
            results, stray = _agreed(asked, self.result, written, tests, done, ())
        for error in (error for proof in done.values() for error in proof.errors):
            raise error
        bad = {one.case for one in results if one.failed}
        pictures = _draw(asked, promtools[0], proofs, own, bad.__contains__, most=_MOST_CHARTS) if bad else {}
        routes = judged(self.result.estate, self.result.routing, self.result.entries)
        said: dict[CaseId, str] = {}
        for told in (*results, *routes):
            picture = _shown(told.case, pictures[told.case]) if told.case in pictures else ""
            for finding in as_diagnostics([replace(told, picture=picture)]):
                said[told.case] = click.unstyle(text.diagnostics([finding]))
        # What fits no case is everybody's.
        return dict.fromkeys(chosen, click.unstyle(text.diagnostics(stray))) | said if stray else said


def batches(spec: str) -> list[Batch]:
    """The services of a spec with all their cases, and the installation. Raises BrokenSpecError."""
    result = compiled(spec)
    if result.failed:
        raise BrokenSpecError(click.unstyle(text.diagnostics(result.diagnostics)))
    found: dict[str, dict[CaseId, Location]] = {}
    proofs: list[compiler.Proven | compiler.OwnProof] = [
        *compiler.proofs(result, lambda _: True),
        *compiler.own_proofs(result, lambda _: True),
    ]
    for one in proofs:
        for case, place in _places(result, one).items():
            found.setdefault(case.service, {})[case] = place
    for told in judged(result.estate, result.routing, result.entries):
        found.setdefault(told.case.service, {})[told.case] = told.location
    return [Batch(name=name, places=places, spec=spec, result=result) for name, places in found.items()]


def _places(result: Build, one: compiler.Proven | compiler.OwnProof) -> Mapping[CaseId, Location]:
    """The cases of a test file, and where in the spec they are from."""
    if isinstance(one, compiler.OwnProof):
        return one.tests.places()
    return {case: _place_of(result, one.expansion, case) for case in cases(one.tests)}


_MOST_CHARTS = 10
"""So many failures are drawn below what is said of them: more of them have one cause."""


def _shown(case: CaseId, drawing: Drawing) -> str:
    return f"{chart.with_legend(drawing)}\nrun it again: alertgen test -k {shlex.quote(str(case))}"


def _draw(
    wanted: Asked,
    promtool: binaries.Binary,
    proofs: Sequence[compiler.Proven],
    own: Sequence[compiler.OwnProof],
    asked_for: Callable[[CaseId], bool],
    most: int | None = None,
) -> dict[CaseId, Drawing]:
    """A picture of the scenarios that are asked for. What cannot be drawn was reported as it could not be proven."""
    sitters = {
        CaseId(f"{proof.expansion.namespace}/{proof.expansion.name}", alert.title, scenario.name): Sitter(
            proof.expansion, alert, scenario
        )
        for proof in proofs
        for alert, found in zip(proof.expansion.alerts, situations(proof.expansion).values(), strict=True)
        for scenario in found
    }
    for one in own:
        for case, alert, scenario in one.tests.scenes():
            sitters[case] = Sitter(one.tests.expansion, alert, scenario)
    chosen = dict(itertools.islice(((case, s) for case, s in sitters.items() if asked_for(case)), most))
    with progress("drawing", len(chosen)) as on_done:
        pictures, _ = drawing_runner.draw(
            promtool, list(chosen.values()), jobs=wanted.jobs, timeout=wanted.timeout, on_done=on_done
        )
    return {case: picture for case, picture in zip(chosen, pictures, strict=True) if picture}


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise AlertgenError(f"cannot write {path}: {error.strerror}") from error


def _new_enough(promtool: binaries.Binary, result: Build) -> None:
    """A promtool older than every Prometheus of the site would prove what none of them does."""
    wanted = result.estate.site.prometheus
    if promtool.version < wanted:
        raise AlertgenError(
            f"the site says Prometheus {binaries.dotted(wanted)} or newer, and {promtool} is older",
            "put a newer promtool on PATH, or lower prometheus.min_version",
        )


def _meant(result: Build, word: str) -> str:
    known = {*result.estate.patterns, *(entry.key[1] for entry in result.entries)}
    return did_you_mean(word, known) if nearest(word, known) else "`alertgen explain ALERT` lists those of an alert."


def _selects(word: str) -> Callable[[str], bool]:
    return lambda name: word.lower() in name.lower()


def _report(results: Sequence[CaseResult], found: Sequence[Diagnostic], style: str) -> None:
    if style == "junit":
        click.echo(machine.junit(found, results))
    elif style == "tap":
        click.echo(tap.of_cases(results, found))
    else:
        print_findings(found, style, scenarios=len(results))


def _place_of(result: Build, expansion: Expansion, case: CaseId) -> Location:
    """Where the spec speaks of a case: the alert's override, else the service."""
    if expansion.service is None:
        return result.estate.site_at("site")
    document = result.document(expansion.namespace, expansion.name)
    written = case.alert in document.data.get("alerts", {})
    return document.key("alerts", case.alert) if written else document.at("service")
