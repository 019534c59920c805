"""Asking promtool which alerts there were when."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from alertgen.coverage import Seen
from alertgen.diagnostics import AlertgenError
from alertgen.promtool_output import Failure
from alertgen.suite import Verdict
from alertgen.timeline import STATES, Happened, Question, alerts, compared, comparison, probes, timeline
from alertgen.tools import promtool as tool
from alertgen.tools.binaries import Binary
from alertgen.trials import Bench, bench
from alertgen.unittests import Assertion

MOST = 50
"""Of so many failures the states are asked for: whoever has more looks at some first."""


def seen(
    promtool: Binary, benches: Iterable[Bench], *, jobs: int, timeout: float
) -> tuple[dict[Bench, Seen], tuple[AlertgenError, ...]]:
    """Which alerts there were when, in every test that could tell."""
    questions = {bench: STATES for bench in benches if bench.rule.alert}
    found, errors = _answers(promtool, questions, jobs=jobs, timeout=timeout)
    return {bench: alerts(failures) for bench, failures in found.items()}, errors


def happened(promtool: Binary, verdicts: Sequence[Verdict], *, jobs: int, timeout: float) -> Mapping[int, Happened]:
    """For assertions that fail, by their `id`: what there was in their test.

    There is none where no rule or more than one has that name, nor for more than MOST.
    """
    failed = [
        (complaint.assertion, verdict)
        for verdict in verdicts
        for complaint in verdict.complaints
        if complaint.assertion and complaint.assertion.alertname
    ][:MOST]
    benches = {id(a): (a, one) for a, verdict in failed if (one := _bench(a, verdict))}
    questions = {one: comparison(one.rule, assertion.time) for assertion, one in benches.values()}
    answers, _ = _answers(promtool, questions, jobs=jobs, timeout=timeout)
    return {
        number: _happened(one, assertion.group, questions[one], answers[one])
        for number, (assertion, one) in benches.items()
        if one in answers
    }


def _happened(one: Bench, group: int, question: Question, answers: Sequence[Failure]) -> Happened:
    line = timeline(one.rule, alerts(answers).get(group, {}), one.interval)
    return Happened(line, one.until[group], compared(one.rule, question, answers))


def _answers(
    promtool: Binary, questions: Mapping[Bench, Question], *, jobs: int, timeout: float
) -> tuple[dict[Bench, tuple[Failure, ...]], tuple[AlertgenError, ...]]:
    with tempfile.TemporaryDirectory(prefix="alertgen-", dir=tool.memory_folder(jobs)) as scratch:
        paths: dict[Path, Bench] = {}
        for number, (one, question) in enumerate(questions.items()):
            files = {f"{number}-{index}-rules.yaml": text for index, text in enumerate(one.rule_files({}))}
            path = Path(scratch) / f"{number}.yaml"
            for name, text in (files | {path.name: probes(one, list(files), question)}).items():
                (path.parent / name).write_text(text, encoding="utf-8")
            paths[path] = one
        costs = {path: 2 * one.cost for path, one in paths.items()}  # half of it answering
        done, errors = tool.run_test_files(promtool, costs, jobs=jobs, timeout=timeout, on_done=lambda _: None)
        return {paths[path]: tuple(run.failures) for path, run in done.items()}, errors


def _bench(assertion: Assertion, verdict: Verdict) -> Bench | None:
    named = [rule for rule in verdict.source.loaded if rule.alert and rule.name == assertion.alertname]
    found = bench(verdict.source, named[0]) if len(named) == 1 else None
    return found and replace(found, assertions=tuple(a for a in found.assertions if a.group == assertion.group))
