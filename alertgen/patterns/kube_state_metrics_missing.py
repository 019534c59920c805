"""kube-state-metrics is not scraped: most other alerts are blind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics import KSM, KSM_UP
from alertgen.model import Scenario, Site
from alertgen.pattern import WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr, absent, over
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, silent


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("1d", "with several clusters: how long it stays known which there were", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    up = s.select(KSM_UP)
    if not s.cluster:
        return absent(up.equals(1))
    was = s.per_cluster.max(over("last_over_time", up, p.window))
    return was.unless(s.per_cluster.max(up.equals(1)))


def lasts(site: Site, p: Params) -> Duration | None:
    return p.window if site.cluster_label else None


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    start, lasts = 4 * w.step, w.enough
    another = "10.0.0.9:8080"
    yield fires(
        "when its only target is down",
        w.show(KSM_UP, hold(1, start), hold(0, lasts), hold(1)),
        about=w.about(),
        since=start,
        until=start + lasts - w.step,
        value="0" if w.subject.cluster else "1",
    )
    yield fires(
        "when its target has vanished",
        w.show(KSM_UP, hold(1, start), STALE),
        about=w.about(),
        since=start,
    )
    yield silent(
        "while one of two replicas is up",
        w.show(KSM_UP, hold(1)),
        w.show(KSM_UP, hold(0), instance=another),
        about=w.about(),
    )
    yield silent(
        "when it is replaced by another",
        w.show(KSM_UP, hold(1, start), STALE),
        w.show(KSM_UP, gap(start), hold(1), instance=another),
        about=w.about(),
    )
    if w.subject.cluster:
        if w.affordable(p.window):
            yield fires(
                "until the cluster is forgotten",
                w.show(KSM_UP, hold(1, start), STALE),
                about=w.about(),
                since=start,
                until=w.within(start - w.step, p.window),
                slack=w.step,
            )
        third = w.elsewhere(cluster="prod-3")
        yield silent("for a cluster that never had it", third.stranger(KSM).show(KSM_UP, hold(1)), about=third.about())
    if w.for_:
        yield brief(
            "while it restarts within `for`",
            w.show(KSM_UP, hold(1, start), hold(0, w.too_short), hold(1)),
            about=w.about(),
        )


PATTERN = Pattern(
    alert="KubeStateMetricsMissing",
    pack="absence",
    level=Level.CLUSTER,
    severity="critical",
    for_="5m",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    lasts=lasts,
    blinds=KSM,
    summary="kube-state-metrics is not scraped",
    description="Prometheus has had no kube-state-metrics for ${for}. Alerts about pods and workloads cannot fire.",
    runbook=Runbook(
        meaning="Most alerts are blind until it is back. Silence means nothing now.",
        diagnosis=(
            "`kubectl get pods -A -l app.kubernetes.io/name=kube-state-metrics`; its log, memory and RBAC.",
            "Prometheus' target page: is it discovered, and what does the scrape say?",
        ),
        mitigation=("Restart it; give it more memory; shard it in a large cluster.",),
    ),
)
