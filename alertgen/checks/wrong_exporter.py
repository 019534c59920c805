"""Selectors that ask one exporter for another's metrics.

`kube_pod_container_status_restarts_total{job="kubelet"}` selects nothing: kube-state-metrics exports that metric. An
expression that selects nothing is silent for ever, and looks as if all were well. Where the site has other labels for
an exporter (`site.sources`), those count.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from alertgen import metrics
from alertgen.checks._lint import Context, Finding
from alertgen.metrics import EXPORTERS, Exporter
from alertgen.promql_tree import Condition, Selector, selectors

CODE = "wrong-exporter"

_OF_EVERY_TARGET = frozenset(("up",))
"""Prometheus writes these for each target, whoever it is."""


def check(context: Context) -> Iterator[Finding]:
    """The matchers that no exporter of the metric passes."""
    for name, tree in context.expressions():
        for selector in selectors(tree):
            exporters = _exporters().get(selector.metric, ())
            wrong = [_mismatch(selector, context.expansion.subject.exporter(e)) for e in exporters]
            if wrong and all(wrong):
                yield Finding(
                    alert=name,
                    code=CODE,
                    message=f"{selector.metric}{{{wrong[0]}}} selects nothing: {_said(exporters, wrong[0])}",
                    hint=f"use {_shown(context.expansion.subject.exporter(exporters[0]))}",
                    setting="expr",
                )


@functools.cache
def _exporters() -> Mapping[str, tuple[Exporter, ...]]:
    """Who exports each metric that is known."""
    found: dict[str, tuple[Exporter, ...]] = {}
    for metric in metrics.known():
        if metric.name not in _OF_EVERY_TARGET:
            others = found.get(metric.name, ())
            found[metric.name] = others if metric.exporter in others else (*others, metric.exporter)
    return found


def _mismatch(selector: Selector, labels: Mapping[str, str]) -> Condition | None:
    """The first matcher that the exporter's series do not pass."""
    return next((c for c in selector.conditions if c.label in labels and not c.takes(labels[c.label])), None)


def _said(exporters: tuple[Exporter, ...], wrong: Condition | None) -> str:
    names = " and ".join(exporter.name for exporter in exporters)
    whose = _JOBS.get(wrong.value, "") if wrong and wrong.label == "job" and wrong.operator == "=" else ""
    return f"{names} exports that metric{whose}"


_CALLED = {"kubelet": "the kubelet"}
"""How a sentence calls a job, where that is not by its name."""
_JOBS = {job: f", not {_CALLED.get(job, job)}" for e in EXPORTERS.values() if (job := e.selector.get("job"))}
"""What a sentence adds when somebody asked the job of another exporter."""


def _shown(labels: Mapping[str, str]) -> str:
    return ", ".join(f'{label}="{value}"' for label, value in labels.items())
