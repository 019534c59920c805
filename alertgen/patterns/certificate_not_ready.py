"""cert-manager cannot issue a certificate that the service needs."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.certificates import ISSUED
from alertgen.metrics.certmanager import CERTIFICATE_READY
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr, one_of
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    not_ready = s.select(CERTIFICATE_READY, condition=one_of("False", "Unknown"))
    return s.named(s.per_cluster.max(not_ready).equals(1))


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough

    def certificate(*ready: tuple[int, int | None], otherwise: str = "False", **more: str) -> Iterator[Series]:
        """Three series, of which one is 1: ready, or the other condition."""
        shown: dict[str, tuple[Part, ...]] = {
            "True": tuple(hold(value, seconds) for value, seconds in ready),
            "False": (hold(0),),
            "Unknown": (hold(0),),
            otherwise: tuple(hold(1 - value, seconds) for value, seconds in ready),
        }
        return (w.show(CERTIFICATE_READY, *parts, condition=is_, **more) for is_, parts in shown.items())

    yield fires(
        "while it is not ready",
        *certificate((1, start), (0, lasts), (1, None)),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    yield fires(
        "while nobody knows whether it is ready",
        *certificate((0, None), otherwise="Unknown"),
        about=about,
        since=0,
    )
    yield silent("while it is ready", *certificate((1, None)), about=about)
    yield silent(
        "for one of this name in another namespace",
        *certificate((0, None), exported_namespace="another"),
        about=about,
    )
    if w.for_:
        yield brief("while it is issued within `for`", *certificate((0, w.too_short), (1, None)), about=about)


PATTERN = Pattern(
    alert="CertificateNotReady",
    pack="certificates",
    level=Level.SERVICE,
    severity="warning",
    for_="15m",
    facet=ISSUED,
    expr=expr,
    scenarios=scenarios,
    summary="The Certificate ${certificate} of ${service} is not ready",
    description=(
        "cert-manager has not been able to issue the Certificate ${namespace}/${certificate} for ${for}. There is no "
        "Secret, or its certificate is out of date or for other names."
    ),
    runbook=Runbook(
        meaning="A new certificate is not there, and an old one will not be renewed.",
        diagnosis=(
            "`kubectl -n ${namespace} describe certificate ${certificate}`: the condition's reason and the events.",
            "`kubectl -n ${namespace} describe certificaterequests,orders,challenges`: the lowest that fails says why.",
            "The issuer: `kubectl describe issuers,clusterissuers -A`; credentials, DNS, the rate limit of the CA.",
        ),
        mitigation=(
            (
                "Repair the issuer or the DNS record that the challenge needs; then `cmctl -n ${namespace} renew "
                "${certificate}`."
            ),
        ),
    ),
)
