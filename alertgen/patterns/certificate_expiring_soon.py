"""A certificate has not been renewed in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.expiry import left, situations
from alertgen.facets.probe import CERTIFIED
from alertgen.model import Scenario
from alertgen.pattern import LONG_RUNNING, WINDOW, Level, Pattern, Runbook, param
from alertgen.promql import Expr
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import World


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Duration = param("14d", "less time than this is left", WINDOW)
    window: Duration = param("1h", "how long the last look counts when probes fail", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    return s.named(left(s, p.window) < p.threshold)


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    return situations(w, p.threshold, p.window)


PATTERN = Pattern(
    alert="CertificateExpiringSoon",
    pack="certificates",
    level=Level.SERVICE,
    severity="warning",
    for_="1h",
    kinds=LONG_RUNNING,
    facet=CERTIFIED,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    summary="The certificate of ${target} expires in {{ $value | humanizeDuration }}",
    description=(
        "The certificate that ${target} shows for ${namespace}/${service} expires in {{ $value | humanizeDuration }}: "
        "less than ${threshold}. What renews it should have done so by now."
    ),
    runbook=Runbook(
        meaning="Nothing is broken yet. When it expires, every client refuses to connect.",
        diagnosis=(
            "`curl -vI ${target} 2>&1 | grep -E 'subject|issuer|expire'`: which certificate, and who issues it?",
            "cert-manager: `kubectl -n ${namespace} get certificates,certificaterequests,orders,challenges`.",
            "Renewed, but still the old one in use: does what terminates TLS read the new Secret?",
            "An intermediate that nobody uses counts, too: `openssl s_client -showcerts` shows the whole chain.",
        ),
        mitigation=(
            "Repair what renews it (DNS, issuer, rate limit): `cmctl -n ${namespace} renew NAME` tries again.",
            "Restart or reload what still serves the old one.",
        ),
    ),
)
