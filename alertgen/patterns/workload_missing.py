"""The workload itself is gone, or was never where the spec says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.metrics import CRONJOB_INFO, KSM, KSM_UP, Metric
from alertgen.model import Kind, Scenario, Site
from alertgen.pattern import WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, absent, over
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.workload import REPLICAS, WITHOUT_PODS
from alertgen.world import STALE, World, brief, fires, gap, hold, silent


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("1d", "with several clusters: how long it stays known where the workload was", WINDOW)


def existence(kind: Kind) -> Metric:
    """The metric that exists exactly as long as the workload does."""
    return CRONJOB_INFO if kind is Kind.CRON_JOB else REPLICAS[kind].wanted


def expr(s: Subject, p: Params) -> Expr:
    workload = s.select(existence(s.service.kind))
    exporter = s.per_cluster.max(s.select(KSM_UP).equals(1))
    if not s.cluster:
        return s.per_workload.max(absent(workload)).and_(exporter, on=())
    # absent() knows no clusters: what was there and is not there any more has the label, absent() would not.
    was = s.per_workload.max(over("last_over_time", workload, p.window))
    return was.unless(s.per_workload.max(workload)).and_(exporter, on=s.cluster)


def lasts(site: Site, p: Params) -> Duration | None:
    return p.window if site.cluster_label else None


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    metric = existence(w.subject.service.kind)
    start, lasts = 4 * w.step, w.enough
    up = w.show(KSM_UP, hold(1))
    about = w.about()
    yield fires(
        "when the workload was deleted",
        w.show(metric, hold(1, start), STALE, gap(lasts - w.step), hold(1)),
        up,
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    yield silent("while the workload exists", w.show(metric, hold(1)), up, about=about)
    yield silent(
        "while kube-state-metrics is down: that is another alert",
        w.show(metric, hold(1, start), STALE),
        w.show(KSM_UP, hold(1, start), hold(0)),
        about=about,
    )
    if w.subject.cluster:
        yield silent(
            "while kube-state-metrics is down here and up in another cluster",
            w.show(metric, hold(1, start), STALE),
            w.show(KSM_UP, hold(1, start), hold(0)),
            w.elsewhere(cluster="prod-2").show(KSM_UP, hold(1)),
            about=about,
        )
        if w.affordable(p.window):
            yield fires(
                "until it is forgotten",
                w.show(metric, hold(1, start), STALE),
                up,
                about=about,
                since=start,
                until=w.within(start - w.step, p.window),
                slack=w.step,
            )
        yield silent(
            "where only another job ever showed the workload",
            w.stranger(KSM).show(metric, hold(1, start), STALE),
            up,
            about=about,
        )
    if w.for_ > 2 * w.step:
        yield brief(
            "while the workload is deleted and created again within `for`",
            w.show(metric, hold(1, start), STALE, gap(w.for_ - 2 * w.step), hold(1)),
            up,
            about=about,
        )


PATTERN = Pattern(
    alert="WorkloadMissing",
    pack="absence",
    level=Level.WORKLOAD,
    severity="critical",
    for_="10m",
    params=Params,
    expr=expr,
    scenarios=scenarios,
    lasts=lasts,
    silences=(Symptoms(WITHOUT_PODS), Symptoms(("CronJobMissedSchedule", "CronJobNotSucceeding"), same=("cronjob",))),
    summary="${service} does not exist",
    description=(
        "There is no ${kind} ${namespace}/${service}: deleted, renamed, or never where the spec says. Every other "
        "alert of this service is blind."
    ),
    runbook=Runbook(
        meaning="The workload is gone. Nothing serves, and no other alert of this service can fire.",
        diagnosis=(
            "`kubectl -n ${namespace} get ${workload}`; then the history of the deployment tool.",
            "A wrong namespace or name in the spec looks the same.",
        ),
        mitigation=(
            "Apply the manifests again.",
            "Correct or remove the service in the spec if it moved on purpose.",
        ),
    ),
)
