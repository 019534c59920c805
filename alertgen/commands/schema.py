"""Printing the JSON Schema of the spec."""

from __future__ import annotations

import json

import click

from alertgen.schema import spec_schema


@click.command()
def schema() -> None:
    """Print the JSON Schema of the spec (build keeps it in golden/schema/)."""
    click.echo(json.dumps(spec_schema(), indent=2, ensure_ascii=False))
