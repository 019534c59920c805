"""A volume has hardly any room left: writes are about to fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.claims import read_only, running_out, share_left, used_for_left
from alertgen.facets.volumes import VOLUMES
from alertgen.metrics.storage import VOLUME_AVAILABLE, VOLUME_CAPACITY
from alertgen.model import Scenario
from alertgen.pattern import SHARE, Level, Pattern, Runbook, Symptoms, param
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import World


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("3%", "less than this share of the volume is free", SHARE)


def expr(s: Subject, p: Params) -> Expr:
    left = share_left(s, VOLUME_AVAILABLE, VOLUME_CAPACITY)
    return (left < p.threshold).unless(read_only(s))


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    yield from running_out(w, VOLUME_AVAILABLE, VOLUME_CAPACITY, 10 * 2**30, p.threshold)


PATTERN = Pattern(
    alert="VolumeAlmostFull",
    pack="storage",
    level=Level.SERVICE,
    keeps=("persistentvolumeclaim",),
    severity="critical",
    for_="5m",
    facet=VOLUMES,
    params=Params,
    expr=expr,
    scenarios=scenarios,
    refusals=lambda _, p: used_for_left(p.threshold),
    silences=(Symptoms(("VolumeFillingUp",), same=("persistentvolumeclaim",)),),
    summary="Volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left",
    description=(
        "The volume of claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} (service ${service}) has had "
        "less than ${threshold} of its space free for ${for}. When it is full, writes fail."
    ),
    runbook=Runbook(
        meaning="The service is about to fail to write. Databases stop, and some do not start again on a full volume.",
        diagnosis=(
            "`kubectl -n ${namespace} describe pvc CLAIM`: its size, and under `Used By` the pod that mounts it.",
            "`kubectl -n ${namespace} exec POD -- df -h`, then `du -xh -d 2 DIRECTORY`: what takes the room?",
            "`kubectl get storageclass`: can its volumes be expanded (ALLOWVOLUMEEXPANSION)?",
        ),
        mitigation=(
            "Expand it: `kubectl -n ${namespace} edit pvc CLAIM`, `spec.resources.requests.storage`.",
            "Delete what can go: old logs, dumps, replication slots that hold back WAL.",
        ),
    ),
)
