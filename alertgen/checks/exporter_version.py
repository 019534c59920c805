"""Metrics that the site's exporter does not have yet.

kube-state-metrics shows `external_traffic_policy` since 2.15 and EndpointSlices by default since 2.18. Before, an
expression that reads them selects nothing, and is silent for ever. A site that states the version of its exporter in
`site.sources` is told what it is too old for.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from alertgen import metrics
from alertgen.checks._lint import Context, Finding
from alertgen.metrics import Metric
from alertgen.promql_tree import selectors

CODE = "exporter-version"


def check(context: Context) -> Iterator[Finding]:
    """The selectors of metrics that came with a later version than the site's."""
    versions = context.site.exporter_versions
    for name, tree in context.expressions() if versions else ():
        for selector in selectors(tree):
            metric = _later().get(selector.metric)
            has = versions.get(metric.exporter.name) if metric else None
            if metric and metric.since and has and has < metric.since:
                exporter = metric.exporter.name
                yield Finding(
                    alert=name,
                    code=CODE,
                    message=f"{metric.name} needs {exporter} {_text(metric.since)}; the site has {_text(has)}",
                    hint=f"update {exporter}, or switch the alert off and say why",
                    setting="expr",
                )


@functools.cache
def _later() -> Mapping[str, Metric]:
    return {metric.name: metric for metric in metrics.known() if metric.since}


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
