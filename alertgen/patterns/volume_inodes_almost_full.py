"""A volume has hardly any inodes left: soon no file can be created, whatever room there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alertgen.claims import read_only, running_out, share_left, used_for_left
from alertgen.facets.volumes import VOLUMES
from alertgen.metrics.storage import VOLUME_INODES, VOLUME_INODES_FREE
from alertgen.model import Scenario
from alertgen.pattern import SHARE, Level, Pattern, Runbook, param
from alertgen.promql import Expr
from alertgen.subject import Subject
from alertgen.world import World, hold, silent


@dataclass(frozen=True, slots=True)
class Params:
    threshold: Decimal = param("3%", "less than this share of the inodes is free", SHARE)


def expr(s: Subject, p: Params) -> Expr:
    left = share_left(s, VOLUME_INODES_FREE, VOLUME_INODES)
    return (left < p.threshold).unless(read_only(s))


def scenarios(w: World, p: Params) -> Iterator[Scenario]:
    yield from running_out(w, VOLUME_INODES_FREE, VOLUME_INODES, 655_360, p.threshold)
    yield silent(
        "for a file system that does not count inodes",
        w.show(VOLUME_INODES_FREE, hold(0)),
        w.show(VOLUME_INODES, hold(0)),
        about=w.about(),
    )


PATTERN = Pattern(
    alert="VolumeInodesAlmostFull",
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
    summary="Volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} of its inodes left",
    description=(
        "The volume of claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} (service ${service}) has had "
        "less than ${threshold} of its inodes free for ${for}. Without one, no file can be created."
    ),
    runbook=Runbook(
        meaning="The volume holds too many files. The service will read `no space left on device` with space to spare.",
        diagnosis=(
            "`kubectl -n ${namespace} describe pvc CLAIM`: under `Used By` the pod that mounts it.",
            "`kubectl -n ${namespace} exec POD -- df -i`, then `du --inodes -x -d 2 DIRECTORY`: where are they?",
        ),
        mitigation=(
            "Delete what nobody reads: caches, sessions, temporary files.",
            "Expand the volume: ext4 gets inodes with the space. XFS makes them as it needs them.",
        ),
    ),
)
