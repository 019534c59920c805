"""Writing a first spec."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import click

from alertgen.diagnostics import AlertgenError


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Write a small commented rules.d/ into FOLDER that builds and tests green as it is."""
    target = folder / "rules.d"
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
    where = "" if folder == Path() else f"cd {folder}, "
    click.echo(f"Next: {where}edit rules.d/my-app.yaml, then `alertgen build` and `alertgen test`.")
