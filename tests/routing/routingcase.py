"""A routing document to try things on."""

from __future__ import annotations

from typing import Any

import jsonschema
import yaml

from alertgen.diagnostics import Diagnostic, Location
from alertgen.routing import read as read_module
from alertgen.routing import schema as routing_schema
from alertgen.routing.model import Route, Routing
from alertgen.routing.resolve import resolve

VERSION = (0, 28)

SHOP = """
default: {receiver: operators}
heartbeat: {receiver: deadman, every: 5m}
teams:
  web: {page: web-pager, ticket: {receiver: web-chat}, contacts: {page: web@example.com}, description: The shop.}
  data: {ticket: data-chat, log: data-chat}
receivers:
  operators: {email: {to: ops@example.com, from: am@example.com, smarthost: "smtp.example.com:587"}}
  deadman: {webhook: {url: "http://deadman/"}}
  web-pager: {pagerduty: {routing_key_file: /secrets/web-pager}}
  web-chat: {slack: {api_url_file: /secrets/slack, channel: "#web"}}
  data-chat: {slack: {api_url_file: /secrets/slack, channel: "#data"}}
"""


def at(*steps: Any) -> Location:
    """A place that tells the path to it."""
    return Location("/".join(map(str, steps)), 1, 1)


def read(text: str, version: tuple[int, ...] = VERSION) -> tuple[Routing, tuple[Diagnostic, ...]]:
    data = yaml.safe_load(text)
    validate(data)
    return read_module.read(data, at, version)


def validate(data: Any) -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$ref": "#/$defs/routing",
        "$defs": {"routing": routing_schema.SCHEMA, "alerts": {"type": "object"}, **routing_schema.DEFS},
    }
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(data, schema, cls=jsonschema.Draft7Validator)


def problems(text: str) -> list[str]:
    return [f"{p.location.path}: {p.code}: {p.message}" for p in read(text)[1]]


def shop() -> Routing:
    found, diagnostics = read(SHOP)
    assert () == diagnostics
    return found


def receivers_of(root: Route, **labels: str) -> list[str]:
    return [route.receiver for route in resolve(root, labels)]
