"""A profile stands for keys of a service, no more."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml
from examples import ROUTING

from alertgen import compiler, profiles, spec

NAMES = {"service": "my-app", "namespace": "shop", "team": "web"}


@pytest.mark.parametrize("profile", profiles.PROFILES)
def test_a_profile_is_the_same_as_writing_its_keys(profile: str) -> None:
    written = spec.read_service(NAMES | dict(profiles.PROFILES[profile]))
    assert written == spec.read_service(NAMES | {"profile": profile})


def test_what_the_service_says_takes_the_place_of_the_profiles_key() -> None:
    service = spec.read_service(NAMES | {"profile": "web", "probes": {"readiness": "required"}})
    assert spec.read_service(NAMES | {"probes": {"readiness": "required"}}).facets["probes"] == service.facets["probes"]


@pytest.mark.parametrize("profile", profiles.PROFILES)
def test_every_profile_builds(profile: str) -> None:
    text = yaml.safe_dump(NAMES | {"profile": profile})
    build = compiler.compile_spec([("rules.d/a.yaml", text.encode()), ROUTING], dt.date(2026, 11, 23), "rules.d")
    assert () == build.diagnostics


def test_every_profile_says_what_it_is_for() -> None:
    assert list(profiles.PROFILES) == list(profiles.MEANINGS)
