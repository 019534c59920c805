"""`schedules`: the CronJobs that the service needs, and what is expected of their runs.

A service that is a CronJob itself is its own schedule, whether or not it says more about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from alertgen.diagnostics import Diagnostic
from alertgen.facet import At, Facet, Part
from alertgen.model import Kind, Service, Site
from alertgen.pattern import WINDOW
from alertgen.podnames import LONGEST_CRON_JOB
from alertgen.promql import Matcher, escape_regex, regex
from alertgen.quantity import Duration
from alertgen.schema_words import keys, name, quantity, several

_DURATIONS: Final = ("every", "grace", "max_age", "max_runtime")
_GRACE: Final = "10m"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A CronJob in the service's namespace, and what is known of its runs; None for what nobody said."""

    cronjob: str
    every: Duration | None = None
    grace: Duration = Duration.parse(_GRACE)
    max_age: Duration | None = None
    max_runtime: Duration | None = None
    restarts: bool = False
    """Whether each run restarts the service."""

    @property
    def age_limit(self) -> Duration | None:
        """How long ago the last success may be: from one run's end to the next one's, and a tenth for a retry."""
        if self.max_age or not self.every:
            return self.max_age
        return Duration(self.every + max(self.every // 10, self.grace) + (self.max_runtime or 0))

    @property
    def runtime_limit(self) -> Duration | None:
        """How long one run may take: no longer than it takes until the next one is due."""
        return self.max_runtime or self.every


def _read(data: Sequence[Mapping[str, Any]], document: Mapping[str, Any]) -> tuple[Schedule, ...]:
    return tuple(
        Schedule(
            cronjob=_cronjob(item, document),
            restarts="restarts" in item,
            **{key: Duration.parse(str(item[key])) for key in _DURATIONS if key in item},
        )
        for item in data
    )


def _cronjob(item: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    return str(item.get("cronjob", document["service"]))


def _check(data: Sequence[Mapping[str, Any]], _site: Site, at: At) -> Iterator[Diagnostic]:
    for index, item in enumerate(data):
        lengths: dict[str, Duration] = {}
        for key in _DURATIONS:
            if key in item:
                try:
                    lengths[key] = WINDOW.parse(item[key])
                except ValueError as error:
                    yield Diagnostic(at(index, key), "bad-value", f"'{key}': {error}")
        every, oldest = lengths.get("every"), lengths.get("max_age")
        if every and oldest and oldest <= every:
            yield Diagnostic(
                at(index, "max_age"),
                "contradiction",
                f"the last success is {every} old before each run, and must not be older than {oldest}",
                hint="max_age must leave time for a run that starts late, takes long, or is tried again",
            )
        if "restarts" in item and not {"every", "max_age"} & item.keys():
            yield Diagnostic(
                at(index, "restarts"),
                "missing-key",
                "nobody says how often it is restarted",
                hint="add `every`, e.g. every: 24h",
            )


def _fits(data: Sequence[Mapping[str, Any]], document: Mapping[str, Any], at: At) -> Iterator[Diagnostic]:
    service, kind = document["service"], document.get("kind", Kind.DEPLOYMENT)
    first: dict[str, int] = {}
    for index, item in enumerate(data):
        if "cronjob" not in item and kind != Kind.CRON_JOB:
            yield Diagnostic(
                at(index),
                "missing-key",
                f"a {kind} is no CronJob itself: which one is it?",
                hint="add `cronjob`, the name of the CronJob",
            )
            continue
        cronjob = _cronjob(item, document)
        if cronjob in first:
            yield Diagnostic(
                at(index),
                "duplicate",
                f"the CronJob '{cronjob}' is here twice, and its alerts could not be told apart",
                related=((at(first[cronjob]), "here already"),),
            )
        first.setdefault(cronjob, index)
        if "restarts" not in item:
            continue
        if kind == Kind.CRON_JOB:
            yield Diagnostic(
                at(index, "restarts"),
                "no-effect",
                "a CronJob is not restarted: its containers end by themselves",
                hint="say it in the document of the service that is restarted",
            )
        elif item["restarts"] != service:
            yield Diagnostic(
                at(index, "restarts"),
                "contradiction",
                f"only the service itself can say that it is restarted, and this is '{service}'",
                hint=f"move the schedule to the document of '{item['restarts']}', or write restarts: {service}",
            )


PART = Part(
    key="schedules",
    names=frozenset({"cronjob", "restarts"}),
    schema=several(
        "The CronJobs that the service needs, in its namespace. A service of kind CronJob has one: itself.",
        keys(
            "A CronJob and what is expected of its runs.",
            {
                "cronjob": {
                    **name("The CronJob's name; a service of kind CronJob may leave its own out."),
                    "maxLength": LONGEST_CRON_JOB,
                },
                "every": quantity(WINDOW, "The longest time from one run to the next, e.g. 24h."),
                "grace": quantity(WINDOW, "A run that starts later than this was missed.", _GRACE),
                "max_age": quantity(
                    WINDOW,
                    "How long ago the last success may be. By default `every`, a tenth of it or `grace` (whichever is "
                    "longer), and `max_runtime`.",
                ),
                "max_runtime": quantity(WINDOW, "A run that takes longer than this hangs. By default `every`."),
                "restarts": name("Each run restarts this service: its name. Older containers were not restarted."),
            },
        ),
    ),
    read=_read,
    check=_check,
    fits=_fits,
)


def _items(wanted: Callable[[Schedule], object]) -> Callable[[Site, Service | None], Sequence[Schedule]]:
    def items(_site: Site, service: Service | None) -> Sequence[Schedule]:
        if service is None:
            return ()
        said = service.facets.get(PART.key, ())
        assert isinstance(said, tuple)
        is_one = service.kind is Kind.CRON_JOB and service.name not in {schedule.cronjob for schedule in said}
        own = (Schedule(service.name),) if is_one else ()
        return tuple(schedule for schedule in (*own, *said) if wanted(schedule))

    return items


def _select(item: Schedule) -> Mapping[str, str | Matcher]:
    # A Job is called after its CronJob and the minute it was due, in older versions of Kubernetes the second.
    return {"cronjob": item.cronjob, "job_name": regex(f"{escape_regex(item.cronjob)}-[0-9]{{8,10}}")}


def _facet(text: str, wanted: Callable[[Schedule], object], **sample: str) -> Facet[Schedule]:
    return Facet(
        text=text,
        key=PART.key,
        items=_items(wanted),
        labels=lambda item: {"cronjob": item.cronjob},
        select=_select,
        example=lambda item: {"cronjob": item.cronjob, "job_name": f"{item.cronjob}-29384820"},
        sample={"schedules": [{"cronjob": "my-nightly", **sample}]},
        neighbour=lambda item: replace(item, cronjob=f"{item.cronjob}-worker"),
        words=lambda item: {
            "cronjob": item.cronjob,
            "grace": str(item.grace),
            "age_limit": str(item.age_limit),
            "runtime_limit": str(item.runtime_limit),
        },
    )


SCHEDULE = _facet("schedules, or kind: CronJob", lambda _: True)
"""It needs a CronJob, or is one."""
DUE = _facet("schedules.every", lambda item: item.age_limit, every="24h")
"""It is known how often a run must succeed."""
TIMED = _facet("schedules.max_runtime", lambda item: item.runtime_limit, max_runtime="15m")
"""It is known how long a run may take."""
RESTARTED = replace(
    _facet("schedules.restarts", lambda item: item.restarts, every="24h", restarts="my-app"), neighbour=None
)
"""Each run restarts the service. Its series are the service's own, so that there is no neighbour but other services."""
