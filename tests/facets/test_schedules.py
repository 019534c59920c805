"""`schedules`: which alerts a schedule switches on, which limits follow, and what cannot be said."""

from __future__ import annotations

import re
from typing import Any

import pytest
from facetcase import part_problems, service
from hypothesis import given
from hypothesis import strategies as st

from alertgen.diagnostics import Location
from alertgen.facets.schedules import DUE, PART, RESTARTED, SCHEDULE, TIMED, Schedule
from alertgen.model import Kind, Site
from alertgen.promql import Matcher
from alertgen.quantity import Duration

_HERE = Location("x.yaml", 1, 1)
FACETS = {"SCHEDULE": SCHEDULE, "DUE": DUE, "TIMED": TIMED, "RESTARTED": RESTARTED}


def _watched(*schedules: dict[str, Any], **more: Any) -> dict[str, list[str]]:
    """The CronJobs that each facet finds."""
    one = service(**({"schedules": list(schedules)} if schedules else {}), **more)
    found = {name: [item.cronjob for item in facet.items(Site(), one)] for name, facet in FACETS.items()}
    return {name: cronjobs for name, cronjobs in found.items() if cronjobs}


@pytest.mark.parametrize(
    ("said", "facets"),
    [
        ({}, {"SCHEDULE"}),
        ({"every": "24h"}, {"SCHEDULE", "DUE", "TIMED"}),
        ({"max_age": "26h"}, {"SCHEDULE", "DUE"}),
        ({"max_runtime": "15m"}, {"SCHEDULE", "TIMED"}),
        ({"every": "24h", "restarts": "my-app"}, {"SCHEDULE", "DUE", "TIMED", "RESTARTED"}),
    ],
)
def test_what_is_known_of_a_schedule_decides_what_is_watched(said: dict[str, str], facets: set[str]) -> None:
    assert {name: ["nightly"] for name in facets} == _watched({"cronjob": "nightly", **said})


def test_a_service_that_is_a_cronjob_is_its_own_schedule() -> None:
    assert {"SCHEDULE": ["my-app"]} == _watched(kind="CronJob")
    assert {"SCHEDULE": ["my-app"]} == _watched(profile="cron")


def test_it_may_say_more_about_itself_without_its_name() -> None:
    expected = {name: ["my-app"] for name in ("SCHEDULE", "DUE", "TIMED")}
    assert expected == _watched({"every": "1h"}, kind="CronJob")
    assert expected == _watched({"every": "1h", "cronjob": "my-app"}, kind="CronJob")


def test_it_stays_its_own_schedule_when_it_names_others() -> None:
    assert {"SCHEDULE": ["my-app", "nightly"]} == _watched({"cronjob": "nightly"}, kind="CronJob")


def test_a_service_without_schedules_and_an_installation_have_none() -> None:
    assert {} == _watched()
    assert not any(facet.items(Site(), None) for facet in FACETS.values())


def test_the_cronjob_tells_the_alerts_of_two_schedules_apart() -> None:
    one = service(schedules=[{"cronjob": "a"}, {"cronjob": "b"}])
    assert [{"cronjob": "a"}, {"cronjob": "b"}] == [SCHEDULE.labels(item) for item in SCHEDULE.items(Site(), one)]


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ({"every": "24h"}, "1d2h24m"),
        ({"every": "24h", "max_runtime": "15m"}, "1d2h39m"),
        ({"every": "1h"}, "1h10m"),
        ({"every": "1h", "grace": "2m"}, "1h6m"),
        ({"every": "24h", "max_runtime": "15m", "max_age": "26h"}, "1d2h"),
    ],
)
def test_a_success_may_be_as_old_as_a_late_and_slow_run_makes_it(said: dict[str, str], limit: str) -> None:
    (item,) = DUE.items(Site(), service(schedules=[{"cronjob": "a", **said}]))
    assert limit == str(item.age_limit)


def test_a_run_may_last_until_the_next_is_due_unless_somebody_knows_better() -> None:
    assert Duration.parse("1h") == Schedule("a", every=Duration.parse("1h")).runtime_limit
    assert Duration.parse("15m") == Schedule("a", Duration.parse("1h"), max_runtime=Duration.parse("15m")).runtime_limit
    assert Schedule("a").runtime_limit is None


_NAMES = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?", fullmatch=True)


@given(_NAMES, st.integers(25_000_000, 2_000_000_000))
def test_its_jobs_are_found_by_name_and_a_neighbours_are_not(cronjob: str, due: int) -> None:
    item = Schedule(cronjob)
    matcher = SCHEDULE.select(item)["job_name"]
    assert isinstance(matcher, Matcher)
    assert SCHEDULE.neighbour is not None
    assert re.fullmatch(matcher.value, f"{cronjob}-{due}")
    assert re.fullmatch(matcher.value, SCHEDULE.shown(item)["job_name"])
    assert not re.fullmatch(matcher.value, SCHEDULE.shown(SCHEDULE.neighbour(item))["job_name"])
    assert not re.fullmatch(matcher.value, f"{cronjob}-manual")


def test_the_longest_name_that_kubernetes_takes_may_be_said() -> None:
    assert [] == part_problems(PART, f"[{{cronjob: {'a' * 52}}}]")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("[]", "3:12: error[empty]: 'schedules' is empty"),
        ("{cronjob: a}", "3:12: error[wrong-type]: 'schedules' must be a list, not a mapping"),
        (f"[{{cronjob: {'a' * 53}}}]", "3:23: error[too-long]: 'cronjob' is longer than 52 characters"),
        ("[{cronjob: a, evry: 24h}]", "3:26: error[unknown-key]: unknown key 'evry'"),
        ("[{cronjob: a, every: daily}]", "3:33: error[bad-value]: 'every' must be a duration"),
        ("[{cronjob: a, every: 0s}]", "3:33: error[bad-value]: 'every': must be longer than 0s"),
        ("[{cronjob: a, every: 24h, max_age: 24h}]", "3:47: error[contradiction]: the last success is 1d old before"),
        ("[{cronjob: a, restarts: my-app}]", "3:36: error[missing-key]: nobody says how often it is restarted"),
        ("[{every: 24h}]", "3:13: error[missing-key]: a Deployment is no CronJob itself: which one is it?"),
        ("[{cronjob: a}, {cronjob: a, every: 1h}]", "3:27: error[duplicate]: the CronJob 'a' is here twice"),
        ("[{cronjob: a, every: 1h, restarts: other}]", "3:47: error[contradiction]: only the service itself can say"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(value: str, problem: str) -> None:
    (told,) = part_problems(PART, value)
    assert told.startswith(f"x.yaml:{problem}"), told


@pytest.mark.parametrize(
    ("schedules", "code"),
    [
        ([{"every": "1h"}, {"cronjob": "my-app"}], "duplicate"),
        ([{"every": "1h", "restarts": "my-app"}], "no-effect"),
    ],
)
def test_a_cronjob_can_be_said_once_and_is_not_restarted(schedules: list[dict[str, str]], code: str) -> None:
    document = {"service": "my-app", "kind": Kind.CRON_JOB.value}
    (problem,) = PART.fits(schedules, document, lambda *_: _HERE)
    assert code == problem.code
