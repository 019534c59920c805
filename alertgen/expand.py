"""A service and the patterns that apply to it → rules. Pure."""

from __future__ import annotations

import datetime as dt
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alertgen.diagnostics import Diagnostic, Location, Severity
from alertgen.model import AlertingRule, RecordingRule, RuleGroup, Select, Service, Site
from alertgen.pattern import WINDOW, Level, Pattern, Refusal
from alertgen.quantity import Duration
from alertgen.spec import DEFAULT, Layer, Settings, resolve
from alertgen.subject import OWNED_PODS, Subject, owned_pods

SITE_NAMESPACE = "_site"
"""Where the rules that exist once per cluster go; no Kubernetes namespace starts with an underscore."""
SITE_GROUP = "cluster"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of one service: its pattern, its settings there, and the rule that came of it."""

    pattern: Pattern
    settings: Settings
    rule: AlertingRule
    subject: Subject
    records: tuple[RecordingRule, ...] = ()
    """What its expression reads."""

    @property
    def told_apart(self) -> Mapping[str, str]:
        """The static labels that tell it from others of its name: a service may have several SLOs."""
        facet = self.subject.facet
        return facet.labels(self.subject.item) if facet else {}

    @property
    def title(self) -> str:
        """The alert's name, and which of several it is."""
        which = ", ".join(self.told_apart.values())
        return f"{self.rule.alert} ({which})" if which else self.rule.alert

    @property
    def certain_labels(self) -> Mapping[str, str]:
        """The labels it has in Alertmanager whatever its series say, its name among them."""
        namespace = {} if self.pattern.once_per_cluster else {"namespace": self.subject.service.namespace}
        return {**self.subject.site.external_labels, **namespace, **self.rule.labels, "alertname": self.rule.alert}


@dataclass(frozen=True, slots=True)
class Expansion:
    """All rules of one service, or of the installation when `service` is None."""

    service: Service | None
    subject: Subject
    records: tuple[RecordingRule, ...]
    alerts: tuple[Alert, ...]
    off: Mapping[str, Settings] = field(default_factory=dict)
    """The alerts it could have and has not: switched off, or off unless asked for."""

    @property
    def namespace(self) -> str:
        """The folder its files go to."""
        return self.service.namespace if self.service else SITE_NAMESPACE

    @property
    def name(self) -> str:
        """The name of its files."""
        return self.service.name if self.service else SITE_GROUP

    @property
    def groups(self) -> tuple[RuleGroup, ...]:
        """One group: what is recorded is there when the alerts read it."""
        rules: tuple[AlertingRule | RecordingRule, ...] = (*self.records, *(alert.rule for alert in self.alerts))
        return (RuleGroup(name=f"{self.namespace}/{self.name}", rules=rules),) if rules else ()


def expand(
    site: Site,
    service: Service | None,
    patterns: Mapping[str, Pattern],
    stack: Sequence[Layer],
    today: dt.date,
    place: Location,
) -> tuple[Expansion, tuple[Diagnostic, ...]]:
    """The rules of a service under its layers of overrides, and what is wrong with those."""
    alerts: list[Alert] = []
    problems: list[Diagnostic] = []
    off: dict[str, Settings] = {}
    for pattern in patterns.values():
        subjects = about(pattern, site, service)
        if not subjects:
            continue
        settings, found = resolve(pattern, stack, today)
        problems += found
        if settings.enabled:
            problems += _refused(pattern, settings, subjects, place)
            alerts += (_alert(subject, pattern, settings) for subject in subjects)
        else:
            off[pattern.alert] = settings
            problems += _tuned_though_off(pattern, stack)
    subject = Subject(site, service)
    records: dict[tuple[object, ...], RecordingRule] = {}
    read = [expr for alert in alerts for expr in (alert.rule.expr, *(record.expr for record in alert.records))]
    if service and service.select is Select.OWNER and any(OWNED_PODS in expr for expr in read):
        owned = RecordingRule(record=OWNED_PODS, expr=owned_pods(subject).text, labels={"workload": service.name})
        records[_identity(owned)] = owned
    for alert in alerts:
        records |= {_identity(record): record for record in alert.records}
    return Expansion(service, subject, tuple(records.values()), tuple(alerts), off), tuple(problems)


def _identity(record: RecordingRule) -> tuple[object, ...]:
    return (record.record, record.expr, *sorted(record.labels.items()))


def only(expansion: Expansion, alert: str) -> Expansion:
    """The same service with the alerts of this name alone, and what they read."""
    alerts = tuple(a for a in expansion.alerts if a.rule.alert == alert)
    read = [record for a in alerts for record in a.records]
    texts = [*(a.rule.expr for a in alerts), *(record.expr for record in read)]
    records = tuple(r for r in expansion.records if r in read or any(r.record in text for text in texts))
    return replace(expansion, records=records, alerts=alerts)


def expand_with_defaults(site: Site, service: Service | None, patterns: Mapping[str, Pattern]) -> Expansion:
    """The rules of a service that overrides nothing."""
    # Without overrides nothing can have expired, so the day does not matter.
    expansion, _ = expand(site, service, patterns, (), dt.date.min, Location("(defaults)", 1, 1))
    return expansion


def about(pattern: Pattern, site: Site, service: Service | None) -> tuple[Subject, ...]:
    """What the pattern watches at this service (None: in the installation): nothing, it, or each item of a facet."""
    if (service is None) != pattern.once_per_cluster or (service and service.kind not in pattern.kinds):
        return ()
    facet = pattern.facet
    if facet is None:
        return (Subject(site, service),)
    return tuple(Subject(site, service, facet, item) for item in facet.items(site, service))


def _alert(subject: Subject, pattern: Pattern, settings: Settings) -> Alert:
    facet = subject.facet
    if facet is not None and facet.severity is not None and settings.origins["severity"].layer == DEFAULT:
        settings = replace(settings, severity=facet.severity(subject.item))
    records = tuple(pattern.records(subject, settings.params))
    return Alert(pattern, settings, _rule(subject, pattern, settings), subject, records)


def _rule(subject: Subject, pattern: Pattern, settings: Settings) -> AlertingRule:
    words = vocabulary(subject, pattern, settings)
    return AlertingRule(
        alert=pattern.alert,
        expr=pattern.expr(subject, settings.params).text,
        for_=settings.for_,
        keep_firing_for=settings.keep_firing_for,
        labels=_labels(subject, pattern, settings),
        annotations=_annotations(subject, pattern, settings, words),
        as_written=pattern.unparsed,
    )


def _labels(subject: Subject, pattern: Pattern, settings: Settings) -> dict[str, str]:
    which = subject.facet.labels(subject.item) if subject.facet else {}
    if pattern.once_per_cluster:
        team = {"team": subject.site.team} if subject.site.team else {}
        return {"severity": settings.severity, **team, **which, **settings.labels}
    service = subject.service
    namespace = {"namespace": service.namespace} if pattern.level is Level.TRAFFIC else {}
    return {
        "severity": settings.severity,
        **namespace,
        "team": service.team,
        "service": service.name,
        "tier": service.tier,
        **service.labels,
        **which,
        **settings.labels,
    }


def _annotations(subject: Subject, pattern: Pattern, settings: Settings, words: Mapping[str, str]) -> dict[str, str]:
    annotations = {"summary": fill(pattern.summary, words), "description": fill(pattern.description, words)}
    runbook, dashboard = subject.site.runbook_base and f"{subject.site.runbook_base}/{pattern.alert}", ""
    if not pattern.once_per_cluster:
        service = subject.service
        runbook = f"{service.runbook}#{pattern.alert.lower()}" if service.runbook else runbook
        dashboard = service.dashboard
    if runbook:
        annotations["runbook_url"] = runbook
    if dashboard:
        annotations["dashboard_url"] = dashboard
    annotations |= {name: fill(text, words) for name, text in pattern.annotations.items()}
    return annotations | dict(settings.annotations)


def vocabulary(subject: Subject, pattern: Pattern, settings: Settings) -> dict[str, str]:
    """What `${word}` stands for in a pattern's texts: its parameters, and the service's names."""
    words = {
        name: f.metadata["quantity"].show(getattr(settings.params, name)) for name, f in pattern.parameters().items()
    }
    words |= {"for": str(settings.for_), "keep_firing_for": str(settings.keep_firing_for)}
    if subject.facet is not None:
        words |= subject.facet.words(subject.item)
    if not pattern.once_per_cluster:
        service = subject.service
        words |= {
            "service": service.name,
            "namespace": service.namespace,
            "container": service.container,
            "workload": f"{service.kind.lower()}/{service.name}",
            "kind": service.kind,
        }
    return words


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with each `${word}` replaced. Raises KeyError for a word nobody knows: a pattern's mistake."""
    return _Braced(text).substitute(words)


class _Braced(string.Template):
    """Only `${word}`: a bare `$labels` belongs to Prometheus."""

    pattern = r"\$(?:(?P<escaped>(?!))|(?P<named>(?!))|\{(?P<braced>[a-z_]+)\}|(?P<invalid>(?!)))"  # type: ignore[assignment]  # re.Pattern after __init_subclass__
    flags = re.VERBOSE


def _refused(
    pattern: Pattern, settings: Settings, subjects: Sequence[Subject], place: Location
) -> Iterator[Diagnostic]:
    site = subjects[0].site
    refusals = [*pattern.refusals(site, settings.params), *_too_short(pattern, settings, site)]
    refusals += (refusal for subject in subjects for refusal in pattern.misfits(subject, settings.params))
    lasts = pattern.lasts(site, settings.params)
    needed = Duration(settings.for_ + _ROOM * site.evaluation_interval)
    if lasts is not None and lasts < needed:
        message = f"the condition holds for {lasts} at most, which leaves no room for `for: {settings.for_}`"
        refusals.append(Refusal("for_", message, f"the window must be {needed} or more"))
    for refusal in refusals:
        origin = settings.origins.get(refusal.parameter)
        written = refusal.location or (origin.location if origin else None)
        if written is None and refusal.severity is Severity.WARNING:
            continue
        message = f"{pattern.alert}: {refusal.message}"
        yield Diagnostic(written or place, "cannot-work", message, refusal.hint, refusal.severity)


_ENOUGH = 4
"""Evaluations that a window must have."""
_ROOM = 6
"""Evaluations that an alert needs besides `for` when its condition holds for a limited time."""


def _too_short(pattern: Pattern, settings: Settings, site: Site) -> Iterator[Refusal]:
    """Windows with enough scrapes (that is a lint's business), but too few evaluations: the tests have no others."""
    scrapes, least = _ENOUGH * site.scrape_interval, Duration(_ENOUGH * site.evaluation_interval)
    for name, parameter in pattern.parameters().items():
        if parameter.metadata["quantity"] is WINDOW and scrapes <= getattr(settings.params, name) < least:
            message = f"{name} is shorter than {_ENOUGH} evaluations, one every {site.evaluation_interval}"
            yield Refusal(name, message, f"use {least} or more")


def _tuned_though_off(pattern: Pattern, stack: Sequence[Layer]) -> Iterator[Diagnostic]:
    """A service that tunes an alert which nobody switched on for it: that has no effect."""
    written = stack[-1].alerts.get(pattern.alert) if stack else None
    place = stack[-1].at(pattern.alert) if written else None
    if place and not any("enabled" in layer.alerts.get(pattern.alert, {}) for layer in stack):
        yield Diagnostic(
            place,
            "no-effect",
            f"{pattern.alert} is off unless asked for, so tuning it has no effect",
            hint="add `enabled: true`, or drop the override",
        )
