"""CronJobs and the Jobs they start, as kube-state-metrics shows them.

Sources: kube-state-metrics docs/metrics/workload/cronjob-metrics.md and job-metrics.md, internal/store/cronjob.go and
job.go. All values of type `time` are Unix seconds.
"""

from __future__ import annotations

from alertgen.metrics import KSM, Metric

_CRONJOB = ("namespace", "cronjob")
_JOB = ("namespace", "job_name")

CRONJOB_CREATED = Metric("kube_cronjob_created", KSM, _CRONJOB)
CRONJOB_SUSPENDED = Metric("kube_cronjob_spec_suspend", KSM, _CRONJOB)
CRONJOB_NEXT_RUN = Metric("kube_cronjob_next_schedule_time", KSM, _CRONJOB)
"""The first time of the schedule after the last run started: in the past when a run is missed. Not while suspended."""
CRONJOB_LAST_SUCCESS = Metric("kube_cronjob_status_last_successful_time", KSM, _CRONJOB, since=(2, 5))
"""When the last run that succeeded was complete; not there before the first success."""

JOB_STARTED = Metric("kube_job_status_start_time", KSM, _JOB)
JOB_COMPLETE = Metric("kube_job_complete", KSM, (*_JOB, "condition"))
JOB_FAILED = Metric("kube_job_failed", KSM, (*_JOB, "condition"))
"""Like the one above, only there once Kubernetes has said so, for each of the conditions true, false and unknown."""
