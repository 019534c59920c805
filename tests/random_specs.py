"""Services as somebody might write them, with any of their keys: strategies of hypothesis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from alertgen.expand import about
from alertgen.model import Kind, Select, Site
from alertgen.pattern import COUNT, DURATION, LATENCY, NUMBER, RATIO, SHARE, WINDOW, Pattern
from alertgen.patterns import catalogue
from alertgen.podnames import SHAPES
from alertgen.spec import read_service

Spec = Mapping[str, Any]

NAMES = st.from_regex(r"[a-z0-9](?:[-a-z0-9]{0,28}[a-z0-9])?", fullmatch=True)
WORDS = st.sampled_from(
    ("true", "null", "y", "1e3", "0x1", "on", "a", "007", "web", "1-1", "traefik", "high", "internal", "http", "dns")
)
"""Names that mean something else in YAML, or elsewhere in the spec."""
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Cn", "Co", "Zl", "Zp")), min_size=1, max_size=40
).filter(lambda t: bool(t.strip()) and "{{" not in t)
LABELS = st.dictionaries(st.sampled_from(("app", "cost_center", "_x", "zone")), TEXT, max_size=3)
_DURATIONS = st.sampled_from(("0s", "30s", "1m", "5m", "90m", "1h30m", "2d", "1w"))
WINDOWS = st.sampled_from(("5m", "10m", "1h", "1d"))
_VALUES = {
    DURATION.name: _DURATIONS,
    WINDOW.name: WINDOWS,
    COUNT.name: st.integers(1, 5),
    SHARE.name: st.sampled_from(("5%", "99.9%", 0.5, "0.25", "33 %")),
    RATIO.name: st.sampled_from(("5%", "99.9%", 0.5, 1, "0.25", "33 %")),
    LATENCY.name: st.sampled_from(("250ms", "0.5s", "2.5s")),
    NUMBER.name: st.sampled_from((1, 2.5, 100, 0.001)),
}
_REASON = {"reason": "measured", "expires": "2099-01-01"}


@st.composite
def overrides(draw: st.DrawFn, pattern: Pattern) -> Spec:
    """What a layer may say of an alert."""
    common = {
        "for": _DURATIONS, "keep_firing_for": _DURATIONS, "severity": st.sampled_from(("critical", "warning", "info")),
        "labels": LABELS, "annotations": st.dictionaries(st.sampled_from(("note", "summary")), TEXT, max_size=2),
        "enabled": st.booleans(),
    }  # fmt: skip
    own = {name: _VALUES[f.metadata["quantity"].name] for name, f in pattern.parameters().items()}
    keys = draw(st.lists(st.sampled_from([*common, *own]), min_size=1, max_size=3, unique=True))
    said = {key: draw((common | own)[key]) for key in keys}
    return {**said, **({} if pattern.enabled else {"enabled": True}), **_REASON}


_Strategy = st.SearchStrategy[Any]


def _keys(required: Mapping[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]) -> _Strategy:
    return st.fixed_dictionaries(dict(required), optional=optional)


_NAME = NAMES | WORDS.filter(lambda word: word[0] != "_")
_HTTP = st.one_of(
    _keys({"source": st.just("ingress-nginx")}, ingress=_NAME, honor_labels=st.booleans()),
    _keys({"source": st.just("traefik")}, service=_NAME, honor_labels=st.booleans()),
    _keys({"source": st.just("envoy-gateway")}, route=_NAME),
    _keys({"source": st.just("istio")}, workload=_NAME),
    _keys({"source": st.just("application")}, job=_NAME),
)
_SLO = st.lists(
    _keys(
        {"name": st.sampled_from(("availability", "latency", "1e3", "true")),
         "objective": st.sampled_from((90, 99, 99.9, "99.95%", "99.99"))},
        period=st.sampled_from(("7d", "28d", "30d")), min_requests=st.integers(1, 10_000),
        budgets=st.sampled_from(({"1h": "2%"}, {"6h": "5%", "3d": "10%"})),
    ),
    min_size=1, max_size=2, unique_by=lambda slo: slo["name"],
)  # fmt: skip
_TARGETS = st.sampled_from(("http://a.shop.svc:80/health?x=1&y=%20", "10.0.0.1:53", "https://[::1]/", "a.b.c"))
_PROBE = st.one_of(
    _keys({"job": _NAME, "target": _TARGETS}, kind=st.sampled_from(("http", "dns"))),
    _keys({"job": _NAME, "target": _TARGETS, "from": st.just("outside")},
          expect=st.sampled_from(("reachable", "unreachable"))),
)  # fmt: skip
_SCHEDULE = _keys(
    {"cronjob": _NAME}, every=st.sampled_from(("1h", "24h", "1w")), max_runtime=st.sampled_from(("15m", "2h")),
    grace=st.sampled_from(("5m", "1h")),
)  # fmt: skip
FACETS: Mapping[str, _Strategy] = {
    "certificates": st.lists(_NAME | st.just("www.example.com"), min_size=1, max_size=2, unique=True),
    "expose": st.one_of(
        st.just("internal"),
        _keys({"type": st.sampled_from(("LoadBalancer", "NodePort"))}, service=_NAME),
        _keys({"type": st.just("LoadBalancer"), "external_traffic_policy": st.just("Local")},
              min_nodes=st.integers(2, 9)),
    ),
    "http": _HTTP,
    "node_pool": st.just("high"),
    "probe": st.lists(_PROBE, min_size=1, max_size=2, unique_by=lambda p: p["target"]),
    "probes": _keys({"readiness": st.just("required")}, liveness=st.just("required")),
    "replicas": _keys({"min": st.integers(1, 9)}, hpa=_NAME),
    "schedules": st.lists(_SCHEDULE, min_size=1, max_size=2, unique_by=lambda s: s["cronjob"]),
    "scrape": _keys({"job": _NAME | st.just("monitoring/my-app:8080")}),
    "slo": _SLO,
    "volumes": st.lists(st.sampled_from(("data-.*", "wal-[0-9]+", "a")), min_size=1, max_size=2, unique=True),
}  # fmt: skip
"""What may stand at each key by which a service says what it has."""


_OF_CRON_JOBS = {"certificates", "node_pool", "schedules", "volumes"}
"""What no alert of a CronJob reads it may not say."""


@st.composite
def services(draw: st.DrawFn) -> Spec:
    """A service with any of its keys."""
    kind = draw(st.sampled_from(Kind))
    name = draw(NAMES.filter(lambda n: len(n) <= SHAPES[kind].longest) | WORDS)
    has = {key: draw(FACETS[key]) for key in draw(st.lists(st.sampled_from(list(FACETS)), max_size=4, unique=True))}
    if "slo" in has:
        has.setdefault("http", draw(_HTTP))
    if kind is Kind.CRON_JOB:
        has = {key: value for key, value in has.items() if key in _OF_CRON_JOBS}
    more = {
        "tier": st.sampled_from(("critical", "standard", "batch")), "container": NAMES | WORDS,
        "select": st.sampled_from([s.value for s in Select]), "labels": LABELS,
        "runbook": st.sampled_from(("https://runbooks.example.com/a?b=c&d=%20#e", "http://[::1]:80/~x")),
        "dashboard": st.just("https://grafana.example.com/d/x"),
    }  # fmt: skip
    keys = draw(st.lists(st.sampled_from(list(more)), unique=True))
    said = {
        "service": name, "namespace": draw(NAMES | WORDS), "team": draw(st.sampled_from(("web", "no", "1e3"))),
        "kind": kind.value, **has, **{key: draw(more[key]) for key in keys},
    }  # fmt: skip
    own = [p for p in catalogue().values() if not p.once_per_cluster and about(p, Site(), read_service(said))]
    tuned = draw(st.lists(st.sampled_from(own), max_size=2, unique_by=lambda p: p.alert))
    return {**said, **({"alerts": {p.alert: draw(overrides(p)) for p in tuned}} if tuned else {})}
