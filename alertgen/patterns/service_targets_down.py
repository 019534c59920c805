"""Prometheus does not get the service's own metrics, although pods are available."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen import promql
from alertgen.facets.scrape import SCRAPED
from alertgen.metrics.scrape import TARGET_UP
from alertgen.model import Part, Scenario, Series, Site
from alertgen.pattern import LONG_RUNNING, SHARE, WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr, absent, over
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.workload import REPLICAS
from alertgen.world import STALE, World, brief, fires, hold, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("10%", "more than this share of the targets is down", SHARE)
    window: Duration = param("1d", "with several clusters: how long it stays known where there were targets", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    here, up = s.per("namespace"), s.select(TARGET_UP, pod=None)
    # Counted, because an average of ones and zeros may be a rounding off.
    down = here.count(up.equals(0)) / here.count(up)
    # Targets that are not even found are all of them.
    if s.cluster:
        were = promql.aggregate("group", here.labels, over("last_over_time", up, p.window))
        none = were.unless(here.max(up))
    else:
        none = here.max(absent(up))
    # Without any available pod it is the workload that is down, and another alert.
    available = here.max(s.select(REPLICAS[s.service.kind].available)) > 0
    return (down > p.threshold).or_(none).and_(available)


def lasts(site: Site, p: Params) -> Duration | None:
    return p.window if site.cluster_label else None


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    metric = REPLICAS[w.subject.service.kind].available
    available = w.show(metric, hold(1))

    def target(number: int, *values: Part, **more: str) -> Series:
        return w.show(TARGET_UP, *values, pod=f"{w.name}-{number}", instance=f"10.0.2.{number}:8080", **more)

    yield fires(
        "while its only target is down",
        target(1, hold(1, start), hold(0, lasts), hold(1)),
        available,
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="100%",
    )
    yield fires(
        "when its targets have vanished, whatever other jobs have",
        target(1, hold(1, start), STALE),
        target(2, hold(1), job="another"),
        available,
        about=about,
        since=start,
    )
    slightly_more = int(p.threshold * 19) + 1
    yield fires(
        "for slightly more targets than allowed, however many other jobs have",
        *(target(n, hold(int(n >= slightly_more))) for n in range(19)),
        *(target(n, hold(1), job="another") for n in range(20, 24)),
        available,
        about=about,
        since=0,
    )
    tenths = int(p.threshold * 10)
    yield silent(
        "for no more targets than allowed",
        *(target(n, hold(int(n >= tenths))) for n in range(10)),
        available,
        about=about,
    )
    yield silent(
        "when no pod is available: that is another alert", target(1, hold(0)), w.show(metric, hold(0)), about=about
    )
    yield silent(
        "while others are down and its own targets are up",
        target(1, hold(1)),
        target(2, hold(0), job="another"),
        w.elsewhere(namespace=f"{w.namespace}-staging").show(TARGET_UP, hold(0)),
        available,
        about=about,
    )
    if w.subject.cluster:
        yield silent(
            "where only other jobs ever had targets",
            target(1, hold(1, start), STALE, job="another"),
            available,
            about=about,
        )
    if w.for_:
        yield brief(
            "while a target restarts within `for`",
            target(1, hold(1, start), hold(0, w.too_short), hold(1)),
            available,
            about=about,
        )


PATTERN = Pattern(
    alert="ServiceTargetsDown",
    pack="absence",
    level=Level.SERVICE,
    severity="warning",
    for_="10m",
    kinds=LONG_RUNNING,
    facet=SCRAPED,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    lasts=lasts,
    silences=(Symptoms(("PodUnresponsiveWhileReady",)),),
    summary="Prometheus does not get the metrics of ${service}",
    description=(
        "For ${for} Prometheus could not scrape {{ $value | humanizePercentage }} of the targets of ${service} (job "
        "${scrape_job} in ${namespace}), although pods are available. What its own metrics would tell stays unseen."
    ),
    runbook=Runbook(
        meaning="We are blind for this service: alerts on its own metrics cannot fire, and dashboards have holes.",
        diagnosis=(
            'Prometheus\' target page, or `up{namespace="${namespace}",job="${scrape_job}"}`: down, or not there?',
            "Down: the error it shows: timeout, refused connection, 401, a certificate, too many samples.",
            "Not there: `kubectl -n ${namespace} get servicemonitors,podmonitors -o yaml`: labels and the port's name.",
            "Did a NetworkPolicy shut Prometheus out?",
        ),
        mitigation=(
            "Repair the ServiceMonitor or the port's name; let Prometheus through.",
            "Correct `scrape.job` in the spec if the job is called otherwise.",
        ),
    ),
)
