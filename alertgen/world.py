"""What exporters show in a scenario: pods with names of the right shape, series with the labels they have in the wild.

A world may belong to somebody else (a neighbour service, another namespace, a sidecar): the same scenario shown there
must leave the service's alerts silent.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal

from alertgen import metrics
from alertgen.metrics import Exporter, Metric
from alertgen.model import Gap, Hold, Kind, Part, Ramp, Scenario, Select, Series, Span, Stale
from alertgen.pattern import Level
from alertgen.podnames import example_pod, owner_of
from alertgen.quantity import Duration, number
from alertgen.subject import OWNED_PODS, WORKLOAD_LABEL, Subject


def hold(value: Decimal | int, seconds: int | None = None) -> Hold:
    """The same value for so many seconds, or until the test ends."""
    return Hold(number(value), seconds)


_THREE_DIGITS = Context(prec=3)
"""So that a value never lies in the middle between two that a template with four digits could print."""


def above(threshold: Decimal | int) -> Decimal:
    """Clearly more than the threshold, yet near enough to tell it from one that is a tenth higher."""
    return _THREE_DIGITS.multiply(Decimal(threshold), Decimal("1.05"))


def share_above(threshold: Decimal) -> Decimal:
    """The same for a share, which is never more than the whole."""
    return min(above(threshold), _THREE_DIGITS.plus((threshold + 1) / 2))


def below(threshold: Decimal | int) -> Decimal:
    """Clearly less than the threshold, yet near enough to tell it from one that is a tenth lower."""
    return _THREE_DIGITS.multiply(Decimal(threshold), Decimal("0.95"))


def ramp(start: Decimal | int, per_second: Decimal | int, seconds: int | None = None) -> Ramp:
    """A value that grows steadily, by so much per second."""
    return Ramp(Decimal(start), Decimal(per_second), seconds)


def gap(seconds: int) -> Gap:
    """Scrapes fail for so many seconds."""
    return Gap(seconds)


STALE = Stale()


@dataclass(frozen=True)
class World:
    """Where scenarios take place. `step` is one evaluation in seconds; samples come at the same pace."""

    subject: Subject
    level: Level
    for_: Duration = Duration(0)
    keep_firing_for: Duration = Duration(0)
    name: str = ""
    namespace: str = ""
    container: str = ""
    exporter_labels: Mapping[str, str] = field(default_factory=dict)
    """Put over the labels of the exporter, e.g. another job."""
    cluster: str = "prod-1"
    keeps: tuple[str, ...] = ()
    """Labels that the alert keeps besides those of its level."""
    item: object = None
    """What the scenarios are about, where the pattern needs a facet: the subject's item, or somebody else's."""
    names: Iterator[int] = field(default_factory=itertools.count)
    """Where pods get their number from: worlds that share it never use a name twice."""

    @property
    def step(self) -> int:
        """Seconds from one evaluation to the next."""
        return int(self.subject.site.evaluation_interval)

    @property
    def enough(self) -> int:
        """Seconds a condition may last so that the alert fires for a while."""
        return self.grid(self.for_) + 4 * self.step

    @property
    def too_short(self) -> int:
        """The longest a condition may last without the alert firing: one evaluation less than `for` asks for."""
        return self.for_ // self.step * self.step

    def affordable(self, seconds: int) -> bool:
        """Whether a test may last so long: it costs promtool every evaluation of every rule of the service."""
        return seconds <= 240 * self.step

    def grid(self, seconds: int) -> int:
        """The next instant at which rules are evaluated, in seconds."""
        return -(-seconds // self.step) * self.step

    def within(self, last: int, window: int) -> int:
        """The last evaluation that surely has the sample at `last` in its window.

        Prometheus 2.x may still have it one evaluation later, at the window's edge: allow for a slack of one step.
        """
        return last + (window - 1) // self.step * self.step

    def elsewhere(self, **changes: object) -> World:
        """The same situations, happening to somebody else."""
        return replace(self, **changes)  # type: ignore[arg-type]  # one dict for fields of two types

    def stranger(self, exporter: Exporter) -> World:
        """The same situations as somebody else shows them who exports the same metrics."""
        return self.elsewhere(exporter_labels=dict.fromkeys(self.subject.exporter(exporter), "elsewhere"))

    def pod(self, revision: int = 0) -> str:
        """The name of a pod that no other scenario uses; another revision is another rollout."""
        return example_pod(self.subject.service.kind, self.name, next(self.names), revision)

    def show(self, metric: Metric, *parts: Part, **labels: str) -> Series:
        """The series of a metric as its exporter would show it here."""
        exporter = metric.exporter
        shown = {**self.subject.exporter(exporter), "instance": exporter.instance, **self.exporter_labels}
        shown |= self._cluster()
        item = self._item(metric)
        here = item if self.level is Level.CLUSTER else self._identity() | item
        shown |= {label: value for label, value in here.items() if label in metric.labels}
        shown |= metric.extra
        return Series(metric.name, shown | labels, parts)

    def recorded(self, name: str, *parts: Part, **labels: str) -> Series:
        """A series as a recording rule of the service writes it."""
        own = {"namespace": self.namespace, "service": self.name}
        return Series(name, {**self._cluster(), **own, **labels}, parts)

    def about(self, pod: str = "", **kept: str) -> Mapping[str, str]:
        """The series labels of an alert about this pod, or about the workload.

        Of the labels that the pattern keeps besides, those of its facet's item are known; `kept` gives the others.
        """
        here = self._cluster() | self._item() | {"pod": pod} | kept
        if self.level is not Level.CLUSTER:
            here |= self._identity()
        return {label: here[label] for label in self.subject.labels_of(self.level, self.keeps)}

    def _item(self, metric: Metric | None = None) -> dict[str, str]:
        """The labels of the item, as far as they are the metric's."""
        facet = self.subject.facet
        return dict(facet.shown(self.item)) if facet and (metric is None or facet.concerns(metric, self.item)) else {}

    def _identity(self) -> dict[str, str]:
        workload = WORKLOAD_LABEL[self.subject.service.kind]
        return {"namespace": self.namespace, workload: self.name, "container": self.container}

    def ownership(self, pod: str) -> tuple[Series, ...]:
        """What kube-state-metrics says about a pod's owners, where the service selects its pods by them.

        A neighbour's pods are recorded as its own, and there are claims that they are the service's which do not count.
        """
        if self.level is Level.CLUSTER or self.subject.service.select is Select.NAME:
            return ()
        owners = tuple(self._owners(pod, self.name))
        service = self.subject.service
        if (self.namespace, self.name) == (service.namespace, service.name):
            return owners
        labels = self._cluster() | {"namespace": self.namespace, "pod": pod, "workload": self.name}
        claims = () if self.name == service.name else self._claims(pod)
        return (*owners, Series(OWNED_PODS, labels, (hold(1),)), *claims)

    def owned_until(self, pod: str, seconds: int) -> tuple[Series, ...]:
        """The same of a pod that is deleted then; a scenario shows it before all else about the pod."""
        return tuple(
            replace(series, parts=(hold(1, seconds), STALE)) for series in self.ownership(pod) if "pod" in series.labels
        )

    def _owners(self, pod: str, workload: str) -> Iterator[Series]:
        """The pod belongs to the workload, or to what lies between and that to the workload."""
        kind = self.subject.service.kind
        if kind not in _BETWEEN:
            yield self._owner(metrics.POD_OWNER, kind, workload, pod=pod)
            return
        owner_kind, metric, label = _BETWEEN[kind]
        yield self._owner(metrics.POD_OWNER, owner_kind, owner_of(pod), pod=pod)
        yield self._owner(metric, kind, workload, **{label: owner_of(pod)})

    def _claims(self, pod: str) -> Iterator[Series]:
        """What would make the pod the service's, were it not the word of another exporter or about another kind."""
        service = self.subject.service
        own = example_pod(service.kind, service.name, 0)
        of_pod, *between = self._owners(own, service.name)
        claims = [replace(of_pod, labels={**of_pod.labels, "pod": pod}), *list(self._owners(pod, service.name))[1:]]
        for claim in claims:
            for label in ("owner_kind", *self.subject.exporter(metrics.KSM)):
                yield replace(claim, labels={**claim.labels, label: "elsewhere"})
        yield from between

    def _owner(self, metric: Metric, kind: str, name: str, **labels: str) -> Series:
        return self.show(metric, hold(1), owner_kind=kind, owner_name=name, owner_is_controller="true", **labels)

    def _cluster(self) -> dict[str, str]:
        label = self.subject.site.cluster_label
        return {label: self.cluster} if label else {}


_BETWEEN = {
    Kind.DEPLOYMENT: ("ReplicaSet", metrics.REPLICASET_OWNER, "replicaset"),
    Kind.CRON_JOB: ("Job", metrics.JOB_OWNER, "job_name"),
}
"""What lies between a workload and its pods: its kind, the metric that tells its owner, the label with its name."""


def fires(
    name: str,
    *series: Series,
    about: Mapping[str, str],
    since: int,
    until: int | None = None,
    value: str = "",
    slack: int = 0,
    early: int = 0,
) -> Scenario:
    """The condition holds from `since` to `until` (seconds, both included) and the alert fires accordingly."""
    return Scenario(
        name=f"fires {name}",
        series=series,
        breached=Span(since, until),
        subjects=(about,),
        value=value,
        slack=slack,
        early=early,
    )


def silent(name: str, *series: Series, about: Mapping[str, str]) -> Scenario:
    """The condition never holds: the alert is not even pending."""
    return Scenario(name=f"silent {name}", series=series, subjects=(about,))


def brief(name: str, *series: Series, about: Mapping[str, str]) -> Scenario:
    """The condition holds, but not for as long as `for`: pending is right, firing is not."""
    return Scenario(name=f"silent {name}", series=series, subjects=(about,), brief=True)
