"""Nothing counts the requests to the service: every alert about them is blind."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.http import SUPPOSED
from alertgen.model import Part, Scenario
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.traffic import all_requests, elsewhere, requests
from alertgen.workload import REPLICAS
from alertgen.world import STALE, World, brief, fires, gap, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    available = s.per_workload.max(s.select(REPLICAS[s.service.kind].available))
    # A counter that does not grow is there; without any, no rate of it is, and an alert about it never fires.
    return (available > 0).unless(s.per_cluster.sum(all_requests(s)), on=s.cluster)


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough
    metric = REPLICAS[w.subject.service.kind].available
    available = w.show(metric, hold(1))
    staging = w.elsewhere(namespace=f"{w.namespace}-staging").show(metric, hold(9))
    theirs = [s for other in elsewhere(w) for s in requests(other, lambda _: (hold(10_000),), 1, 0)]

    def interrupted(seconds: int | None) -> tuple[Part, ...]:
        back = () if seconds is None else (gap(seconds - w.step), hold(0))
        return (hold(10_000, start), STALE, *back)

    yield fires(
        "while no request to the service is counted, although others are",
        *requests(w, lambda _: interrupted(lasts), 1, 0),
        *theirs,
        available,
        staging,
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    yield silent(
        "while the requests are counted, though nobody asks",
        *requests(w, lambda _: (hold(10_000),), 1, 0),
        available,
        about=about,
    )
    yield silent(
        "when no pod is available: that is another alert",
        *requests(w, lambda _: interrupted(None), 1, 0),
        w.show(metric, hold(0)),
        about=about,
    )
    if w.for_ > 2 * w.step:
        yield brief(
            "while the source restarts and the first request comes within `for`",
            *requests(w, lambda _: interrupted(w.too_short), 1, 0),
            available,
            about=about,
        )


PATTERN = Pattern(
    alert="HttpMetricsMissing",
    pack="http",
    level=Level.WORKLOAD,
    severity="warning",
    for_="1h",
    kinds=LONG_RUNNING,
    facet=SUPPOSED,
    expr=expr,
    scenarios=scenarios,
    summary="Nothing counts the requests to ${service}",
    description=(
        "For ${for}, ${source} has shown no request counter for ${namespace}/${service} (${route}), although pods are "
        "available. Alerts about its errors, its latency and its objectives cannot fire."
    ),
    runbook=Runbook(
        meaning="If users get errors now, nobody is told.",
        diagnosis=(
            "Is the name right? ${route} is what the spec says under `http`; ask Prometheus for the source's counters.",
            "Is ${source} scraped (`up`), and with honorLabels as the spec says?",
            "After a restart, a source shows a counter with the first request: has nobody asked since?",
        ),
        mitigation=(
            "Correct `http` in the spec, or the scrape configuration.",
            "A service that nobody asks for hours: a longer `for`, or switch this alert off and say why.",
        ),
    ),
)
