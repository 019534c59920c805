"""An Ingress leads to a service that should be internal."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.facets.expose import INTERNAL
from alertgen.metrics.network import INGRESS_PATH
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import LONG_RUNNING, Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import STALE, World, brief, fires, gap, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    return s.per("namespace", "ingress", "host").max(s.select(INGRESS_PATH)).equals(1)


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    start, lasts = 4 * w.step, w.enough

    def about(ingress: str = "shop", host: str = "api.example.com") -> dict[str, str]:
        return dict(w.about(ingress=ingress, host=host))

    def path(*shown: Part, ingress: str = "shop", host: str = "api.example.com", **more: str) -> Series:
        return w.show(INGRESS_PATH, *shown, ingress=ingress, host=host, **more)

    yield fires(
        "while an Ingress leads to it",
        path(gap(start), hold(1, lasts), STALE),
        about=about(),
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    yield fires(
        "once for each host, however many paths it has",
        path(hold(1), ingress="hosts"),
        path(hold(1), ingress="hosts", path="/admin"),
        path(hold(1), ingress="hosts", host="www.example.com"),
        about=about("hosts", "www.example.com"),
        since=0,
    )
    yield fires(
        "once for each Ingress",
        path(hold(1), ingress="one"),
        path(hold(1), ingress="two"),
        about=about("two"),
        since=0,
    )
    yield silent(
        "for an Ingress that leads elsewhere",
        path(hold(1), service_name="my-app-public"),
        about=about(),
    )
    if w.for_ > w.step:
        yield brief(
            "for an Ingress that is taken back within `for`",
            path(hold(1, w.too_short), STALE, ingress="brief"),
            about=about("brief"),
        )


PATTERN = Pattern(
    alert="InternalServiceHasIngress",
    pack="exposure",
    level=Level.SERVICE,
    keeps=("ingress", "host"),
    severity="critical",
    for_="1m",
    kinds=LONG_RUNNING,
    facet=INTERNAL,
    expr=expr,
    scenarios=scenarios,
    summary="The Ingress {{ $labels.ingress }} leads to ${service}, which should be internal",
    description=(
        "The Ingress ${namespace}/{{ $labels.ingress }} has passed requests for '{{ $labels.host }}' (nothing: any "
        "host) to the Service ${kubernetes_service} for ${for}. The spec says that nothing outside the cluster may "
        "reach it."
    ),
    runbook=Runbook(
        meaning="A rule of an Ingress opens an internal service to whoever reaches the Ingress controller.",
        diagnosis=(
            "`kubectl -n ${namespace} get ingress -o wide`, and the rules with backend ${kubernetes_service}.",
            "Who added it: managedFields, the history of the deployment tool.",
            "The controller's access log for that host: who has called already?",
        ),
        mitigation=(
            "Delete the rule; then correct the manifest it comes from.",
            "If it is meant to be public, say so in the spec: `expose.type`.",
        ),
    ),
)
