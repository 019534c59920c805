"""A pod waits for its volume: the claim is not bound, or what it was bound to is gone."""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.claims import per_claim
from alertgen.facets.volumes import VOLUMES
from alertgen.metrics.storage import CLAIM_PHASE, POD_CLAIM
from alertgen.model import Part, Scenario, Series
from alertgen.pattern import Level, NoParams, Pattern, Runbook
from alertgen.promql import Expr, one_of
from alertgen.subject import Subject
from alertgen.world import World, brief, fires, hold, silent


def expr(s: Subject, _p: NoParams) -> Expr:
    unbound = per_claim(s).max(s.select(CLAIM_PHASE, phase=one_of("Pending", "Lost")))
    # A claim that waits for its first consumer is pending by right. Any pod's need counts, a backup's, too.
    needed = per_claim(s).max(s.select(POD_CLAIM, pod=None, persistentvolumeclaim=None))
    return unbound.equals(1).and_(needed)


def scenarios(w: World, _p: NoParams) -> Iterator[Scenario]:
    about, start, lasts = w.about(), 4 * w.step, w.enough

    def claim(*unbound: Part, phase: str = "Pending", **labels: str) -> tuple[Series, ...]:
        opposite = tuple(hold(1 - int(p.value), p.seconds) for p in unbound)  # type: ignore[union-attr]  # all are holds
        phases = {"Pending": (hold(0),), "Lost": (hold(0),), "Bound": opposite, phase: unbound}
        return tuple(w.show(CLAIM_PHASE, *values, phase=name, **labels) for name, values in phases.items())

    def mounted(**labels: str) -> Series:
        return w.show(POD_CLAIM, hold(1), pod="whoever-mounts-it-0", volume="data", **labels)

    yield fires(
        "while a pod waits for it",
        *claim(hold(0, start), hold(1, lasts), hold(0)),
        mounted(),
        about=about,
        since=start,
        until=start + lasts - w.step,
        value="1",
    )
    yield fires("when its volume is gone", *claim(hold(1), phase="Lost"), mounted(), about=about, since=0)
    for name in VOLUMES.of(w).names[1:]:
        theirs = {"persistentvolumeclaim": name}
        yield fires(f"for {name}", *claim(hold(1), **theirs), mounted(**theirs), about=w.about(**theirs), since=0)
    yield silent("for a claim that is bound", *claim(hold(0)), mounted(), about=about)
    yield silent("for a claim that no pod mounts", *claim(hold(1)), about=about)
    if w.for_:
        yield brief(
            "for a claim that is bound within `for`",
            *claim(hold(1, w.too_short), hold(0)),
            mounted(),
            about=about,
        )


PATTERN = Pattern(
    alert="VolumeClaimPending",
    pack="storage",
    level=Level.SERVICE,
    keeps=("persistentvolumeclaim",),
    severity="warning",
    for_="10m",
    facet=VOLUMES,
    expr=expr,
    scenarios=scenarios,
    summary="Claim {{ $labels.persistentvolumeclaim }} has no volume",
    description=(
        "A pod mounts the claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} (service ${service}), "
        "which has had no volume for ${for}: the pod does not start."
    ),
    runbook=Runbook(
        meaning="A pod cannot start. Pending: no volume was made yet. Lost: the volume that it was bound to is gone.",
        diagnosis=(
            "`kubectl -n ${namespace} describe pvc CLAIM`: the events name the reason, and `Used By` the pod.",
            "`kubectl get storageclass`: is its class there, and one of them the default?",
            "`kubectl -n ${namespace} get resourcequota`; the log of the CSI provisioner; the cloud's own quota.",
        ),
        mitigation=(
            "Correct the class, the quota or the zone, and delete the claim if it has no data yet.",
            "Lost: do not delete it. Restore the PersistentVolume first, from its snapshot if need be.",
        ),
    ),
)
