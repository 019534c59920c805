"""What a pattern's expression is about: selectors for one service, and aggregations that keep the right labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from alertgen import metrics, promql
from alertgen.metrics import Exporter, Metric
from alertgen.model import Kind, Select, Service, Site
from alertgen.pattern import Level
from alertgen.podnames import pod_regex
from alertgen.promql import Expr, Matcher, Selector
from alertgen.quantity import Duration

if TYPE_CHECKING:
    from alertgen.facet import Facet

WORKLOAD_LABEL: Mapping[Kind, str] = {
    Kind.DEPLOYMENT: "deployment",
    Kind.STATEFUL_SET: "statefulset",
    Kind.DAEMON_SET: "daemonset",
    Kind.CRON_JOB: "cronjob",
}
"""The label by which kube-state-metrics names a workload of this kind."""

OWNED_PODS: Final = "alertgen:workload_pod:info"
"""Recorded for services with `select: owner`: one series for each of the workload's pods."""


@dataclass(frozen=True, slots=True)
class ByLabels:
    """Aggregations to one series per `labels`. For pods, only those of the service count."""

    labels: tuple[str, ...]
    owned: Expr | None = None
    """In `select: owner`, what the pods are joined with."""

    def max(self, expr: Expr) -> Expr:
        """The largest of each; also how doubled exporters become one."""
        return self._aggregate("max", expr)

    def min(self, expr: Expr) -> Expr:
        """The smallest of each."""
        return self._aggregate("min", expr)

    def sum(self, expr: Expr) -> Expr:
        """The sum of each: for what exists once per node, never for what a doubled exporter shows."""
        return self._aggregate("sum", expr)

    def avg(self, expr: Expr) -> Expr:
        """The mean of each: for what several observers say of the same thing."""
        return self._aggregate("avg", expr)

    def count(self, expr: Expr) -> Expr:
        """How many of each."""
        return self._aggregate("count", expr)

    def _aggregate(self, operator: str, expr: Expr) -> Expr:
        if self.owned is not None:
            expr = expr.and_(self.owned, on=(*self.labels[: self.labels.index("namespace") + 1], "pod"))
        return promql.aggregate(operator, self.labels, expr)


class Subject:
    """One service, or the installation when `service` is None, as patterns see it."""

    def __init__(
        self, site: Site, service: Service | None, facet: Facet[Any] | None = None, item: object = None
    ) -> None:
        self.site = site
        self._service = service
        self.facet = facet
        self.item = item
        """The thing of the service that a pattern with a facet is about."""

    @property
    def service(self) -> Service:
        """The service; a pattern that exists once per cluster has none and must not ask."""
        if self._service is None:
            raise LookupError("a pattern that exists once per cluster asked for a service")
        return self._service

    @cached_property
    def cluster(self) -> tuple[str, ...]:
        """The label that tells clusters apart, where one Prometheus sees several."""
        return (self.site.cluster_label,) if self.site.cluster_label else ()

    @cached_property
    def per_workload(self) -> ByLabels:
        """One series for the service's Deployment, StatefulSet, DaemonSet or CronJob."""
        return ByLabels((*self.cluster, "namespace", self.workload_label))

    @cached_property
    def per_pod(self) -> ByLabels:
        """One series for each of the service's pods."""
        return ByLabels((*self.cluster, "namespace", "pod"), self._owned())

    @cached_property
    def per_container(self) -> ByLabels:
        """One series for each container of each of the service's pods."""
        return ByLabels((*self.cluster, "namespace", "pod", "container"), self._owned())

    @cached_property
    def per_cluster(self) -> ByLabels:
        """One series for the whole installation."""
        return ByLabels(self.cluster)

    def all_pods(self, *labels: str) -> ByLabels:
        """One series for all of the service's pods together, for each combination of these labels."""
        return ByLabels((*self.cluster, "namespace", *labels), self._owned())

    def per_life(self, window: Duration, *labels: str) -> ByLabels:
        """One series for each pod there was within the window, and for each of the labels in it; gone pods count too.

        By the uid: what takes the name of a pod that is gone is another one.
        """
        owned = self._owned()
        lately = promql.over("last_over_time", owned, window) if owned else None
        return ByLabels((*self.cluster, "namespace", "pod", *labels, "uid"), lately)

    def per(self, *labels: str) -> ByLabels:
        """One series for each combination of these labels, in each cluster."""
        return ByLabels((*self.cluster, *labels))

    def labels_of(self, level: Level, keeps: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The labels of its series that an alert of this level has; `keeps` are those it keeps besides."""
        own = {
            Level.CONTAINER: ("namespace", "pod", "container"),
            Level.POD: ("namespace", "pod"),
            Level.SERVICE: ("namespace",),
        }
        of_level = ("namespace", self.workload_label) if level is Level.WORKLOAD else own.get(level, ())
        return (*self.cluster, *of_level, *keeps)

    @property
    def workload_label(self) -> str:
        """The label that carries the workload's name, e.g. `deployment`."""
        return WORKLOAD_LABEL[self.service.kind]

    def select(self, metric: Metric, **matchers: str | Matcher | None) -> Selector:
        """The metric's series that belong to this service; None drops a matcher that would be there by itself."""
        wanted: dict[str, str | Matcher | None] = {**self.exporter(metric.exporter)}
        if self._service is not None:
            wanted |= {label: m for label, m in self._identity().items() if label in metric.labels}
        if self.facet is not None and self.facet.concerns(metric, self.item):
            wanted |= {label: m for label, m in self.facet.select(self.item).items() if label in metric.labels}
        wanted |= matchers
        return Selector.of(metric.name, {label: m for label, m in wanted.items() if m is not None})

    def named(self, expr: Expr) -> Expr:
        """The expression with the service's namespace, for series that know nothing of Kubernetes."""
        return promql.function("label_replace", expr, "namespace", self.service.namespace, "", "")

    def exporter(self, exporter: Exporter) -> Mapping[str, str]:
        """The labels that select an exporter's series on this site."""
        return self.site.sources.get(exporter.name, exporter.selector)

    def _identity(self) -> dict[str, str | Matcher]:
        service = self.service
        identity: dict[str, str | Matcher] = {"namespace": service.namespace, self.workload_label: service.name}
        if service.select is Select.NAME:
            identity["pod"] = promql.regex(pod_regex(service.kind, service.name))
        return identity | {"container": service.container}

    def _owned(self) -> Selector | None:
        if self.service.select is Select.NAME:
            return None
        return Selector.of(OWNED_PODS, {"namespace": self.service.namespace, "workload": self.service.name})


def owned_pods(subject: Subject) -> Expr:
    """The expression behind OWNED_PODS: the pods whose owner, or whose owner's owner, is the workload."""
    service = subject.service
    per_pod = (*subject.cluster, "namespace", "pod")
    if service.kind in (Kind.STATEFUL_SET, Kind.DAEMON_SET):
        pods = subject.select(metrics.POD_OWNER, pod=None, owner_kind=service.kind, owner_name=service.name)
        return promql.aggregate("max", per_pod, pods)
    middle, owner, kind = {
        Kind.DEPLOYMENT: ("replicaset", metrics.REPLICASET_OWNER, "ReplicaSet"),
        Kind.CRON_JOB: ("job_name", metrics.JOB_OWNER, "Job"),
    }[service.kind]
    labelled = promql.function(
        "label_replace",
        subject.select(metrics.POD_OWNER, pod=None, owner_kind=kind),
        middle,
        "$1",
        "owner_name",
        "(.*)",
    )
    owners = promql.aggregate(
        "max",
        (*subject.cluster, "namespace", middle),
        subject.select(owner, owner_kind=service.kind, owner_name=service.name),
    )
    joined = labelled.binary("*", owners, on=(*subject.cluster, "namespace", middle), group_left=())
    return promql.aggregate("max", per_pod, joined)
