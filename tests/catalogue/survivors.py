"""Slips that no generated test can or need notice: which, and why. Checked again by every full run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Survivor:
    """Slips in one alert that are allowed to go unnoticed.

    `alert` may be a recording rule, `changes` are the mutants' words; `*` stands for anything in both. `equivalent`
    says that no data that exporters can show tells the broken rule from the right one, so that no test could; `reason`
    says why, or why the difference does not matter.
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
        "LivenessProbeFailing",
        ("* >= 2 becomes 1.8",),
        "attempts are whole numbers",
        equivalent=True,
    ),
    Survivor(
        "PodEvicted",
        ("kube_pod_status_reason[1h] becomes [2h]", "alertgen:workload_pod:info[1h] becomes [2h]"),
        "what was evicted longer ago than the window is taken away again",
        equivalent=True,
    ),
    Survivor(
        "PodEvicted",
        ("kube_pod_status_reason[1h] becomes [2h] (2)",),
        "it matters once kube-state-metrics was away for longer than the window",
        equivalent=False,
    ),
    Survivor(
        "WorkloadRestartStorm",
        (
            "kube_pod_container_status_restarts_total[1h] becomes [2h]",
            "kube_pod_container_status_restarts_total[1h] becomes [2h] (2)",
            "kube_pod_created[1h] becomes [2h]",
            "alertgen:workload_pod:info[1h] becomes [2h]",
            "alertgen:workload_pod:info[1h] becomes [2h] (2)",
        ),
        "a pod younger than the window has no earlier sample; an older one's last is compared with one in the window",
        equivalent=True,
    ),
    Survivor(
        "WorkloadRestartStorm",
        ("* >= 6 becomes 5.4",),
        "restarts are whole numbers",
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
        "PrometheusWithoutAlertmanager",
        ("max(*) < 1 becomes 0.9", "max(*) < 1 becomes 0.5", "sum(rate(*)) becomes max"),
        "Alertmanagers are counted in whole numbers; a sum is more than 0 where one of its terms is",
        equivalent=True,
    ),
    Survivor(
        "RuleEvaluationFailing",
        ("sum(increase(*)) becomes max",),
        "a sum is more than 0 where one of its terms is",
        equivalent=True,
    ),
    Survivor(
        "alertgen:workload_ready_pods:count_by_node",
        ('namespace="shop" dropped everywhere',),
        "the alert that reads it asks for the namespace again",
        equivalent=False,
    ),
    Survivor(
        "ServiceTargetsDown",
        ('kube_*: namespace="shop" dropped',),
        "what it is joined with has no other namespace: absent() gives the one that the selector asks for",
        equivalent=True,
    ),
    Survivor(
        "ServiceTargetsDown",
        ("up[*] becomes *",),
        "how long targets are remembered that were never there again; days of samples are not worth it",
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
    Survivor(
        "alertgen:slo_errors:*",
        ("* becomes delta (2)", "* becomes irate (2)", "*] becomes [* (2)", "*=* dropped (2)"),
        "the second time it is only multiplied by 0, and divided by what there must be",
        equivalent=True,
    ),
    Survivor(
        "alertgen:slo_failures:rate5m",
        ("* becomes delta (2)", "* becomes irate (2)", "*] becomes [* (2)", "*=* dropped (2)"),
        "the second time it is only multiplied by 0: no failures are recorded, or none at all",
        equivalent=False,
    ),
    Survivor(
        "alertgen:slo_errors:ratio_rate2h",
        ("*] becomes [4h]", "*] becomes [4h] (3)"),
        "hours of samples cost too much; another test compares the window of each record with its name",
        equivalent=False,
    ),
    *(
        Survivor(
            f"alertgen:slo_{record}",
            ("*] becomes [*",),
            "days of samples cost too much; another test compares the window of each record with its name",
            equivalent=False,
        )
        for record in (
            "errors:ratio_rate6h",
            "errors:ratio_rate1d",
            "errors:ratio_rate3d",
            "error_budget:remaining_ratio",
        )
    ),
    Survivor(
        "alertgen:slo_requests:rate5m",
        ("*] becomes [2m30s]",),
        "a steady flow has the same rate in both; what ends is seen by the longer one only",
        equivalent=False,
    ),
    Survivor(
        "alertgen:slo_*",
        ("sum(increase(*)) > 0 becomes 1", "sum_over_time(*) > 0 becomes 1"),
        "both ask whether there was any traffic: less than one request within the window is none",
        equivalent=False,
    ),
    Survivor(
        "WorkloadDegraded",
        ("factor 3 becomes 2.7",),
        "pods are whole numbers: only the number in the description would be another",
        equivalent=False,
    ),
    Survivor(
        "TrafficStopped",
        ("sum(increase(*[10m])) becomes max",),
        "counters only grow: their sum is above 0 when the largest is",
        equivalent=True,
    ),
    Survivor(
        "TrafficStopped",
        ("sum(increase(*[10m])) > 0 becomes 1",),
        "both ask whether there was any request: less than one within the window is none",
        equivalent=False,
    ),
)
