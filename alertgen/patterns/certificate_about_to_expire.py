"""A certificate expires within days, or has expired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertgen.expiry import left, situations
from alertgen.facets.probe import CERTIFIED
from alertgen.model import Scenario
from alertgen.pattern import LONG_RUNNING, WINDOW, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr
from alertgen.quantity import Duration
from alertgen.subject import Subject
from alertgen.world import World


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Duration = param("3d", "less time than this is left", WINDOW)
    window: Duration = param("1h", "how long the last look counts when probes fail", WINDOW)


def expr(s: Subject, p: Params) -> Expr:
    return s.named(left(s, p.window) < p.threshold)


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    return situations(w, p.threshold, p.window)


PATTERN = Pattern(
    alert="CertificateAboutToExpire",
    pack="certificates",
    level=Level.SERVICE,
    severity="critical",
    for_="10m",
    kinds=LONG_RUNNING,
    facet=CERTIFIED,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    silences=(Symptoms(("CertificateExpiringSoon",), same=("target",)),),
    summary="The certificate of ${target} expires in {{ $value | humanizeDuration }}: clients will be refused",
    description=(
        "The certificate that ${target} shows for ${namespace}/${service} expires in {{ $value | humanizeDuration }} "
        "(less than nothing: it has expired). From then on clients refuse to connect."
    ),
    runbook=Runbook(
        meaning="An outage with a date: renewal has failed for long, and there is no time to wait for the next try.",
        diagnosis=(
            "`curl -vI ${target} 2>&1 | grep -E 'subject|issuer|expire'`: which certificate, and who issues it?",
            "`kubectl -n ${namespace} describe certificates`, then the request, order and challenge that it names.",
            "Renewed, but still the old one in use: does what terminates TLS read the new Secret?",
        ),
        mitigation=(
            "Renew it now, by hand if need be: `cmctl -n ${namespace} renew NAME`, or put another into the Secret.",
            "Restart or reload what still serves the old one.",
        ),
    ),
)
