"""What a lint sees and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from alertgen.diagnostics import Severity
from alertgen.expand import Alert, Expansion
from alertgen.model import Site
from alertgen.promql import PromQLError
from alertgen.promql_tree import Node, parse
from alertgen.quantity import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a lint holds against a rule.

    `alert` names the rule, also a recording rule; empty: all alerts of the service. `setting` is what is at fault: a
    key of `Settings.origins` (`for_`, `labels`, a parameter), or a text of the pattern (`expr`, `summary`,
    `description`). `key` is the entry of `labels` or `annotations`; without a setting, one that the service itself has.
    """

    alert: str
    code: str
    message: str
    hint: str = ""
    setting: str | None = None
    key: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Context:
    """One service's rules, or those of the installation, on their site."""

    expansion: Expansion

    @property
    def site(self) -> Site:
        """What is true of the whole installation."""
        return self.expansion.subject.site

    def alerts(self) -> Iterator[tuple[Alert, Node]]:
        """The alerts with their expressions, but for those that only promtool can read."""
        for alert in self.expansion.alerts:
            tree = _tree(alert.rule.expr)
            if tree is not None:
                yield alert, tree

    def expressions(self) -> Iterator[tuple[str, Node]]:
        """The names of all rules with their expressions, recording rules first."""
        for record in self.expansion.records:
            tree = _tree(record.expr)
            if tree is not None:
                yield record.record, tree
        yield from ((alert.rule.alert, tree) for alert, tree in self.alerts())


def _tree(expr: str) -> Node | None:
    try:
        return parse(expr)
    except PromQLError:
        return None


class Lint(Protocol):
    """What each module of this package is."""

    CODE: str
    """Its name in a diagnostic: kebab-case, like its file, and never renamed."""
    __doc__: str | None
    """What it finds and why that matters: its documentation."""

    def check(self, context: Context) -> Iterator[Finding]:
        """What it finds in one service's rules."""


@dataclass(frozen=True, slots=True)
class Place:
    """A label or an annotation of an alert, and the text there; prints as people call it."""

    alert: str
    kind: str
    """`label` or `annotation`."""
    name: str
    text: str
    setting: str | None
    """As in a finding."""

    def __str__(self) -> str:
        return f"{self.kind} '{self.name}'"

    def finding(self, code: str, message: str, hint: str = "") -> Finding:
        """A finding about this text, which the message begins with."""
        key = self.name if self.setting in (None, "labels", "annotations") else ""
        return Finding(
            alert=self.alert, code=code, message=f"{self}: {message}", hint=hint, setting=self.setting, key=key
        )


def rule_labels(alert: Alert) -> Iterator[Place]:
    """The labels that the rule puts on its alerts."""
    for name, text in alert.rule.labels.items():
        setting = "labels" if name in alert.settings.labels else None
        yield Place(alert.rule.alert, "label", name, text, setting)


def rule_annotations(alert: Alert) -> Iterator[Place]:
    """The annotations of the alert."""
    for name, text in alert.rule.annotations.items():
        yield Place(alert.rule.alert, "annotation", name, text, _annotation_setting(alert, name))


def templates(alert: Alert) -> Iterator[Place]:
    """Each text of an alert in which Prometheus fills something in."""
    yield from rule_labels(alert)
    yield from rule_annotations(alert)


def _annotation_setting(alert: Alert, name: str) -> str | None:
    if name in alert.settings.annotations:
        return "annotations"
    if name in ("summary", "description"):  # keys of the pattern
        return name
    return "annotations" if name in alert.pattern.annotations else None


def missing(context: Context, code: str, without: Sequence[str], what: str, hint: str) -> Iterator[Finding]:
    """One finding for each alert that lacks something, or a single one when that is all of several."""
    if len(without) == len(context.expansion.alerts) > 1:
        yield Finding(alert="", code=code, message=f"its alerts lack {what}, which the site requires", hint=hint)
        return
    for alert in without:
        yield Finding(alert=alert, code=code, message=f"it lacks {what}, which the site requires", hint=hint)


def duration_parameter(alert: Alert | None, seconds: float) -> str:
    """The parameter that the range is from: the only duration with this value, else the expression itself."""
    if alert is None:
        return "expr"
    params = alert.settings.params
    durations = [name for name in alert.pattern.parameters() if isinstance(getattr(params, name), Duration)]
    equal = [name for name in durations if getattr(params, name) == seconds]
    return equal[0] if len(equal) == 1 else "expr"
