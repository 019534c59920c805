"""What promtool passes without a word although it proves nothing. Pure.

Each is a warning: promtool's verdict stays what it is. An assertion that something is there cannot be vacuous, so most
of this is about those that expect nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from alertgen import promql_tree, reading
from alertgen.diagnostics import Diagnostic, Location, Severity, did_you_mean
from alertgen.promql import PromQLError
from alertgen.quantity import Duration
from alertgen.reading import Reads, Rules
from alertgen.suite import Source
from alertgen.unittests import Assertion, InputSeries, TestFile, TestGroup, items, seconds

LOOKBACK = 300.0
"""How many seconds a sample counts as the newest one: Prometheus' default, which promtool has fixed."""


def silent_passes(source: Source) -> Iterator[Diagnostic]:
    """Everything of this kind in one test file and the rules that it loads."""
    if source.tests is None:
        return
    tests, rules = source.tests, reading.together(source.loaded)
    yield from _about_files(source, tests)
    for group in tests.groups:
        yield from _about_series(group, rules)
        for assertion in group.assertions:
            yield from _about_assertion(assertion, group, tests, rules)
    yield from _about_order(tests, rules)


def _warning(at: Location, code: str, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(at, code, message, hint, Severity.WARNING)


def _about_files(source: Source, tests: TestFile) -> Iterator[Diagnostic]:
    for pattern, at in source.unmatched:
        yield _warning(at, "no-rule-file", f"no file matches '{pattern}'", "its tests run without these rules")
    for file in source.rules:
        start = Location(file.path, 1, 1)
        if not file.rules:
            yield _warning(start, "no-rules", "there is no rule in this file", "the tests that load it prove nothing")
        if file.ignored:
            message = "Prometheus reads only the first document of a file, and this is the second"
            yield _warning(file.ignored, "ignored-document", message, "give it a file of its own")
    if not tests.groups:
        hint = "promtool passes a file without 'tests'"
        yield _warning(Location(tests.path, 1, 1), "no-tests", "there is no test in this file", hint)
    for group in tests.groups:
        if not group.assertions:
            hint = "add an alert_rule_test or a promql_expr_test"
            yield _warning(group.at, "empty-test", f"{group.title}: this test asserts nothing", hint)
        if not group.interval:
            hint = "before 2.49, promtool puts all samples at the start; write `interval: 1m`"
            yield _warning(group.at, "no-interval", f"{group.title}: it does not say how far samples are apart", hint)


def _about_series(group: TestGroup, rules: Rules) -> Iterator[Diagnostic]:
    seen: dict[object, Location] = {}
    readers = _readers(group, rules)
    known = bool(readers) and all(r.known for r in readers)
    unread: list[tuple[InputSeries, str]] = []
    read: set[str] = set()
    for one in group.series:
        found = reading.series(one.series)
        if found is None:
            continue
        metric, labels = found
        identity = (metric, tuple(sorted(labels.items())))
        if identity in seen:
            hint = "the last one counts, as if the others had never been there"
            twice = _warning(one.at, "duplicate-series", f"'{one.series}' was already given", hint)
            yield replace(twice, related=((seen[identity], "first given here"),))
        seen.setdefault(identity, one.at)
        if any(r.takes(metric, labels) for r in readers):
            read.add(metric)
        elif known:
            unread.append((one, metric))
    for one, metric in unread:
        if metric not in read:  # else it is there for the contrast: what must not count
            near = did_you_mean(metric, {s.metric for r in readers for s in r.selectors if s.metric} - {metric})
            hint = near if near.startswith("did you mean") else "is a label missing, or is the rule another one?"
            message = f"no rule and no expression here reads '{one.series}'"
            yield _warning(one.at, "unread-series", message, hint)


def _readers(group: TestGroup, rules: Rules) -> list[Reads]:
    """Whatever may read a series of the test: every rule there is, and what it asks itself."""
    own = [rules.expr(a.expr) for a in group.assertions if a.expr]
    return [*_of_all(rules), *own]


def _of_all(rules: Rules) -> Iterator[Reads]:
    both = (*rules.alerts.values(), *rules.records.values())
    return (rules.expr(rule.expr) for named in both for rule in named)


def _about_assertion(assertion: Assertion, group: TestGroup, tests: TestFile, rules: Rules) -> Iterator[Diagnostic]:
    if assertion.expected:
        return
    names = [assertion.alertname] if assertion.alertname else _asked_for(assertion.expr)
    unknown = [name for name in names if name not in rules.alerts]
    for name in unknown:
        hint = did_you_mean(name, rules.alerts) or "no rule of the files in 'rule_files' is called so"
        yield _warning(assertion.at, "unknown-alert", f"{assertion}: there is no alert '{name}'", hint)
    if unknown:
        return
    reads = rules.of(assertion.alertname, assertion.expr)
    if not reads.known or reads.from_nothing or reads.moved:
        return
    read = [one for one in group.series if _is_read(one, reads)]
    if not read:
        what = "the alert" if assertion.alertname else "the expression"
        hint = "it expects nothing and there is nothing: it would pass whatever the rule says"
        yield _warning(assertion.at, "nothing-read", f"{assertion}: {what} reads no series of this test", hint)
        return
    ends = [_end(one.values, _step(group, tests)) for one in read]
    last = max((end for end in ends if end is not None), default=None)
    if last is not None and None not in ends and assertion.time > last + LOOKBACK + reads.window:
        hint = "it expects nothing and there is nothing left: give the series more samples"
        message = f"{assertion}: the last sample that matters is at {Duration(int(last))}"
        yield _warning(assertion.at, "beyond-data", message, hint)


def _asked_for(expr: str) -> list[str]:
    try:
        return list(reading.named_alerts(promql_tree.parse(expr)))
    except PromQLError:
        return []


def _is_read(one: InputSeries, reads: Reads) -> bool:
    found = reading.series(one.series)
    return found is None or reads.takes(*found)


def _step(group: TestGroup, tests: TestFile) -> float:
    return seconds(group.interval) or tests.evaluation_interval


def _end(values: str, step: float) -> float | None:
    """When the last sample is, in seconds; None when the series ends because somebody says so."""
    found = list(items(values))
    last = found[-1][0] if found else ""
    return None if last.startswith("_") or last in ("", "stale") else (sum(times for _, times in found) - 1) * step


def loose_groups(alert: str, tests: TestFile, rules: Rules) -> list[str]:
    """The groups that promtool takes in any order, though the alert reads what one records for another."""
    groups = {rule.group for rule in rules.alert(alert).rules}
    return sorted(groups - set(tests.order)) if len(groups) > 1 else []


def _about_order(tests: TestFile, rules: Rules) -> Iterator[Diagnostic]:
    """A rule that reads what another group records sees this step's value or the one before, as chance has it."""
    told: set[str] = set()
    for assertion in (a for group in tests.groups for a in group.assertions if a.alertname):
        loose = loose_groups(assertion.alertname, tests, rules)
        if loose and assertion.alertname not in told:
            told.add(assertion.alertname)
            hint = f"list them in 'group_eval_order', those that record first: {', '.join([*tests.order, *loose])}"
            count = len({rule.group for rule in rules.alert(assertion.alertname).rules})
            message = f"{assertion.alertname} reads rules of {count} groups, which promtool takes in any order"
            yield _warning(assertion.at, "group-order", message, hint)
