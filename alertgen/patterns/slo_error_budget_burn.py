"""The error budget of an objective is spent too fast.

What the four questions of every SLO come to here: without traffic nothing is recorded and nothing fires
(HttpMetricsMissing tells when nothing counts it, TrafficStopped when nobody asks any more); as long as no request has
ever failed there is no series of failures, and the ratio is 0; a window that is longer than the service's life is as
long as that; and a long window with too few requests says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from alertgen.facets.slo import BURN, Burn
from alertgen.model import Check, Hold, Part, Proof, RecordingRule, Scenario, Series
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook, Symptoms
from alertgen.promql import Expr, Selector, increase, operand, over, rate
from alertgen.quantity import Duration, humanized_percentage, number
from alertgen.slo import windows
from alertgen.subject import Subject
from alertgen.traffic import Flow, Growth, all_requests, answered, durations, elsewhere, failed_requests, more, requests
from alertgen.world import World, below, brief, fires, hold, silent

FAILURES = "alertgen:slo_failures:rate5m"
REQUESTS = "alertgen:slo_requests:rate5m"
REMAINING = "alertgen:slo_error_budget:remaining_ratio"
_Shown = Callable[[World, Flow, Flow | None], tuple[Series, ...]]
_Each = Callable[[int, Mapping[Duration, Decimal | None]], tuple[Check, ...]]
_FIVE_MINUTES = Duration.parse("5m")


def ratio_name(window: Duration) -> str:
    """What the share of bad requests within a window is recorded as."""
    return f"alertgen:slo_errors:ratio_rate{window}"


def _recorded(s: Subject, name: str) -> Selector:
    return Selector.of(name, {"namespace": s.service.namespace, **_labels(s)})


def _labels(s: Subject) -> Mapping[str, str]:
    return {"service": s.service.name, "slo": BURN.of(s).slo.name}


def expr(s: Subject, _p: NoParams) -> Expr:
    tier = BURN.of(s).tier
    long, short = (_recorded(s, ratio_name(window)) > tier.threshold for window in (tier.long, tier.short))
    return long.and_(short)


def records(s: Subject, _p: NoParams) -> Iterator[RecordingRule]:
    burn, whole = BURN.of(s), s.per_cluster
    slo, labels = burn.slo, {"namespace": s.service.namespace, **_labels(s)}
    enough = {tier.long: slo.min_requests or tier.min_requests for tier in slo.tiers}

    def total(growth: Growth, window: Duration) -> Expr:
        return answered(s, growth, window) if slo.below else whole.sum(growth(all_requests(s), window))

    def bad(growth: Growth, window: Duration) -> Expr:
        if slo.below:
            return total(growth, window) - answered(s, growth, window, slo.below)
        return whole.sum(growth(failed_requests(s), window)).or_(total(growth, window) * 0)

    for window in windows(slo.tiers):
        seen = total(increase, window)
        counted = seen >= enough[window] if window in enough else seen > 0
        yield RecordingRule(record=ratio_name(window), expr=(bad(increase, window) / counted).text, labels=labels)
    failures, asked = bad(rate, _FIVE_MINUTES), total(rate, _FIVE_MINUTES)
    if slo.below and burn.source.native:
        failures = (failures >= 0).or_(asked * 0)  # NaN would poison every sum that it gets into
    yield RecordingRule(record=FAILURES, expr=failures.text, labels=labels)
    yield RecordingRule(record=REQUESTS, expr=asked.text, labels=labels)
    # Sums, no average of ratios: a busy hour counts for more than a quiet one, one without requests for nothing.
    gone, all_ = (over("sum_over_time", _recorded(s, name), slo.objective.period) for name in (FAILURES, REQUESTS))
    remaining = operand(1) - gone / (all_ > 0) / slo.objective.budget
    yield RecordingRule(record=REMAINING, expr=remaining.text, labels=labels)


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    burn, about, start, lasts = BURN.of(w), w.about(), 4 * w.step, w.enough
    limit = burn.tier.threshold
    high, low = more(limit), below(limit)

    def recorded(window: Duration, *parts: Part) -> Series:
        return w.recorded(ratio_name(window), *parts, slo=burn.slo.name)

    def both(long: tuple[Part, ...], short: tuple[Part, ...]) -> tuple[Series, ...]:
        return recorded(burn.tier.long, *long), recorded(burn.tier.short, *short)

    burning = (hold(low, start), hold(high, lasts), hold(low))
    yield fires(
        "while both windows are over the threshold",
        *both(burning, burning),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value=humanized_percentage(high),
    )
    yield silent("when it is over and only the long window remembers", *both((hold(high),), (hold(low),)), about=about)
    yield silent("for a spike that the long window hardly feels", *both((hold(low),), (hold(high),)), about=about)
    yield silent("with the long window at the threshold", *both((hold(limit),), (hold(high),)), about=about)
    yield silent("with the short window at the threshold", *both((hold(high),), (hold(limit),)), about=about)
    # Alone, as other tiers show the window that is missing here.
    yield replace(silent("when nobody asks any more", recorded(burn.tier.long, hold(high)), about=about), alone=True)
    if w.for_:
        short = (hold(low, start), hold(high, w.too_short), hold(low))
        yield brief("for a burn shorter than `for`", *both(short, short), about=about)


# So many minutes before the end, so many good and bad requests: no two of the windows, halved or doubled, see the same.
_BURSTS = ((70, 40, 360), (50, 170, 30), (20, 10, 90), (8, 90, 10), (3, 40, 60), (1, 80, 20))
_ALL = 80
"""Minutes from the first sample to the end."""


def proofs(w: World, _p: NoParams) -> Iterator[Proof]:
    burn = BURN.of(w)
    slo, tier = burn.slo, burn.tier
    if tier != slo.tiers[0]:  # the recording rules are the objective's, not each tier's
        return
    enough = {t.long: slo.min_requests or t.min_requests for t in slo.tiers}
    most = max(enough.values())
    end, times = w.grid(60 * _ALL), -(-most // 100)

    def recorded(name: str) -> Selector:
        cluster = dict.fromkeys(w.subject.cluster, w.cluster)
        return Selector.of(name, {**cluster, "namespace": w.namespace, "service": w.name, "slo": slo.name})

    def each(at: int, wanted: Mapping[Duration, Decimal | None]) -> tuple[Check, ...]:
        return tuple(_check(at, recorded(ratio_name(window)), value) for window, value in wanted.items())

    def shown(at: World, good: Flow, bad: Flow | None) -> tuple[Series, ...]:
        if slo.below:
            bounds = (slo.below / 2, slo.below, 2 * slo.below)
            return durations(at, good, 2, Decimal("0.5"), bounds, bad or (lambda _: (hold(10_000),)))
        return (*requests(at, good, 1, 0), *(requests(at, bad, 1, 1) if bad else ()))

    def bursts(counts: Mapping[int, int | Decimal], *, again: bool = False) -> Flow:
        """A counter that grows at so many minutes before the end; with `again` it begins anew in between."""

        def flow(share: Decimal) -> tuple[Part, ...]:
            value, clock, parts = Decimal(100_000 * times), 0, []
            for minutes, count in (*counts.items(), *(((2, None),) if again else ())):
                at = end - w.grid(60 * minutes)
                parts.append((at, count))
            out: list[Part] = []
            for at, count in sorted(parts, key=lambda part: part[0]):
                out.append(Hold(number(value), at - clock))
                clock, value = at, Decimal(0) if count is None else value + count * share
            return (*out, hold(value))

        return flow

    good = {minutes: count * times for minutes, count, _ in _BURSTS}
    bad = {minutes: count * times for minutes, _, count in _BURSTS}
    everything = {window: _share(_BURSTS, window) for window in windows(slo.tiers)}
    others = (s for other in elsewhere(w) for s in shown(other, bursts(bad), bursts({1: 10_000 * times})))
    yield Proof(
        "records the share of bad requests within each window, over a restart and past others' requests",
        (*shown(w, bursts(good, again=True), bursts(bad, again=True)), *others),
        (
            *each(end, everything),
            _check(end, recorded(FAILURES) / recorded(REQUESTS), _share(_BURSTS, _FIVE_MINUTES)),
        ),
    )
    end = 30 * w.step
    one = {1: Decimal(100 * times)}
    yield Proof(
        "records 0 while no request has ever failed",
        shown(w, bursts(one), None),
        (*each(end, dict.fromkeys(everything, Decimal(0))), _check(end, recorded(FAILURES), Decimal(0))),
    )
    yield Proof(
        "records no share without requests",
        shown(w, bursts({}), bursts({})),
        (*each(end, dict.fromkeys(everything)), _check(end, recorded(FAILURES), Decimal(0))),
    )
    yield from _just_enough(w, enough, shown, each)
    yield from _remaining(w, burn, recorded(REMAINING))


def _just_enough(w: World, enough: Mapping[Duration, int], shown: _Shown, each: _Each) -> Iterator[Proof]:
    """Requests come one after the other, half of them bad: windows that ask for fewer speak earlier."""
    limits = sorted(set(enough.values()))
    start, value = 24 * w.step, Decimal(0)
    steps: list[tuple[int, Decimal]] = [(start, value)]
    checks: list[Check] = []
    for limit in limits:
        of_limit = [window for window, least in enough.items() if least == limit]
        for factor, said in (("0.95", None), ("1.03", Decimal("0.5"))):
            count = limit * Decimal(factor)
            if count <= value:  # too near to the one before to be told apart
                continue
            at, value = steps[-1][0] + 2 * w.step, count
            steps.append((at, count))
            checks += each(at + w.step, dict.fromkeys(of_limit, said))

    def flow(share: Decimal) -> tuple[Part, ...]:
        out, clock, count = [], 0, Decimal(0)
        for at, then in steps:
            out.append(hold(100 * limits[-1] + count * share / 2, at - clock))
            clock, count = at, then
        return (*out, hold(100 * limits[-1] + count * share / 2))

    name = "records the share within a long window once it has enough requests"
    yield Proof(name, shown(w, flow, flow), tuple(checks))


def _remaining(w: World, burn: Burn, remaining: Selector) -> Iterator[Proof]:
    budget, hour = burn.slo.objective.budget, 12 * w.step

    def counted(*rates: tuple[Decimal | int, Decimal | int]) -> tuple[Series, ...]:
        """Requests and failures per second, for a while each."""
        asked = [hold(rate, hour) for rate, _ in rates]
        failed = [hold(rate * share, hour) for rate, share in rates]
        slo = burn.slo.name
        own = (w.recorded(REQUESTS, *asked, slo=slo), w.recorded(FAILURES, *failed, slo=slo))
        others = (
            at.recorded(name, hold(1), slo=whose)
            for name in (REQUESTS, FAILURES)
            for at, whose in (
                (w, f"{slo}-internal"),
                (w.elsewhere(name=f"{w.name}-worker"), slo),
                (w.elsewhere(namespace=f"{w.namespace}-staging"), slo),
            )
        )
        return (*own, *others)

    end = 4 * hour - w.step
    yield Proof(
        "records what is left of the error budget: quiet hours count for little, those without requests for nothing",
        counted((30, 0), (0, 0), (60, budget / 2), (10, 3 * budget)),
        # (60 x 1/2 + 10 x 3) of 100 requests: six tenths of the budget are gone.
        (_check(end, remaining, Decimal("0.4")),),
    )
    yield Proof(
        "records a debt when the budget is overspent",
        counted((30, 2 * budget), (30, 2 * budget), (30, 2 * budget), (30, 2 * budget)),
        (_check(end, remaining, Decimal(-1)),),
    )
    nobody = counted((0, 0), (0, 0))
    yield Proof("records no budget before there were requests", nobody, (_check(hour, remaining, None),))


def _share(bursts: tuple[tuple[int, int, int], ...], window: Duration) -> Decimal:
    """The share of bad requests among those of the last so many seconds."""
    seen = [(good, bad) for minutes, good, bad in bursts if 60 * minutes < window]
    return Decimal(sum(bad for _, bad in seen)) / sum(good + bad for good, bad in seen)


def _check(at: int, recorded: Expr, value: Decimal | None) -> Check:
    """The recorded value in thousandths: what promtool compares must be equal to the last digit."""
    thousandths = f"sum(round(1000 * {recorded.text if isinstance(recorded, Selector) else f'({recorded.text})'}))"
    return Check(at, thousandths, None if value is None else number(value * 1000))


PATTERN = Pattern(
    alert="SloErrorBudgetBurn",
    pack="slo",
    level=Level.TRAFFIC,
    severity="critical",
    for_="2m",
    kinds=LONG_RUNNING,
    facet=BURN,
    expr=expr,
    records=records,
    proofs=proofs,
    scenarios=scenarios,
    silences=(Symptoms(("SloErrorBudgetBurn",), same=("slo",)),),
    summary="${service} spends its error budget (${slo}) too fast: {{ $value | humanizePercentage }} of ${long}",
    description=(
        "More than ${threshold} of the requests to ${namespace}/${service} within the last ${long}, and within the "
        "last ${short}, ${bad}. The objective is ${objective} over ${period}: at this pace ${budget} of the "
        "error budget is gone within ${long}."
    ),
    runbook=Runbook(
        meaning=(
            "Users notice, and at this pace the error budget of ${slo} (${objective} over ${period}) will not last. "
            "Fires when more than ${threshold} of the requests are bad for ${for}. It gets that far ${noticed}."
        ),
        diagnosis=(
            "Since when? Compare the start with rollouts and with the alerts of what the service depends on.",
            "Which requests? Split them by status, path and version.",
            'What is left: `alertgen:slo_error_budget:remaining_ratio{service="${service}",slo="${slo}"}`',
        ),
        mitigation=(
            "Roll back, fail over or shed load: first stop the burn, then look for its cause.",
            "Freeze releases while the budget is nearly gone.",
        ),
    ),
)
