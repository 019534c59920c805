"""How Kubernetes names the pods of each kind of workload: the exact shape, and examples of it.

Sources: k8s.io/apiserver/pkg/storage/names (random suffix of five, generated names cut at 63), pkg/controller
(ReplicaSet = Deployment + hash), pkg/controller/cronjob (Job = CronJob + scheduled minute).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from alertgen.model import Kind
from alertgen.promql import escape_regex

ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""k8s.io/apimachinery/pkg/util/rand: no vowels and no look-alikes, so no words appear."""

_SAFE = f"[{ALPHABET}]"


@dataclass(frozen=True, slots=True)
class Shape:
    """Pods of one kind: what follows the workload's name, as RE2, and how long the name may be before it is cut."""

    suffix: str
    longest: int


LONGEST_CRON_JOB = 52
"""Kubernetes refuses a CronJob with a longer name: its Jobs add eleven characters (pkg/apis/batch/validation)."""

SHAPES: Mapping[Kind, Shape] = {
    Kind.DEPLOYMENT: Shape(f"-{_SAFE}{{1,10}}-{_SAFE}{{5}}", 46),
    Kind.STATEFUL_SET: Shape("-[0-9]+", 52),
    Kind.DAEMON_SET: Shape(f"-{_SAFE}{{5}}", 57),
    Kind.CRON_JOB: Shape(f"-[0-9]{{8,10}}-{_SAFE}{{5}}", 46),
}


def pod_regex(kind: Kind, name: str) -> str:
    """RE2 that matches the pods of this workload and of hardly any other (`my-app-worker` is another)."""
    return escape_regex(name) + SHAPES[kind].suffix


def example_pod(kind: Kind, name: str, index: int, revision: int = 0) -> str:
    """The name of the workload's pod number `index`; another `revision` is another rollout."""
    suffix = _random(index * 7_919 + 1_234_567)
    replica_set = _random(revision * 104_729 + 89_123_456, length=9)
    return {
        Kind.DEPLOYMENT: f"{name}-{replica_set}-{suffix}",
        Kind.STATEFUL_SET: f"{name}-{index}",
        Kind.DAEMON_SET: f"{name}-{suffix}",
        Kind.CRON_JOB: f"{name}-{28_384_920 + revision}-{suffix}",
    }[kind]


def owner_of(pod: str) -> str:
    """The ReplicaSet or Job between a workload and its pod: the pod's name without the random suffix."""
    return pod.rpartition("-")[0]


def _random(number: int, length: int = 5) -> str:
    """`number` in Kubernetes' alphabet, the last `length` digits."""
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits += ALPHABET[digit]
    return digits


def collides(kind: Kind, name: str, other_kind: Kind, other_name: str) -> bool:
    """True when a pod of the other workload may have a name that looks like one of this workload's.

    The other's name is then this name, or this name with more behind it: the DaemonSet `my-app-db` has pods like
    `my-app-db-x2x9z`, which a Deployment `my-app` may have too. Exact, but for what does not happen: a StatefulSet of
    more than 10,000 pods, and a shorter name whose random part comes out as just what follows it in this name.
    """
    if other_name != name and not other_name.startswith(f"{name}-"):
        return False
    middle = other_name.removeprefix(name)
    shape = re.compile(SHAPES[kind].suffix)
    return any(shape.fullmatch(middle + tail) for tail in _TAILS[other_kind])


# Examples that stand for all tails of a kind, as far as the shapes above can tell them apart: by how long each part is,
# and whether it is made of Kubernetes' letters, of its digits, or of digits that it leaves out.
_HASHES = tuple(c * n for n in range(1, 11) for c in "b2")
_SUFFIXES = ("bbbbb", "22222")
_TAILS: Mapping[Kind, tuple[str, ...]] = {
    Kind.DEPLOYMENT: tuple(f"-{h}-{s}" for h in _HASHES for s in _SUFFIXES),
    Kind.STATEFUL_SET: tuple(f"-{c * n}" for n in range(1, 5) for c in "02"),
    Kind.DAEMON_SET: tuple(f"-{s}" for s in _SUFFIXES),
    Kind.CRON_JOB: tuple(f"-{c * n}-{s}" for n in range(8, 11) for c in "02" for s in _SUFFIXES),
}
