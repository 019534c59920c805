"""Slips that no generated test can or need notice: which, and why. Checked again by every full run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Survivor:
    """Slips in one alert that are allowed to go unnoticed.

    `changes` are the mutants' words, `*` for anything. `equivalent` says that no data that exporters can show tells the
    broken rule from the right one, so that no test could; `reason` says why, or why the difference does not matter.
    """

    alert: str
    changes: tuple[str, ...]
    reason: str
    equivalent: bool


SURVIVORS: tuple[Survivor, ...] = (
    Survivor(
        "ContainerCPUThrottled",
        ("increase(*) becomes delta",),
        "the cgroup counts: a counter never starts again, and the container's successor has a cgroup of its own",
        equivalent=True,
    ),
    Survivor(
        "ContainerCPUThrottled",
        ("* becomes >=",),
        "increase() fills in what it did not see: nobody can say what exactly the threshold would be",
        equivalent=False,
    ),
    Survivor(
        "ContainerCPUUsageHigh",
        ("* > 0.9 becomes >=",),
        "a rate has rounding errors: exactly the threshold is a matter of luck",
        equivalent=False,
    ),
    Survivor(
        "ContainerRestartRateHigh",
        ("max(increase(*) >= 3 becomes 2.7",),
        "with enough samples two restarts are taken for 2.7 only where a scrape came a whole interval late",
        equivalent=False,
    ),
    Survivor(
        "PodNotReady",
        ("max(kube_pod_deletion_timestamp*) > 0 becomes >=", "max(kube_pod_deletion_timestamp*) > 0 becomes 1"),
        "it is a Unix time, present only while the pod is being deleted",
        equivalent=True,
    ),
    Survivor(
        "WorkloadDegraded",
        ("kube_deployment_spec_replicas: job=* dropped (2)",),
        "the second time it is only multiplied by 0",
        equivalent=True,
    ),
    Survivor(
        "alertgen:workload_pod:info",
        ("max(*) becomes min",),
        "what says who owns whom is 1 wherever it is",
        equivalent=True,
    ),
    Survivor(
        "alertgen:workload_pod:info",
        ('namespace="shop" dropped everywhere', '*: namespace="shop" dropped'),
        "the alerts that read it ask for the namespace again",
        equivalent=False,
    ),
    Survivor(
        "NodePoolTooFewNodes",
        ("* < 2 becomes 1.8",),
        "nodes are counted: what is less than two is less than 1.8",
        equivalent=True,
    ),
    Survivor(
        "WorkloadOnWrongNodePool",
        ("max(kube_pod_info) becomes min",),
        "it is 1 wherever it is",
        equivalent=True,
    ),
)
