"""What Prometheus and Alertmanager say of themselves.

Sources: rules/group.go and notifier/ of Prometheus, notify/notify.go of Alertmanager
"""

from __future__ import annotations

from alertgen.metrics import ALERTMANAGER, PROMETHEUS, Metric

_POD = {"namespace": "monitoring", "pod": "prometheus-k8s-0"}

RULE_FAILURES = Metric("prometheus_rule_evaluation_failures_total", PROMETHEUS, ("rule_group",), _POD)
RULE_ITERATIONS_MISSED = Metric("prometheus_rule_group_iterations_missed_total", PROMETHEUS, ("rule_group",), _POD)
ALERTMANAGERS_DISCOVERED = Metric("prometheus_notifications_alertmanagers_discovered", PROMETHEUS, (), _POD)
NOTIFICATIONS_DROPPED = Metric("prometheus_notifications_dropped_total", PROMETHEUS, (), _POD)

_AM_POD = {"namespace": "monitoring", "pod": "alertmanager-main-0"}

NOTIFICATIONS = Metric("alertmanager_notifications_total", ALERTMANAGER, ("integration",), _AM_POD)
NOTIFICATIONS_FAILED = Metric(
    "alertmanager_notifications_failed_total", ALERTMANAGER, ("integration",), {**_AM_POD, "reason": "clientError"}
)
