"""Asking promtool which alerts there were when."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from alertgen.coverage import Seen
from alertgen.diagnostics import AlertgenError
from alertgen.suite import Verdict
from alertgen.timeline import Timeline, alerts, probes, timeline
from alertgen.tools import promtool as tool
from alertgen.tools.binaries import Binary
from alertgen.trials import Bench, bench
from alertgen.unittests import Assertion

MOST = 50
"""Of so many failures the states are asked for: whoever has more looks at some first."""


def seen(
    promtool: Binary, benches: Sequence[Bench], *, jobs: int, timeout: float
) -> tuple[dict[Bench, Seen], tuple[AlertgenError, ...]]:
    """Which alerts there were when, in every test that could tell."""
    with tempfile.TemporaryDirectory(prefix="alertgen-", dir=tool.memory_folder(jobs)) as scratch:
        paths: dict[Path, Bench] = {}
        for number, one in enumerate(b for b in benches if b.rule.alert):
            files = {f"{number}-{index}-rules.yaml": text for index, text in enumerate(one.rule_files({}))}
            path = Path(scratch) / f"{number}.yaml"
            for name, text in (files | {path.name: probes(one, list(files))}).items():
                (path.parent / name).write_text(text, encoding="utf-8")
            paths[path] = one
        costs = {path: 2 * one.cost for path, one in paths.items()}  # half of it answering
        done, errors = tool.run_test_files(promtool, costs, jobs=jobs, timeout=timeout, on_done=lambda _: None)
        return {paths[path]: alerts(run.failures) for path, run in done.items()}, errors


def timelines(
    promtool: Binary, verdicts: Sequence[Verdict], *, jobs: int, timeout: float
) -> Mapping[int, tuple[Timeline, float]]:
    """For assertions that fail, by their `id`: the states of the alert they are about, and until when, in seconds.

    There is none where no rule or more than one has that name, nor for more than MOST.
    """
    failed = [
        (complaint.assertion, verdict)
        for verdict in verdicts
        for complaint in verdict.complaints
        if complaint.assertion and complaint.assertion.alertname
    ][:MOST]
    benches = {id(assertion): one for assertion, verdict in failed if (one := _bench(assertion, verdict))}
    found, _ = seen(promtool, list(benches.values()), jobs=jobs, timeout=timeout)
    return {
        id(assertion): (timeline(one.rule, states, one.interval), one.until[assertion.group])
        for assertion, _ in failed
        if (one := benches.get(id(assertion))) and (states := found.get(one, {}).get(assertion.group))
    }


def _bench(assertion: Assertion, verdict: Verdict) -> Bench | None:
    named = [rule for rule in verdict.source.loaded if rule.alert and rule.name == assertion.alertname]
    found = bench(verdict.source, named[0]) if len(named) == 1 else None
    return found and replace(found, assertions=tuple(a for a in found.assertions if a.group == assertion.group))
