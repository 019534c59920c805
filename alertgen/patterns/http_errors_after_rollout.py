"""A rollout makes requests fail that did not fail before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.facets.http import HTTP
from alertgen.metrics import KSM, REPLICASET_OWNER
from alertgen.metrics.http import REPLICASET_CREATED
from alertgen.model import Kind, Part, Scenario, Series
from alertgen.pattern import COUNT, SHARE, WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, increase, time
from alertgen.quantity import Duration, humanized_percentage
from alertgen.subject import Subject
from alertgen.traffic import all_requests, elsewhere, failed_requests, more, requests
from alertgen.world import World, below, brief, fires, gap, hold, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("1%", "more than this share of the requests fails", SHARE)
    window: Duration = param("5m", "what the share is taken over", WINDOW)
    min_requests: int = param("50", "fewer requests than this within the window say nothing", COUNT)
    within: Duration = param("30m", "so long after a new ReplicaSet the rollout is to blame", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    whole = s.per_cluster
    failed = whole.sum(increase(failed_requests(s), p.window))
    total = whole.sum(increase(all_requests(s), p.window))
    # Not the Deployment's generation: the autoscaler changes that, too.
    own = s.select(REPLICASET_OWNER, owner_kind=Kind.DEPLOYMENT.value, owner_name=s.service.name)
    created = whole.max(s.select(REPLICASET_CREATED).and_(own, on=(*s.cluster, "namespace", "replicaset")))
    ratio = failed / (total >= p.min_requests) > p.threshold
    return ratio.and_(time() - created < p.within)


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    often = Decimal(max(10, 4 * p.min_requests // w.step))
    few = Decimal(p.min_requests) / p.window
    hair = few * w.step / p.window / 2
    high, low = more(p.threshold), below(p.threshold)

    def steady(rate: Decimal) -> tuple[Part, ...]:
        return gap(start), ramp(10_000, rate)

    def restarted(rate: Decimal) -> tuple[Part, ...]:
        return gap(start), ramp(10_000, rate, 2 * w.step), ramp(rate * w.step, rate)

    def rollout(created: int, owner: str = "", name: str = "5d8f7c9b6", at: World = w) -> tuple[Series, ...]:
        replicaset = f"{w.name}-{name}"
        kind = Kind.DEPLOYMENT.value
        return (
            at.show(REPLICASET_CREATED, hold(created), replicaset=replicaset),
            at.show(
                REPLICASET_OWNER, hold(1),
                replicaset=replicaset, owner_kind=kind, owner_name=owner or w.name, owner_is_controller="true",
            ),
        )  # fmt: skip

    def claims(name: str) -> tuple[Series, ...]:
        """What would make it the service's, were it about a Deployment, from this exporter, in this cluster."""
        elsewhere = dict.fromkeys(w.subject.exporter(KSM), "elsewhere")
        kind = Kind.DEPLOYMENT.value
        own = {"replicaset": f"{w.name}-{name}", "owner_name": w.name, "owner_is_controller": "true"}
        found = [
            w.show(REPLICASET_OWNER, hold(1), **own, owner_kind="Rollout"),
            w.show(REPLICASET_OWNER, hold(1), **own, owner_kind=kind, **elsewhere),
        ]
        if w.subject.cluster:
            other = w.elsewhere(cluster=f"{w.cluster}-eu")
            found.append(other.show(REPLICASET_OWNER, hold(1), **own, owner_kind=kind))
        return tuple(found)

    old, young = -p.within, 0
    yield fires(
        "above the threshold, until the rollout is long enough ago",
        *requests(w, steady, often, high),
        *rollout(start + lasts - p.within),
        about=about,
        since=start + w.step,
        until=start + lasts - w.step,
        value=humanized_percentage(high),
    )
    yield silent(
        "below the threshold, while others fail",
        *requests(w, steady, often, low),
        *(series for other in elsewhere(w) for series in requests(other, steady, 10 * often, 1)),
        *rollout(young),
        about=about,
    )
    yield silent(
        "above the threshold when nothing was rolled out but something else",
        *requests(w, steady, often, high),
        *rollout(old),
        *rollout(young, owner=f"{w.name}-worker", name="worker-7c9b65d8f"),
        *claims("worker-7c9b65d8f"),
        *rollout(young, at=w.elsewhere(namespace=f"{w.namespace}-staging")),
        about=about,
    )
    yield fires(
        "although the source is restarted meanwhile, others do well, and the old ReplicaSet is still there",
        *requests(w, restarted, often, high),
        *(series for other in elsewhere(w) for series in requests(other, steady, 10 * often, 0)),
        *rollout(start + lasts + w.step - p.within),
        *rollout(old, name="7c9b65d8f"),
        about=about,
        since=start + w.step,
    )
    if p.window + start + lasts < p.within:
        yield fires(
            "with just enough requests to count",
            *requests(w, steady, few + hair, high),
            *rollout(young),
            about=about,
            # Once the window is full but for one sample, increase() fills in the rest.
            since=start + w.grid(p.window) - w.step,
            early=w.step if p.window % w.step else 0,
        )
    yield silent(
        "with hardly any requests, however many fail",
        *requests(w, steady, few - hair, 1),
        *rollout(young),
        about=about,
    )
    if w.for_:
        yield brief(
            "for errors that end within `for`",
            *requests(w, steady, often, high),
            *rollout(start + w.step + w.too_short - p.within),
            about=about,
        )


PATTERN = Pattern(
    alert="HttpErrorsAfterRollout",
    pack="http",
    level=Level.TRAFFIC,
    severity="warning",
    for_="1m",
    keep_firing_for="10m",
    kinds=(Kind.DEPLOYMENT,),
    facet=HTTP,
    params=Params,
    expr=expr,
    lasts=lambda _site, p: p.within,
    scenarios=scenarios,
    summary="{{ $value | humanizePercentage }} of the requests to ${service} fail since its rollout",
    description=(
        "A new ReplicaSet of ${namespace}/${service} is less than ${within} old, and more than ${threshold} of the "
        "requests fail (5xx, as ${source} counts them)."
    ),
    runbook=Runbook(
        meaning="The release is broken, or the way it is rolled out loses requests.",
        diagnosis=(
            "`kubectl -n ${namespace} rollout status ${workload}`",
            "While it goes on, requests reach pods that are not ready yet, or already gone.",
            "Is there a readinessProbe, and a preStop pause longer than the load balancer needs to notice?",
            "Errors that go on after the rollout are the new version's: compare its logs with the old one's.",
        ),
        mitigation=(
            "`kubectl -n ${namespace} rollout undo ${workload}`",
            "Add the probe and the pause; try again.",
        ),
    ),
)
