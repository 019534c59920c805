"""Generated specs of any size, made the way large ones are: many teams, few kinds of service, a few exceptions. Pure.

The same size gives the same spec, byte for byte.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

TEAMS = 100
SERVICES_PER_NAMESPACE = 40
LONGEST_NAME = 46
"""Kubernetes cuts the pod names of longer ones, in characters."""
RETUNING_TEAM = 0
"""The team whose overrides apply to all its services."""

# Every word has a vowel: no name looks like the random end of another service's pods.
_ABOUT = """
    account address audit basket billing booking campaign catalogue checkout claim contract courier coupon customer
    delivery device discount document email estimate event feature feed fleet forecast fraud identity image inventory
    invoice ledger loyalty mandate media message notification offer order parcel partner payment payout policy price
    product profile quote rating recommendation refund report return review reward routing search session settlement
    shipment subscription supplier tariff tax telemetry tracking vehicle voucher warehouse
""".split()  # noqa: SIM905  # seventy words read better than seventy lines
_QUALIFIERS = ("", "", "", "", "eu", "us", "internal", "public", "mobile", "partner", "legacy", "realtime")
_ROLES: dict[str, tuple[str, ...]] = {
    "Deployment": (
        "api",
        "web",
        "gateway",
        "worker",
        "consumer",
        "backend",
        "adapter",
        "scheduler",
        "indexer",
        "proxy",
    ),
    "StatefulSet": ("database", "cache", "queue", "store", "replica"),
    "DaemonSet": ("agent", "collector", "exporter"),
    "CronJob": ("cleanup", "import", "export", "reconcile", "nightly-report"),
}


@dataclass(frozen=True, slots=True)
class Sort:
    """Services that say the same but for names: how many there are of it, relatively, and the lines they share."""

    share: int
    kind: str
    lines: tuple[str, ...] = ()


_NOISY = "alerts: {ContainerCPUThrottled: {threshold: 50%, for: 30m, severity: info, reason: bursty by design}}"
_HEAP = "alerts: {ContainerMemoryNearLimit: {threshold: 97%, reason: the heap is sized to the limit}}"
_RESTARTS = "alerts: {ContainerRestartRateHigh: {threshold: 8, window: 6h, reason: restarts on every new model}}"
_SLOW = "alerts: {PodNotReady: {for: 25m}, RolloutStuck: {for: 45m}}"
_SILENT = 'alerts: {ContainerOOMKilled: {enabled: false, reason: "until the import streams", expires: 2999-12-31}}'

SORTS = (
    Sort(300, "Deployment"),
    Sort(60, "Deployment", ("container: app",)),
    Sort(60, "Deployment", ("replicas: {min: 2}",)),
    Sort(30, "Deployment", ("labels: {exposure: public}",)),
    Sort(20, "Deployment", ("select: owner",)),
    Sort(20, "Deployment", (_NOISY,)),
    Sort(20, "Deployment", (_HEAP,)),
    Sort(8, "Deployment", (_SLOW,)),
    Sort(4, "Deployment", (_RESTARTS,)),
    Sort(60, "Deployment", ("tier: critical",)),
    Sort(60, "Deployment", ("tier: critical", "replicas: {min: 3}")),
    Sort(20, "Deployment", ("tier: critical", "container: app")),
    Sort(10, "Deployment", ("tier: critical", "labels: {exposure: public}")),
    Sort(8, "Deployment", ("tier: critical", _NOISY)),
    Sort(4, "Deployment", ("tier: critical", "select: owner")),
    Sort(60, "Deployment", ("tier: batch",)),
    Sort(10, "Deployment", ("tier: batch", _HEAP)),
    Sort(4, "Deployment", ("tier: batch", _SILENT)),
    Sort(30, "Deployment", ("tier: experimental",)),
    Sort(8, "Deployment", ("tier: experimental", "container: app")),
    Sort(60, "StatefulSet", ("container: server",)),
    Sort(30, "StatefulSet", ("container: server", "tier: critical")),
    Sort(20, "StatefulSet", ("container: server", "tier: critical", "replicas: {min: 3}")),
    Sort(10, "StatefulSet", ("container: server", _HEAP)),
    Sort(4, "StatefulSet", ("container: server", "select: owner")),
    Sort(4, "StatefulSet", ("container: server", _SLOW)),
    Sort(2, "StatefulSet", ("container: server", "tier: batch")),
    Sort(10, "DaemonSet"),
    Sort(4, "DaemonSet", ("tier: critical",)),
    Sort(2, "DaemonSet", (_NOISY,)),
    Sort(1, "DaemonSet", ("select: owner",)),
    Sort(60, "CronJob", ("tier: batch", "container: job")),
    Sort(20, "CronJob", ("container: job",)),
    Sort(4, "CronJob", ("tier: batch", "container: job", _SILENT)),
    Sort(2, "CronJob", ("tier: batch", "container: job", "select: owner")),
)
"""What a service may be, the common ones first."""

SITE = """\
site: benchmark
team: team-000
external_labels: {cluster: benchmark}
runbook_base: https://runbooks.example.com/alerts
tiers:
  experimental:
    description: Nobody depends on it yet.
    alerts:
      WorkloadDown: {severity: warning, for: 30m}
      WorkloadMissing: {severity: warning}
"""

CHANGED_FILE = "one-line-change.yaml"
"""The service that the benchmark edits; its file is the first that `spec` yields."""


def edited(edition: int) -> str:
    """That service's file after so many one-line edits. Each gives it rules that no other service has."""
    override = f"alerts: {{ContainerRestartRateHigh: {{threshold: {10 + edition}, reason: edit {edition}}}}}\n"
    sort = Sort(0, "Deployment", ("tier: experimental",))  # so that the smallest spec, too, uses all that the site says
    return _service("edited", "benchmark", f"team-{RETUNING_TEAM:03}", sort) + (override if edition else "")


def spec(services: int) -> Iterator[tuple[str, str]]:
    """The files of a spec with that many services: paths below its folder, and their text."""
    yield CHANGED_FILE, edited(0)
    yield "site.yaml", SITE
    yield "routing.yaml", _routing()
    draw = random.Random(services)  # noqa: S311  # repeatable, not secret
    namespaces = max(1, services // SERVICES_PER_NAMESPACE)
    shares = [sort.share for sort in SORTS]
    seen: set[tuple[str, str]] = set()
    while len(seen) < services - 1:
        number = int(draw.triangular(0, namespaces, 0))  # some namespaces hold many services, most hold few
        namespace, team = f"{_ABOUT[number % len(_ABOUT)]}-{number}", f"team-{number % TEAMS:03}"
        (sort,) = draw.choices(SORTS, shares)
        words = (draw.choice(_QUALIFIERS), draw.choice(_ABOUT), draw.choice([*_ABOUT, *[""] * 40]))
        name = "-".join(word for word in (*words, draw.choice(_ROLES[sort.kind])) if word)
        if len(name) <= LONGEST_NAME and (namespace, name) not in seen:
            seen.add((namespace, name))
            yield f"{team}/{namespace}-{name}.yaml", _service(name, namespace, team, sort)


def _service(name: str, namespace: str, team: str, sort: Sort) -> str:
    lines = (
        f"service: {name}",
        f"namespace: {namespace}",
        f"team: {team}",
        *([f"kind: {sort.kind}"] if sort.kind != "Deployment" else []),
        f"runbook: https://runbooks.example.com/{team}/{name}",
        *sort.lines,
    )
    return "\n".join(lines) + "\n"


def _routing() -> str:
    """Each team with a pager and a chat of its own."""
    lines = ["routing:", "  default: {receiver: unowned}", "  heartbeat: {receiver: deadman}", "  teams:"]
    receivers = [
        "  receivers:",
        "    deadman: {webhook: {url: 'https://heartbeat.example.com/benchmark'}}",
        "    unowned: {slack: {api_url_file: /etc/secrets/slack, channel: '#unowned'}}",
    ]
    for number in range(TEAMS):
        team = f"team-{number:03}"
        lines += [f"    {team}:", f"      page: {{receiver: {team}-pager}}", f"      ticket: {{receiver: {team}-chat}}"]
        receivers += [
            f"    {team}-pager: {{pagerduty: {{routing_key_file: /etc/secrets/{team}}}}}",
            f"    {team}-chat: {{slack: {{api_url_file: /etc/secrets/slack, channel: '#{team}'}}}}",
        ]
        if number == RETUNING_TEAM:
            lines += [
                "      alerts:",
                "        ContainerMemoryNearLimit: {threshold: 95%, reason: sized by an operator}",
            ]
    return "\n".join([*lines, *receivers]) + "\n"
