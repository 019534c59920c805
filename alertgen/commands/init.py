"""Writing a first spec."""

from __future__ import annotations

import importlib.resources
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from alertgen import workspace
from alertgen.commands._spec import compiled
from alertgen.diagnostics import AlertgenError


@click.command()
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
        artifact = compiled(str(target)).schema_artifact
        workspace.write(str(out), [artifact])
        click.echo(f"wrote {out / artifact.path}")
    click.echo("\n".join(_first_steps(folder)))


def _first_steps(folder: Path) -> Iterator[str]:
    """What to type after `init`, as it works from where the user is: an environment's alertgen is rarely on PATH."""
    running = str(Path(sys.argv[0]).absolute())
    command = "alertgen" if shutil.which("alertgen") else min(running, os.path.relpath(running, folder), key=len)
    yield "Put your service into rules.d/my-app.yaml, its team and its receivers into rules.d/routing.yaml,"
    yield "and the team that owns what exists once per cluster into rules.d/site.yaml. Then:"
    if folder.resolve() != Path.cwd():
        yield f"  cd {shlex.quote(str(folder))}"
    yield f"  {command} build"
    if not all(shutil.which(tool) for tool in ("promtool", "amtool")):
        yield f"  {command} doctor --install    # promtool and amtool, when they are missing"
    yield f"  {command} test"
