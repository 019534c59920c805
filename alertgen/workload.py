"""How the kinds of long-running workloads report their replicas and rollouts, and what follows without any pod."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alertgen import metrics
from alertgen.metrics import KSM, Metric
from alertgen.model import Kind, Part, Series
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import World, hold

Parts = Sequence[Part]


@dataclass(frozen=True, slots=True)
class Replicas:
    """The metrics that say how many pods a workload should have and has that serve.

    And how many there are at all, and are of the newest version, for kinds that do not say themselves how a rollout
    goes.
    """

    wanted: Metric
    available: Metric
    created: Metric | None
    updated: Metric | None
    generation: Metric
    observed: Metric


REPLICAS: Mapping[Kind, Replicas] = {
    Kind.DEPLOYMENT: Replicas(
        metrics.DEPLOYMENT_REPLICAS,
        metrics.DEPLOYMENT_AVAILABLE,
        None,
        None,
        metrics.DEPLOYMENT_GENERATION,
        metrics.DEPLOYMENT_OBSERVED,
    ),
    Kind.STATEFUL_SET: Replicas(
        metrics.STATEFULSET_REPLICAS,
        metrics.STATEFULSET_AVAILABLE,
        metrics.STATEFULSET_CREATED,
        metrics.STATEFULSET_UPDATED,
        metrics.STATEFULSET_GENERATION,
        metrics.STATEFULSET_OBSERVED,
    ),
    Kind.DAEMON_SET: Replicas(
        metrics.DAEMONSET_DESIRED,
        metrics.DAEMONSET_AVAILABLE,
        metrics.DAEMONSET_CURRENT,
        metrics.DAEMONSET_UPDATED,
        metrics.DAEMONSET_GENERATION,
        metrics.DAEMONSET_OBSERVED,
    ),
}


def rollout(s: Subject) -> Expr | None:
    """How many pods are of the newest version, while others are of an older one; None for what says so itself.

    A pod that is missing is of no version: compared with what is wanted, a full quota would be taken for a rollout.
    A StatefulSet's pod that does not terminate is of no version either; but the StatefulSet says which revision it
    comes from and which it goes to. With `OnDelete`, it long went on saying so when all pods were replaced
    (https://github.com/kubernetes/kubernetes/issues/73492), so that only both together tell.
    """
    replicas = REPLICAS[s.service.kind]
    if replicas.updated is None or replicas.created is None:
        return None
    mixed = s.per_workload.max(s.select(replicas.updated)) < s.per_workload.max(s.select(replicas.created))
    if s.service.kind is not Kind.STATEFUL_SET:
        return mixed
    before, after = map(s.select, (metrics.STATEFULSET_CURRENT_REVISION, metrics.STATEFULSET_UPDATE_REVISION))
    same = (*s.cluster, "namespace", s.workload_label, "revision")
    return mixed.and_(s.per_workload.max(before.unless(after, on=same)))


def shown_rollout(w: World, updated: Parts, created: Parts, *, between: bool) -> tuple[Series, ...]:
    """The series of a rollout: pods of the newest version, pods of any, and whether there are two versions at all.

    Nothing for a Deployment, which says itself how its rollout goes.
    """
    replicas = REPLICAS[w.subject.service.kind]
    if replicas.updated is None or replicas.created is None:
        return ()
    shown = (w.show(replicas.updated, *updated), w.show(replicas.created, *created))
    if w.subject.service.kind is not Kind.STATEFUL_SET:
        return shown
    old, new = (f"{w.name}-{revision}" for revision in ("7b9c8", "84d6f"))
    return (
        *shown,
        w.show(metrics.STATEFULSET_CURRENT_REVISION, hold(1), revision=old if between else new),
        w.show(metrics.STATEFULSET_UPDATE_REVISION, hold(1), revision=new),
        w.stranger(KSM).show(metrics.STATEFULSET_CURRENT_REVISION, hold(1), revision=old),
        w.stranger(KSM).show(metrics.STATEFULSET_UPDATE_REVISION, hold(1), revision=old),
    )


WITHOUT_PODS = (
    "EdgeCannotReachOrigin",
    "EdgeErrorRatioHigh",
    "HpaCannotScale",
    "HttpErrorRatioHigh",
    "HttpLatencyHigh",
    "InternalServiceProbeFailing",
    "LocalTrafficEndpointsUneven",
    "PodNotReady",
    "PodUnresponsiveWhileReady",
    "ReadinessProbeFailing",
    "ServiceHasNoReadyEndpoints",
    "ServiceTargetsDown",
    "ServiceUnresponsive",
    "SloErrorBudgetBurn",
    "WorkloadDegraded",
)
"""Alerts that follow when no pod of the service can serve. What says why it cannot (a crash, an image, memory, no node,
a rollout) is not among them."""
