"""The command line: parse options, call one function, print a report, choose the exit status."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import importlib.resources
import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
import click.shell_completion
import rich.console
import rich.progress

from alertgen import compiler, golden, inhibition, schema, workspace
from alertgen.compiler import Build
from alertgen.diagnostics import AlertgenError, Diagnostic, Location, did_you_mean, in_order
from alertgen.expand import Expansion
from alertgen.patterns import catalogue
from alertgen.reports import machine, pages, text
from alertgen.routecases import distinct, misrouted, route_cases
from alertgen.routing.model import SEVERITIES
from alertgen.tools import binaries, packages, process, prover
from alertgen.tools import doctor as examination
from alertgen.verdict import CaseId, CaseResult, cases, judge

FINDINGS, ENVIRONMENT = 1, 3
"""Exit statuses beside 0 (fine) and 2 (wrong usage, click's own)."""

_LISTED = "`alertgen patterns` lists the alerts there are."

T = TypeVar("T")


class Commands(click.Group):
    """Turns what can go wrong into an exit status and words, in one place."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. The environment's failures and our bugs exit with 3, ^C with 130."""
        try:
            return super().invoke(ctx)
        except AlertgenError as error:
            click.echo(f"{click.style('error', fg='red', bold=True)}: {error.message}", err=True)
            for line in error.hint.splitlines():
                click.echo(f"    {line}", err=True)
            sys.exit(ENVIRONMENT)
        except BrokenPipeError:
            # The reader had enough; what is still buffered must not fail again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except (click.ClickException, click.exceptions.Exit, click.Abort, KeyboardInterrupt):
            raise
        except Exception:  # noqa: BLE001  # whatever it is, it is our bug and says so
            traceback.print_exc()
            click.echo("This is a bug in alertgen, not in your spec. Please report it with the lines above.", err=True)
            sys.exit(ENVIRONMENT)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="alertgen")
def main() -> None:
    """Prometheus alerts and Alertmanager routing from a few lines of YAML, with proof.

    The spec is in rules.d/, what comes of it in golden/. Edit the spec, run `alertgen build`, look at the diff.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


_spec = click.option(
    "--spec", default="rules.d", show_default=True, type=click.Path(), help="The folder with the spec's YAML files."
)
_out = click.option(
    "--out", default="golden", show_default=True, type=click.Path(), help="The folder that the output is kept in."
)


def _format(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--format", "style", type=click.Choice(["text", *names]), default="text", show_default=True,
        help="How findings are printed.",
    )  # fmt: skip


def _compile(spec: str) -> Build:
    today = dt.datetime.now(tz=dt.UTC).date()  # noqa: TID251  # the one place where the day enters
    folder = os.path.normpath(spec)
    return compiler.compile_spec(workspace.read_specs(folder), today, folder)


def _print(found: Sequence[Diagnostic], style: str, **more: Any) -> None:
    """The findings, where there are any or where a machine expects a document either way."""
    if style != "text":
        click.echo(machine.as_json(found, more) if style == "json" else machine.FORMATS[style](found))
    elif found:
        click.echo(text.diagnostics(found))


def _stop_on_errors(build: Build, style: str) -> None:
    if build.failed:
        _print(build.diagnostics, style)
        sys.exit(FINDINGS)


@contextlib.contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal; nothing anywhere else."""
    console = rich.console.Console(stderr=True)
    with rich.progress.Progress(
        *rich.progress.Progress.get_default_columns(), console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)


def _counted(items: Iterable[T], on_done: Callable[[int], None]) -> Iterator[T]:
    for item in items:
        yield item
        on_done(1)


@main.command()
@_spec
@_out
@click.option("--check", is_flag=True, help="Write nothing; show what would change, and exit with 1 if anything would.")
@_format("json", "github", "sarif", "junit")
def build(spec: str, out: str, check: bool, style: str) -> None:
    """Write golden/ from rules.d/."""
    started = time.monotonic()
    result = _compile(spec)
    _stop_on_errors(result, style)
    with _progress("building", 4 * len(result.entries) + 6) as on_done:
        artifacts = _counted(result.artifacts(), on_done)
        if check:
            drifts = list(workspace.compare(out, artifacts))
        else:
            written = workspace.write(out, artifacts)
            drifts = list(written.refused)
    found = [*result.diagnostics, *(_drifted(out, drift) for drift in drifts)]
    if style != "text":
        _print(found, style)
    elif check:
        for drift in drifts:
            click.echo(text.diff(drift.diff(out, spec)) or text.diagnostics([_drifted(out, drift)]))
        click.echo(_drift_summary(out, drifts), err=bool(drifts))
    else:
        _print(found, style)
    if drifts:
        sys.exit(FINDINGS)
    if not check and style == "text":
        counts = result.counts
        click.echo(
            f"{text.count(counts.services, 'service')} ({text.count(counts.shapes, 'shape')}), "
            f"{text.count(counts.alerts, 'alert')}, {text.count(counts.recording_rules, 'recording rule')}: "
            f"{text.count(written.files, 'file')} in {out}/, "
            f"{written.changed:,} written, {written.removed:,} removed, {time.monotonic() - started:.1f} s"
        )


def _drifted(out: str, drift: golden.Drift) -> Diagnostic:
    place = Location(f"{out}/{drift.path}", 1, 1)
    if drift.kind in (golden.Kind.FOREIGN, golden.Kind.CLASHING):
        return Diagnostic(place, "not-ours", drift.reason, hint=f"{out}/ belongs to alertgen: move it elsewhere")
    return Diagnostic(place, "stale", f"is {drift.kind}", hint="run `alertgen build` and commit what it writes")


def _drift_summary(out: str, drifts: Sequence[golden.Drift]) -> str:
    if not drifts:
        return f"{out}/ is what `alertgen build` writes"
    kinds = [drift.kind for drift in drifts]
    parts = [f"{kinds.count(kind):,} {kind}" for kind in golden.Kind if kind in kinds]
    return f"{out}/ is stale: {', '.join(parts)}. Run `alertgen build` and commit what it writes."


@main.command()
@_spec
@_format("json", "github", "sarif", "junit")
def check(spec: str, style: str) -> None:
    """Validate and lint the spec; write nothing."""
    result = _compile(spec)
    _print(result.diagnostics, style)
    if result.failed:
        sys.exit(FINDINGS)
    if style == "text":
        counts = result.counts
        click.echo(f"{spec}/ is fine: {text.count(counts.services, 'service')}, {text.count(counts.alerts, 'alert')}")


@main.command()
@_spec
@_out
@click.option("-k", "word", default="", help="Only scenarios whose `namespace/service Alert: sentence` contains this.")
@click.option("--golden/--no-golden", "on_golden", default=True, help="Refuse to run when golden/ is stale (default).")
@click.option("--jobs", type=click.IntRange(min=1), default=process.cores, help="Processes side by side; one per core.")
@click.option("--timeout", type=click.IntRange(min=1), default=900, show_default=True, help="Seconds for each process.")
@click.option("-v", "--verbose", is_flag=True, help="Show the tools' own words too.")
@_format("json", "github", "sarif", "junit")
def test(spec: str, out: str, word: str, on_golden: bool, jobs: int, timeout: int, verbose: bool, style: str) -> None:
    """Prove the alerts with promtool, and their routes with amtool."""
    started = time.monotonic()
    tools = {name: binaries.find(name, binaries.TOOLS_FOLDER, os.environ) for name in ("promtool", "amtool")}
    result = _compile(spec)
    _stop_on_errors(result, style)
    _new_enough(tools["promtool"], result)
    proofs = list(compiler.proofs(result, _selects(word)))
    proven = {case: _place_of(result, p.expansion, case) for p in proofs for case in cases(p.tests)}
    if not proven:
        raise click.BadParameter(f"no scenario contains {word!r}; `alertgen explain` lists them", param_hint="-k")
    estate = result.estate
    asked = list(route_cases(estate.routing, (p.tests for p in proofs), estate.site.external_labels))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alertgen-")))
        tests, tree = folder / "proofs", folder / "tree"
        if word or not on_golden:
            workspace.write(str(tree), [result.routing_artifact] if word else result.artifacts())
        else:
            tree = Path(out)
            drifts = list(workspace.compare(out, result.artifacts()))
            if drifts:
                _print([_drifted(out, drift) for drift in drifts], style)
                click.echo(_drift_summary(out, drifts), err=True)
                sys.exit(FINDINGS)
        workspace.write(str(tests), (artifact for proof in proofs for artifact in proof.artifacts()))
        on_done = stack.enter_context(_progress("proving", len(result.entries) + len(proofs) + 1))
        routes = distinct(asked, estate.tree)
        proof = prover.prove(tools, tree, tests, routes, jobs=jobs, timeout=timeout, on_done=on_done)
    failed = [*proof.failed, *(prover.misrouted(case, got) for case, got in misrouted(asked, estate.tree))]
    results, problems = judge(proven, failed, Location(out, 1, 1))
    _report(results, in_order([*result.diagnostics, *problems]), style)
    if verbose:
        click.echo("".join(f.raw for f in failed), err=True)
    for error in proof.errors:
        click.echo(f"error: {error.message}", err=True)
    if style == "text":
        good = sum(1 for r in results if not r.failed)
        click.echo(
            f"{good:,} of {len(results):,} scenarios hold ({proof.assertions:,} assertions), "
            f"{proof.rules:,} rules checked, {len(asked):,} alerts routed: "
            f"{', '.join(map(str, tools.values()))}, {time.monotonic() - started:.1f} s"
        )
    if proof.errors:
        sys.exit(ENVIRONMENT)
    if problems:
        sys.exit(FINDINGS)


def _new_enough(promtool: binaries.Binary, result: Build) -> None:
    """A promtool older than every Prometheus of the site would prove what none of them does."""
    wanted = result.estate.prometheus_version
    if promtool.version < wanted:
        raise AlertgenError(
            f"the site says Prometheus {binaries.dotted(wanted)} or newer, and {promtool} is older",
            "put a newer promtool on PATH, or lower prometheus.min_version",
        )


def _selects(word: str) -> Callable[[str], bool]:
    return lambda name: word.lower() in name.lower()


def _report(results: Sequence[CaseResult], found: Sequence[Diagnostic], style: str) -> None:
    if style == "junit":
        click.echo(machine.junit(found, results))
    else:
        _print(found, style, scenarios=len(results))


def _place_of(result: Build, expansion: Expansion, case: CaseId) -> Location:
    """Where the spec speaks of a case: the alert's override, else the service."""
    if expansion.service is None:
        return result.estate.site_at("site")
    document = result.document(expansion.namespace, expansion.name)
    written = case.alert in document.data.get("alerts", {})
    return document.key("alerts", case.alert) if written else document.at("service")


@main.command()
@click.argument("alert", required=False)
@click.option("--service", "name", help="The service, as `name` or `namespace/name`.")
@_spec
def explain(alert: str | None, name: str | None, spec: str) -> None:
    """Say where every value of an alert comes from, and who is told.

    Without ALERT, list a service's alerts; without --service, those of every service.
    """
    result = _compile(spec)
    _stop_on_errors(result, "text")
    chosen = _expansions(result, name)
    shown = [_explained(result, expansion, alert) for expansion in chosen]
    if not any(shown):
        raise click.BadParameter(
            f"no service here has the alert {alert!r}. {did_you_mean(alert or '', result.estate.patterns) or _LISTED}",
            param_hint="ALERT",
        )
    click.echo("\n\n".join(page for page in shown if page))


def _expansions(result: Build, name: str | None) -> list[Expansion]:
    documents = [entry.document for entry in result.entries if name in (None, entry.key[1], "/".join(entry.key))]
    if name and not documents:
        known = [entry.key[1] for entry in result.entries]
        raise click.BadParameter(f"no service {name!r}. {did_you_mean(name, known)}", param_hint="--service")
    expansions = [result.estate.expansion(document)[0] for document in documents]
    return expansions if name else [*expansions, result.estate.expansion(None)[0]]


def _explained(result: Build, expansion: Expansion, alert: str | None) -> str:
    team = expansion.service.team if expansion.service else result.estate.site.team
    told = {a.title: result.estate.told(team, a.rule.alert, a.settings.severity) for a in expansion.alerts}
    if alert is None:
        return pages.service_page(expansion, told)
    pairs = result.pairs(expansion)
    return "\n\n".join(
        pages.alert_page(expansion, a, told[a.title], inhibition.causes(pairs, a, SEVERITIES))
        for a in expansion.alerts
        if a.rule.alert == alert
    )


@main.command()
@click.argument("alert", required=False)
def patterns(alert: str | None) -> None:
    """List the alerts alertgen knows, or show one: meaning, parameters, expression, proof, runbook."""
    if alert is None:
        click.echo(pages.catalogue(catalogue()))
        return
    if alert not in catalogue():
        raise click.BadParameter(
            f"there is no {alert!r}. {did_you_mean(alert, catalogue()) or _LISTED}", param_hint="ALERT"
        )
    click.echo(pages.pattern_page(catalogue()[alert], catalogue()))


@main.command(name="schema")
def print_schema() -> None:
    """Print the JSON Schema of the spec (build keeps it in golden/schema/)."""
    click.echo(json.dumps(schema.spec_schema(), indent=2, ensure_ascii=False))


@main.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Write a small commented rules.d/ into FOLDER that builds and tests green as it is.

    The editors' schema comes with it, in golden/, unless there is a golden/ already.
    """
    target, out = folder / "rules.d", folder / "golden"
    if target.exists() and any(target.iterdir()):
        raise AlertgenError(f"{target} is there already", "choose another folder, or add your files to it")
    scaffold = importlib.resources.files("alertgen") / "scaffold" / "rules.d"
    try:
        target.mkdir(parents=True, exist_ok=True)
        for file in sorted(scaffold.iterdir(), key=lambda f: f.name):
            (target / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
            click.echo(f"wrote {target / file.name}")
    except OSError as error:
        raise AlertgenError(f"{error.filename}: {error.strerror}") from error
    if not out.exists():
        artifact = _compile(str(target)).schema_artifact
        workspace.write(str(out), [artifact])
        click.echo(f"wrote {out / artifact.path}")
    click.echo("\n".join(_first_steps(folder)))


def _first_steps(folder: Path) -> Iterator[str]:
    """What to type after `init`, as it works from where the user is: an environment's alertgen is rarely on PATH."""
    running = str(Path(sys.argv[0]).absolute())
    command = "alertgen" if shutil.which("alertgen") else min(running, os.path.relpath(running, folder), key=len)
    yield "Put your service into rules.d/my-app.yaml and its team into rules.d/routing.yaml, then:"
    if folder.resolve() != Path.cwd():
        yield f"  cd {shlex.quote(str(folder))}"
    yield f"  {command} build"
    if not all(shutil.which(tool) for tool in ("promtool", "amtool")):
        yield f"  {command} doctor --install    # promtool and amtool, when they are missing"
    yield f"  {command} test"


@main.command()
@click.option("--install", is_flag=True, help="Unpack what is missing into .tools (Debian, Ubuntu); no root needed.")
@click.option("--matrix", is_flag=True, help="Also unpack the newer builds of the distribution's later releases.")
def doctor(install: bool, matrix: bool) -> None:
    """Look at what alertgen needs from this machine, and say what to do."""
    say = functools.partial(click.echo, err=True)
    if install:
        examination.install_missing(binaries.TOOLS_FOLDER, os.environ, say)
    if matrix:
        for missing in packages.install_matrix(binaries.TOOLS_FOLDER, examination.NEEDED, say):
            click.echo(f"not to be had: {missing}", err=True)
    findings = examination.examine(binaries.TOOLS_FOLDER, os.environ)
    for finding in findings:
        click.echo(f"{finding.state:<8} {finding.subject}: {finding.detail}")
        for line in finding.hint.splitlines():
            click.echo(f"{'':<9}{line}")
    if any(finding.state is examination.State.MISSING for finding in findings):
        sys.exit(ENVIRONMENT)


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell, e.g. `eval "$(alertgen completion bash)"`."""
    found = click.shell_completion.get_completion_class(shell)
    if found is None:
        raise AlertgenError(f"there is no completion for {shell}")
    click.echo(found(main, {}, "alertgen", "_ALERTGEN_COMPLETE").source())
