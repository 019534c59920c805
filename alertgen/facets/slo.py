"""`slo`: which share of the service's requests must be good, and how fast the rest may be spent."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from alertgen import slo
from alertgen.diagnostics import Diagnostic
from alertgen.facet import At, Facet, Part
from alertgen.facets.http import HTTP, Http, http, known_bounds
from alertgen.facets.http import PART as HTTP_PART
from alertgen.model import Service, Site
from alertgen.pattern import LATENCY, RATIO
from alertgen.quantity import DURATION_PATTERN, Duration, number, parse_latency, parse_ratio
from alertgen.schema_words import WORD_PATTERN, Schema, keys, quantity, text
from alertgen.slo import Objective, Tier, about, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Slo:
    """One service level objective. With `below` a request is good when it is answered in less, in seconds."""

    name: str
    objective: Objective
    below: Decimal | None
    tiers: tuple[Tier, ...]
    min_requests: int | None
    """How many requests the long window must have; None: so many that a single bad one does not fire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn(Http):
    """One tier of one objective, with who counts the requests."""

    slo: Slo
    tier: Tier


def _schema() -> Schema:
    longs = {str(window): budget for window, budget in slo.budgets().items()}
    objective = keys(
        "One objective.",
        {
            "name": text("What the objective is called, e.g. availability.", pattern=WORD_PATTERN, maxLength=63),
            "objective": {
                "type": ["number", "string"],
                "pattern": r"^[0-9]+(\.[0-9]+)? ?%?$",
                "description": "The share of the requests that must be good, in percent: 99.9.",
            },
            "period": {
                "type": "string",
                "pattern": DURATION_PATTERN,
                "default": "30d",
                "description": "What the objective is measured over.",
            },
            "below": quantity(LATENCY, "A request is good when it is answered within this; default: when it succeeds"),
            "budgets": keys(
                "The tiers: by long window, the share of the error budget that may be gone within it.",
                {
                    window: {
                        **RATIO.schema,
                        "description": f"Within {window} (default {share(budget)}).",
                    }
                    for window, budget in longs.items()
                },
            )
            | {"minProperties": 1},
            "min_requests": {
                "type": "integer",
                "minimum": 1,
                "maximum": 10**9,
                "description": "Requests that a tier's long window must have before it says anything (default: so "
                "many that a single bad one does not fire).",
            },
        },
        "name",
        "objective",
    )
    return {
        "type": "array",
        "description": "Objectives for the requests of `http`; each tier of each has an alert of its own.",
        "items": objective,
        "minItems": 1,
    }


def _objective(data: Mapping[str, Any]) -> Objective:
    written = str(data["objective"]).removesuffix("%").strip()
    return Objective(parse_ratio(f"{written}%"), Duration.parse(str(data.get("period", "30d"))))


def _shares(data: Mapping[str, Any]) -> Mapping[Duration, Decimal] | None:
    if "budgets" not in data:
        return None
    written = data["budgets"]
    return {w: parse_ratio(written[str(w)]) for w in slo.budgets() if str(w) in written}


def _read(data: Sequence[Mapping[str, Any]], _document: Mapping[str, Any]) -> tuple[Slo, ...]:
    found = []
    for item in data:
        objective = _objective(item)
        found.append(
            Slo(
                name=item["name"],
                objective=objective,
                below=parse_latency(item["below"]) if "below" in item else None,
                tiers=tuple(slo.tiers(objective, _shares(item))),
                min_requests=item.get("min_requests"),
            )
        )
    return tuple(found)


def _check(data: Sequence[Mapping[str, Any]], _site: Site, at: At) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for index, item in enumerate(data):
        if item["name"] in seen:
            message = f"there is an objective '{item['name']}' already"
            yield Diagnostic(at(index, "name"), "duplicate-slo", message, hint="give each its own name")
        seen.add(item["name"])
        yield from _check_one(item, lambda *steps, i=index: at(i, *steps))


def _fits(data: Sequence[Mapping[str, Any]], document: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    if HTTP.key not in document:
        message = "an objective is about the requests of `http`, and nobody says who counts them"
        yield Diagnostic(at(), "missing-key", message, hint="add http: {source: ingress-nginx}, or what counts them")
        return
    counted: Http = HTTP_PART.read(document[HTTP.key], document)
    for index, item in enumerate(data):
        if counted.bounds and _limit(item) not in {None, *counted.bounds}:
            known = f"{counted.source.name}'s latency histogram: {known_bounds(counted)}"
            hint = "use one of them; where the source has others, say so in `http.buckets`"
            yield Diagnostic(at(index, "below"), "cannot-work", f"{item['below']} is no bound of {known}", hint=hint)


def _limit(item: Mapping[str, Any]) -> Decimal | None:
    """What `below` says; None where it says nothing, or nothing that can be understood, which is told elsewhere."""
    try:
        return parse_latency(item["below"]) if "below" in item else None
    except ValueError:
        return None


def _check_one(item: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    for key, parse in (("period", Duration.parse), ("below", LATENCY.parse)):
        if key in item:
            try:
                parse(str(item[key]))
            except ValueError as error:
                yield Diagnostic(at(key), "bad-value", f"{key}: {error}")
                return
    objective = _objective(item)
    if not 0 < objective.share < 1:
        yield Diagnostic(
            at("objective"), "bad-value", f"an objective of {item['objective']} leaves no budget, or asks for nothing",
            hint="say the percentage of requests that must be good, e.g. 99.9",
        )  # fmt: skip
        return
    if 100 * objective.share <= 1:
        meant = f"{number(100 * Decimal(str(item['objective'])))}" if isinstance(item["objective"], float) else "99.9"
        message = f"an objective of {item['objective']} % asks for next to nothing"
        yield Diagnostic(at("objective"), "bad-value", message, hint=f"it is in percent: did you mean {meant}?")
        return
    if objective.period < max(slo.budgets()):
        longest = Duration(max(slo.budgets()))
        yield Diagnostic(
            at("period"), "bad-value", f"a period of {objective.period} is shorter than the longest window, {longest}"
        )
        return
    for tier in slo.tiers(objective, _shares(item)):
        if not 0 < tier.budget <= 1:
            message = f"{share(tier.budget)} is no share of the error budget"
            yield Diagnostic(at("budgets", str(tier.long)), "bad-value", message, hint="say how much of it, e.g. 2%")
        elif tier.threshold >= 1:
            yield Diagnostic(
                at("objective"),
                "unfirable-tier",
                f"the {tier.long} tier needs an error ratio of {tier.threshold.normalize():f}, so it can never fire",
                hint=f"leave {tier.long} out of `budgets`, or let it be a smaller share",
            )


PART = Part(key="slo", schema=_schema(), read=_read, check=_check, fits=_fits)


def _items(_site: Site, service: Service | None) -> tuple[Burn, ...]:
    counted = http(service) if service else None
    if service is None or counted is None:
        return ()
    slos = service.facets.get(PART.key, ())
    assert isinstance(slos, tuple)
    own = {f.name: getattr(counted, f.name) for f in dataclasses.fields(counted)}
    return tuple(Burn(**own, slo=one, tier=tier) for one in slos for tier in one.tiers)


def _words(item: Burn) -> Mapping[str, str]:
    tier = item.tier
    bad_ones = f"took longer than {LATENCY.show(item.slo.below)}" if item.slo.below else "failed with a server error"
    noticed = (
        f"{about(after)} after {share(bad)} of them go bad ({share(tier.spent_after(bad, after))} of the budget gone)"
        if (after := tier.noticed_after(bad)) is not None
        else f"never while {share(bad)} of them are bad"
        for bad in (Decimal(1), Decimal("0.5"), Decimal("0.1"))
    )
    return {
        "source": item.source.name,
        "slo": item.slo.name,
        "bad": bad_ones,
        "objective": share_exactly(item.slo.objective.share),
        "period": in_days(item.slo.objective.period),
        "long": str(tier.long),
        "short": str(tier.short),
        "threshold": share(tier.threshold),
        "budget": share(tier.budget),
        "noticed": "; ".join(noticed),
    }


def share_exactly(value: Decimal) -> str:
    """The objective as it was written."""
    return RATIO.show(value)


def in_days(period: Duration) -> str:
    """A period as objectives have it: 28d, not 4w."""
    days, rest = divmod(period, 24 * 3600)
    return str(period) if rest else f"{days}d"


BURN: Facet[Burn] = Facet(
    text="slo (and http)",
    key=PART.key,
    items=_items,
    labels=lambda item: {
        "slo": item.slo.name,
        "long_window": str(item.tier.long),
        "short_window": str(item.tier.short),
    },
    severity=lambda item: "critical" if item.tier.pages else "warning",
    sample={
        "http": {"source": "ingress-nginx"},
        "slo": [{"name": "availability", "objective": 99.9}],
    },
    select=HTTP.select,
    exporters=HTTP.exporters,
    example=lambda item: item.source.shown(item.counted),
    neighbour=lambda item: replace(item, slo=replace(item.slo, name=f"{item.slo.name}-internal")),
    moved=lambda item, namespace: replace(item, counted=replace(item.counted, namespace=namespace)),
    words=_words,
)
"""A tier of an objective: how fast the error budget may be spent."""
