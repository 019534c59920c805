"""The JSON Schema of the spec: the base documents plus every pattern's parameters. Editors and validation use it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from alertgen import routing, site_pattern
from alertgen.metrics import EXPORTERS
from alertgen.model import Kind, Select
from alertgen.pattern import DURATION, WINDOW, Pattern, Quantity
from alertgen.patterns import catalogue
from alertgen.tiers import DEFAULT_TIER, TIERS

Schema = dict[str, Any]

NAME_PATTERN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
"""A DNS label (RFC 1123): what Kubernetes accepts as a namespace, and what pod names can be built from."""
WORD_PATTERN = "^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$"
LABEL_PATTERN = "^(?!__)(?!alertname$)[a-zA-Z_][a-zA-Z0-9_]*$"
OBJECT_LABEL_PATTERN = "^([a-z0-9]([-.a-z0-9]*[a-z0-9])?/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$"
OBJECT_LABEL_VALUE_PATTERN = "^([A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$"
"""What Kubernetes takes as labels of an object."""
ALERT_PATTERN = "^[A-Z][A-Za-z0-9]*$"
URL_PATTERN = r"^https?://[^\s\"'<>\\{}|^`]+$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
VERSION_PATTERN = r"^[0-9]+\.[0-9]+(\.[0-9]+)?$"

SEVERITIES = ("critical", "warning", "info")


def _text(meaning: str, **more: Any) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": 1000, "description": meaning, **more}


def _name(meaning: str) -> Schema:
    return _text(meaning, pattern=NAME_PATTERN, maxLength=63)


def _map(meaning: str, value: Schema, names: str = LABEL_PATTERN) -> Schema:
    return {
        "type": "object",
        "description": meaning,
        "propertyNames": {"pattern": names},
        "additionalProperties": value,
    }


def _object(meaning: str, properties: Mapping[str, Any], *required: str) -> Schema:
    return {
        "type": "object",
        "description": meaning,
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _quantity(quantity: Quantity, meaning: str, default: str = "") -> Schema:
    written = int(default) if default.isdigit() else default
    return {**quantity.schema, "description": meaning, **({"default": written} if default else {})}


_LABEL_VALUE = {"type": "string", "maxLength": 1000}

COMMON_SETTINGS: Mapping[str, Schema] = {
    "enabled": {"type": "boolean", "description": "false switches the alert off; give a reason."},
    "severity": {
        "enum": list(SEVERITIES),
        "description": "critical pages, warning opens a ticket, info is a log line.",
    },
    "for": _quantity(DURATION, "how long the condition must hold before the alert fires"),
    "keep_firing_for": _quantity(DURATION, "how long the alert stays after the condition is over"),
    "labels": _map("Extra labels on the alert.", _LABEL_VALUE),
    "annotations": _map(
        "Extra annotations, or others in place of the pattern's.", {"type": "string", "maxLength": 5000}
    ),
    "reason": _text("Why this differs from the default; kept in the docs."),
    "expires": _text("The day (YYYY-MM-DD) from which on this override is an error.", pattern=DATE_PATTERN),
}


def settings(pattern: Pattern) -> Schema:
    """What an override of this alert may say."""
    own = {
        name: _quantity(f.metadata["quantity"], f.metadata["meaning"], f.metadata["default"])
        for name, f in pattern.parameters().items()
    }
    defaults = {
        "enabled": pattern.enabled,
        "severity": pattern.severity,
        "for": pattern.for_,
        "keep_firing_for": pattern.keep_firing_for,
    }
    common = {
        name: {**body, "default": defaults[name]} if name in defaults else body
        for name, body in COMMON_SETTINGS.items()
    }
    return _object(pattern.runbook.meaning, own | common)


def _alerts(patterns: Mapping[str, Pattern], unknown: Iterable[str]) -> Schema:
    return _object(
        "Per alert: tune it, relabel it, switch it on or off. Exact alert names.",
        {**{name: {} for name in unknown}, **{name: {"$ref": f"#/$defs/alert_{name}"} for name in patterns}},
    )


_ALERTS = {"$ref": "#/$defs/alerts"}

SERVICE = _object(
    "One service and who owns it. Everything else has a working default.",
    {
        "service": _name("The service's name; also the name of its workload."),
        "namespace": _name("The Kubernetes namespace it runs in."),
        "team": _text("The team that is told; a team of the routing document.", pattern=WORD_PATTERN, maxLength=63),
        "tier": _text(
            "A preset of thresholds and severities: critical, standard, batch, or one of the site.",
            pattern=WORD_PATTERN,
            default=DEFAULT_TIER,
        ),
        "kind": {"enum": [k.value for k in Kind], "description": "What runs it.", "default": Kind.DEPLOYMENT.value},
        "container": _name("The container that matters; sidecars do not (default: the service's name)."),
        "select": {
            "enum": [s.value for s in Select],
            "description": "How its pods are found: by the exact shape of their names, or by their owner.",
            "default": Select.NAME.value,
        },
        "labels": _map("Extra labels on all its alerts.", _LABEL_VALUE),
        "runbook": _text("The page that explains the service; each alert links into it.", pattern=URL_PATTERN),
        "dashboard": _text("The dashboard that shows the service.", pattern=URL_PATTERN),
        "replicas": _object(
            "What the service needs to do its work.",
            {
                "min": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 1_000_000,
                    "description": "Fewer available pods than this is degraded.",
                }
            },
            "min",
        ),
        "alerts": _ALERTS,
    },
    "service",
    "namespace",
    "team",
)

SITE = _object(
    "What is true of the whole installation.",
    {
        "site": _text("The installation's name.", pattern=WORD_PATTERN),
        "team": _text("Who owns the alerts that exist once per cluster.", pattern=WORD_PATTERN, maxLength=63),
        "cluster_label": _text(
            "The label that tells clusters apart, if one Prometheus sees several.", pattern=LABEL_PATTERN
        ),
        "external_labels": _map("Prometheus' external_labels: what Alertmanager sees besides.", _LABEL_VALUE),
        "scrape_interval": _quantity(WINDOW, "how often exporters are scraped", "30s"),
        "evaluation_interval": _quantity(WINDOW, "how often rules are evaluated", "30s"),
        "runbook_base": _text(
            "Runbooks of services that name none: this, a slash, the alert's name.", pattern=URL_PATTERN
        ),
        "sources": _object(
            "Labels that select an exporter's series, where they differ from kube-prometheus.",
            {
                name: {
                    **_map(f"How {name} is found (default {dict(e.selector)}).", {"type": "string", "minLength": 1}),
                    "minProperties": 1,
                }
                for name, e in EXPORTERS.items()
            },
        ),
        "prometheus": _object(
            "Prometheus and promtool.",
            {
                "min_version": _text(
                    "The oldest Prometheus that evaluates the rules (2.42 or newer).", pattern=VERSION_PATTERN
                )
            },
        ),
        "alertmanager": _object(
            "Alertmanager and amtool.",
            {"version": _text("The oldest Alertmanager that loads the configuration.", pattern=VERSION_PATTERN)},
        ),
        "kubernetes": _object(
            "The PrometheusRule objects.",
            {
                "labels": _map(
                    "metadata.labels, for Prometheus' ruleSelector.",
                    {"type": "string", "pattern": OBJECT_LABEL_VALUE_PATTERN},
                    OBJECT_LABEL_PATTERN,
                ),
                "namespace": _name("Where the rules that exist once per cluster live (default monitoring)."),
            },
        ),
        "required_labels": {
            "type": "array",
            "items": _text("A label.", pattern=LABEL_PATTERN),
            "uniqueItems": True,
            "description": "Labels every alert must carry.",
        },
        "required_annotations": {
            "type": "array",
            "items": _text("An annotation.", pattern=LABEL_PATTERN),
            "uniqueItems": True,
            "description": "Annotations every alert must carry, e.g. runbook_url.",
        },
        "tiers": _map(
            f"Presets by name, over the built-in ones ({', '.join(TIERS)}).",
            _object("One tier.", {"description": _text("What it is for."), "alerts": _ALERTS}),
            WORD_PATTERN,
        ),
        "tests": _object(
            "The generated unit tests.",
            {
                "full_up_to": {
                    "type": "integer",
                    "minimum": 0,
                    "default": 25,
                    "description": "Commit a test file for each service up to this many services; beyond, "
                    "one for each distinct shape of rules.",
                }
            },
        ),
        "alerts": _ALERTS,
    },
    "site",
)


@functools.cache
def spec_schema() -> Schema:
    """The whole schema, as golden/schema/alertgen.schema.json holds it."""
    return build(catalogue())


def build(patterns: Mapping[str, Pattern], unknown: Iterable[str] = ()) -> Schema:
    """The schema for these patterns; about the `unknown` alerts anything may be said: their pattern is broken."""
    documents = {"service": SERVICE, "site": SITE, "routing": routing_document(), "pattern": site_pattern.SCHEMA}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "alertgen spec",
        "description": "One document of rules.d: a service, the site, the routing, or a site's own alert pattern.",
        "type": "object",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in documents],
        "$defs": {
            **documents,
            **routing.DEFS,
            "alerts": _alerts(patterns, unknown),
            **{f"alert_{name}": settings(p) for name, p in patterns.items()},
        },
    }


def routing_document() -> Schema:
    """A `routing` document: its body is the routing module's."""
    return _object("Who is told.", {"routing": routing.SCHEMA}, "routing")
