"""Nobody asks the service any more, although pods could answer: the way to it is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.facets.http import HTTP
from alertgen.model import Part, Scenario, Site
from alertgen.pattern import COUNT, LONG_RUNNING, WINDOW, Level, Pattern, Refusal, Runbook, param
from alertgen.promql import Expr, increase
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.traffic import Flow, all_requests, elsewhere, requests
from alertgen.workload import REPLICAS
from alertgen.world import World, brief, fires, gap, hold, ramp, silent


@dataclass(frozen=True, slots=True)
class Params:
    window: Duration = param("10m", "there was no request within this", WINDOW)
    before: Duration = param("1h", "there were requests within this", WINDOW)
    min_requests: int = param("100", "fewer requests than this before say nothing", COUNT)


def expr(s: Subject, p: Params) -> Expr:
    whole = s.per_cluster
    asked = whole.sum(increase(all_requests(s), p.before)) >= p.min_requests
    asking = whole.sum(increase(all_requests(s), p.window)) > 0
    available = whole.max(s.select(REPLICAS[s.service.kind].available)) > 0
    return asked.unless(asking).and_(available)


def refusals(_site: Site, p: Params) -> Iterator[Refusal]:
    if p.window >= p.before:
        yield Refusal("before", f"nobody who asked in the last {p.before} is missed when {p.window} must be silent",
                      "let before be several times as long as window")  # fmt: skip


def lasts(site: Site, p: Params) -> Duration:
    # Then it is forgotten that there were requests.
    return Duration(p.before - p.window - site.evaluation_interval)


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    about, start = w.about(), 4 * w.step
    many = Decimal(8 * p.min_requests) / w.step
    burst = 4 * w.step
    stop = start + burst
    quiet = stop + w.grid(p.window)
    metric = REPLICAS[w.subject.service.kind].available
    available = w.show(metric, hold(1))

    def stopping(rate: Decimal) -> tuple[Part, ...]:
        """The source restarts amid the last requests."""
        half = burst // 2
        return gap(start), ramp(10_000, rate, half), ramp(rate * w.step, rate, half), hold(rate * (w.step + half))

    def again(after: int) -> Flow:
        """Requests come, stop, and come again so many seconds later."""
        return lambda rate: (
            gap(start), ramp(10_000, rate, burst), hold(10_000 + rate * burst, after),
            ramp(10_000 + rate * burst, rate),
        )  # fmt: skip

    def asked(count: Decimal) -> Flow:
        """So many requests at once, long after the counter began."""
        return lambda rate: (hold(10_000, w.grid(p.before)), hold(10_000 + count * rate / many))

    others = [s for other in elsewhere(w) for s in requests(other, lambda rate: (ramp(10_000, rate),), many, 0)]
    lasts = w.grid(p.window) + w.enough
    yield fires(
        "while nobody asks who did before, although others do",
        *requests(w, again(lasts), many, 0),
        *others,
        available,
        about=about,
        since=quiet,
        until=stop + lasts,
        early=w.step,
        slack=w.step,
    )
    yield fires(
        "until it is forgotten that anybody asked",
        *requests(w, stopping, many, 0),
        available,
        about=about,
        since=quiet,
        until=w.within(stop - w.step, p.before),
        early=w.step,
        slack=w.step,
    )

    def fewer(rate: Decimal) -> tuple[Part, ...]:
        return (
            gap(start),
            ramp(10_000, rate, burst),
            ramp(10_000 + rate * burst, rate / 100, burst),
            ramp(0, rate / 100),
        )

    yield silent("while few ask, and the source restarts", *requests(w, fewer, many, 0), available, about=about)
    said = w.grid(p.before) + w.grid(p.window)
    yield fires(
        "when just enough had asked to count",
        *requests(w, asked(Decimal("1.05") * p.min_requests), many, 0),
        available,
        about=about,
        since=said,
        early=w.step,
    )
    yield silent(
        "when hardly anybody had asked",
        *requests(w, asked(Decimal("0.95") * p.min_requests), many, 0),
        available,
        about=about,
    )
    yield silent(
        "when no pod is available: that is another alert",
        *requests(w, stopping, many, 0),
        *others,
        w.show(metric, hold(0)),
        w.elsewhere(namespace=f"{w.namespace}-staging").show(metric, hold(9)),
        about=about,
    )
    if w.for_ > 2 * w.step:
        yield brief(
            "for a pause that ends within `for`",
            *requests(w, again(w.grid(p.window) + w.for_ - 2 * w.step), many, 0),
            available,
            about=about,
        )


PATTERN = Pattern(
    alert="TrafficStopped",
    pack="http",
    level=Level.TRAFFIC,
    severity="critical",
    for_="5m",
    enabled=False,
    kinds=LONG_RUNNING,
    facet=HTTP,
    params=Params,
    expr=expr,
    refusals=refusals,
    lasts=lasts,
    scenarios=scenarios,
    summary="Nobody asks ${service} any more",
    description=(
        "Within ${window} no request reached ${namespace}/${service}, as ${source} counts them (${route}); within "
        "${before} there were ${min_requests} or more. Pods are available."
    ),
    runbook=Runbook(
        meaning="The service could answer, and nobody gets to it: DNS, load balancer, certificate, edge, or a client.",
        diagnosis=(
            "Ask it as a user does, from outside: where does the request end?",
            "Was a route, a certificate, DNS or a firewall changed then? Did the service that calls this one stop?",
            "Do requests go another way, past ${source}?",
        ),
        mitigation=("Undo the change.", "Take the broken part (edge, zone, node) out of the way."),
    ),
)
