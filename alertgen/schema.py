"""The JSON Schema of the spec: the base documents plus every pattern's parameters. Editors and validation use it."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping

from alertgen.facets import parts
from alertgen.metrics import EXPORTERS
from alertgen.model import Kind, Select
from alertgen.own_tests import schema as own_tests
from alertgen.pattern import DURATION, WINDOW, Pattern
from alertgen.patterns import catalogue
from alertgen.profiles import MEANINGS, PROFILES
from alertgen.routing import schema as routing
from alertgen.routing.complete import RETENTION
from alertgen.schema_words import LABEL_PATTERN, WORD_PATTERN, Schema, keys, mapping, name, quantity, text
from alertgen.site_patterns import schema as site_patterns
from alertgen.tiers import DEFAULT_TIER, TIERS

OBJECT_LABEL_PATTERN = "^([a-z0-9]([-.a-z0-9]*[a-z0-9])?/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$"
OBJECT_NAME_PATTERN = "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
OBJECT_LABEL_VALUE_PATTERN = "^([A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$"
"""What Kubernetes takes as labels of an object."""
URL_PATTERN = r"^https?://[^\s\"'<>\\{}|^`]+$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
VERSION_PATTERN = r"^[0-9]+\.[0-9]+(\.[0-9]+)?$"

SEVERITIES = ("critical", "warning", "info")


_LABEL_VALUE = {"type": "string", "maxLength": 1000}

COMMON_SETTINGS: Mapping[str, Schema] = {
    "enabled": {"type": "boolean", "description": "false switches the alert off; give a reason."},
    "severity": {
        "enum": list(SEVERITIES),
        "description": "critical pages, warning opens a ticket, info is a log line.",
    },
    "for": quantity(DURATION, "how long the condition must hold before the alert fires"),
    "keep_firing_for": quantity(DURATION, "how long the alert stays after the condition is over"),
    "labels": mapping("Extra labels on the alert.", _LABEL_VALUE),
    "annotations": mapping(
        "Extra annotations, or others in place of the pattern's.", {"type": "string", "maxLength": 5000}
    ),
    "receiver": text(
        "Who is told of this alert, whatever its severity: a receiver of the routing document, or none.", maxLength=63
    ),
    "reason": text("Why this differs from the default; kept in the docs."),
    "expires": text("The day (YYYY-MM-DD) from which on this override is an error.", pattern=DATE_PATTERN),
}


def settings(pattern: Pattern) -> Schema:
    """What an override of this alert may say."""
    own = {
        parameter: quantity(f.metadata["quantity"], f.metadata["meaning"], f.metadata["default"])
        for parameter, f in pattern.parameters().items()
    }
    defaults = {
        "enabled": pattern.enabled,
        "severity": pattern.severity,
        "for": pattern.for_,
        "keep_firing_for": pattern.keep_firing_for,
    }
    common = {
        setting: {**body, "default": defaults[setting]} if setting in defaults else body
        for setting, body in COMMON_SETTINGS.items()
    }
    return keys(pattern.runbook.meaning, own | common)


def _alerts(patterns: Mapping[str, Pattern], unknown: Iterable[str]) -> Schema:
    return keys(
        "Per alert: tune it, relabel it, switch it on or off. Exact alert names.",
        {**{alert: {} for alert in unknown}, **{alert: {"$ref": f"#/$defs/alert_{alert}"} for alert in patterns}},
    )


_ALERTS = {"$ref": "#/$defs/alerts"}

SERVICE = keys(
    "One service and who owns it. Everything else has a working default.",
    {
        "service": name("The service's name; also the name of its workload."),
        "namespace": name("The Kubernetes namespace it runs in."),
        "team": text("The team that is told; a team of the routing document.", pattern=WORD_PATTERN, maxLength=63),
        "tier": text(
            "A preset of thresholds and severities: critical, standard, batch, or one of the site.",
            pattern=WORD_PATTERN,
            default=DEFAULT_TIER,
        ),
        "profile": {
            "enum": list(PROFILES),
            "description": "A sensible set of the keys below. "
            + "; ".join(f"{name}: {meaning}" for name, meaning in MEANINGS.items())
            + ".",
        },
        "kind": {"enum": [k.value for k in Kind], "description": "What runs it.", "default": Kind.DEPLOYMENT.value},
        "container": name("The container that matters; sidecars do not (default: the service's name)."),
        "select": {
            "enum": [s.value for s in Select],
            "description": "How its pods are found: by the exact shape of their names, or by their owner.",
            "default": Select.NAME.value,
        },
        "labels": mapping("Extra labels on all its alerts.", _LABEL_VALUE),
        "runbook": text("The page that explains the service; each alert links into it.", pattern=URL_PATTERN),
        "dashboard": text("The dashboard that shows the service.", pattern=URL_PATTERN),
        **{part.key: part.schema for part in parts("service").values()},
        "alerts": _ALERTS,
        own_tests.KEY: own_tests.schema(),
    },
    "service",
    "namespace",
    "team",
)

SITE = keys(
    "What is true of the whole installation.",
    {
        "site": text("The installation's name.", pattern=WORD_PATTERN),
        "team": text("Who owns the alerts that exist once per cluster.", pattern=WORD_PATTERN, maxLength=63),
        "cluster_label": text(
            "The label that tells clusters apart, if one Prometheus sees several.", pattern=LABEL_PATTERN
        ),
        "external_labels": mapping("Prometheus' external_labels: what Alertmanager sees besides.", _LABEL_VALUE),
        "scrape_interval": quantity(WINDOW, "how often exporters are scraped", "30s"),
        "evaluation_interval": quantity(WINDOW, "how often rules are evaluated", "30s"),
        "runbook_base": text(
            "Runbooks of services that name none: this, a slash, the alert's name.", pattern=URL_PATTERN
        ),
        "sources": keys(
            "Labels that select an exporter's series, where they differ from kube-prometheus; and its version.",
            {
                exporter: {
                    **mapping(
                        f"How {exporter} is found (default {dict(e.selector)}).", {"type": "string", "minLength": 1}
                    ),
                    "properties": {
                        "version": text("Which version runs here: 2.15.", pattern=VERSION_PATTERN, maxLength=20)
                    },
                    "minProperties": 1,
                }
                for exporter, e in EXPORTERS.items()
            },
        ),
        "prometheus": keys(
            "Prometheus and promtool.",
            {
                "min_version": text(
                    "The oldest Prometheus that evaluates the rules (2.42 or newer).", pattern=VERSION_PATTERN
                ),
                "retention": quantity(
                    DURATION, "how long it keeps samples, as its --storage.tsdb.retention.time says", "15d"
                ),
            },
        ),
        "alertmanager": keys(
            "Alertmanager and amtool.",
            {
                "version": text("The oldest Alertmanager that loads the configuration.", pattern=VERSION_PATTERN),
                "retention": quantity(
                    DURATION, "how long it remembers what it sent, as its --data.retention says", str(RETENTION)
                ),
            },
        ),
        "kubernetes": keys(
            "The PrometheusRule objects.",
            {
                "labels": mapping(
                    "metadata.labels, for Prometheus' ruleSelector.",
                    {"type": "string", "pattern": OBJECT_LABEL_VALUE_PATTERN},
                    OBJECT_LABEL_PATTERN,
                ),
                "namespace": name("Where the rules that exist once per cluster live (default monitoring)."),
                "alertmanager": keys(
                    "The Prometheus operator's Alertmanager object that gets the routing, in a Secret.",
                    {
                        "name": name("Its metadata.name: main in kube-prometheus."),
                        "namespace": name("Its namespace (default: that of the rules)."),
                        "secret": text(
                            "The Secret that it reads, if its spec.configSecret names one (default "
                            "alertmanager-<name>).",
                            pattern=OBJECT_NAME_PATTERN,
                            maxLength=253,
                        ),
                        "alertmanager_config": keys(
                            "One AlertmanagerConfig object for each team; the Secret has what is no team's. The "
                            "Alertmanager's alertmanagerConfigMatcherStrategy must be None.",
                            {
                                "labels": mapping(
                                    "metadata.labels, for the Alertmanager's alertmanagerConfigSelector.",
                                    {"type": "string", "pattern": OBJECT_LABEL_VALUE_PATTERN},
                                    OBJECT_LABEL_PATTERN,
                                )
                            },
                        ),
                    },
                    "name",
                ),
            },
        ),
        "required_labels": {
            "type": "array",
            "items": text("A label.", pattern=LABEL_PATTERN),
            "uniqueItems": True,
            "description": "Labels every alert must carry.",
        },
        "required_annotations": {
            "type": "array",
            "items": text("An annotation.", pattern=LABEL_PATTERN),
            "uniqueItems": True,
            "description": "Annotations every alert must carry, e.g. runbook_url.",
        },
        "tiers": mapping(
            f"Presets by name, over the built-in ones ({', '.join(TIERS)}).",
            keys("One tier.", {"description": text("What it is for."), "alerts": _ALERTS}),
            WORD_PATTERN,
        ),
        "tests": keys(
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
        **{part.key: part.schema for part in parts("site").values()},
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
    documents = {
        "service": _with_examples(SERVICE, patterns),
        "site": _with_examples(SITE, patterns),
        "routing": routing_document(),
        "pattern": site_patterns.SCHEMA,
    }
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
            **{f"alert_{alert}": settings(p) for alert, p in patterns.items()},
        },
    }


def _with_examples(document: Schema, patterns: Mapping[str, Pattern]) -> Schema:
    """The document's schema with what somebody would write at each key that switches patterns on."""
    samples = [pattern.facet.sample for pattern in patterns.values() if pattern.facet]
    properties = {
        key: {**part, "examples": found} if (found := _different(s[key] for s in samples if key in s)) else part
        for key, part in document["properties"].items()
    }
    return {**document, "properties": properties}


def _different(values: Iterable[object]) -> list[object]:
    """Each value once, the shortest first: it is the one that a hint shows."""
    return [json.loads(written) for written in sorted({json.dumps(value) for value in values}, key=_length_first)]


def _length_first(written: str) -> tuple[int, str]:
    return len(written), written


def routing_document() -> Schema:
    """A `routing` document: its body is the routing package's."""
    return keys("Who is told.", {"routing": routing.SCHEMA}, "routing")
