from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from conftest import Fake

from alertgen.diagnostics import AlertgenError
from alertgen.tools import binaries
from alertgen.tools.binaries import TOOLS, Binary, find, given, probe, unpacked


def says(version: str, name: str = "promtool") -> str:
    return f"echo '{name}, version {version} (branch: debian/sid, revision: {version})'"


def put(path: Path, folder: Path, package: str) -> Path:
    """Moves a program to where an unpacked package has it."""
    target = folder / package / "usr" / "bin" / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    return path.rename(target)


def path_of(program: Path) -> dict[str, str]:
    return {"PATH": str(program.parent)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".tools"


def test_the_one_on_path_is_taken(fake: Fake, folder: Path) -> None:
    program = fake("promtool", says("2.42.0+ds"))
    assert Binary("promtool", program, (2, 42, 0), "PATH") == find("promtool", folder, path_of(program))


def test_a_version_is_compared_by_number(fake: Fake, folder: Path) -> None:
    program = fake("promtool", says("2.100.3"))
    assert find("promtool", folder, path_of(program)).version == (2, 100, 3)


def test_debian_calls_alertmanager_otherwise(fake: Fake, folder: Path) -> None:
    program = fake("prometheus-alertmanager", says("0.28.1+ds", "alertmanager"))
    assert program == find("alertmanager", folder, path_of(program)).path


def test_a_path_that_is_not_absolute_becomes_so(fake: Fake, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = fake("promtool", says("2.42.0"))
    monkeypatch.chdir(program.parents[1])
    assert program == find("promtool", folder, {"PATH": "bin"}).path


def test_one_that_is_too_old_gives_way_to_an_unpacked_one(fake: Fake, folder: Path) -> None:
    put(fake("promtool", says("3.5.3")), folder, "promtool_3.5.3_amd64")
    oldest = put(fake("promtool", says("2.53.3")), folder, "promtool_2.53.3_amd64")
    too_old = fake("promtool", says("2.41.9"))
    assert Binary("promtool", oldest, (2, 53, 3), str(folder)) == find("promtool", folder, path_of(too_old))


def test_one_that_is_too_old_is_named_when_there_is_no_other(fake: Fake, folder: Path) -> None:
    program = fake("promtool", says("2.41.0"))
    with pytest.raises(AlertgenError) as raised:
        find("promtool", folder, path_of(program))
    expected = f"no promtool 2.42 or newer on PATH or in {folder}; {program} is 2.41.0, older than 2.42"
    assert expected == raised.value.message


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("sleep 60", r"was stopped: it had not finished after 0.3 seconds"),
        ("kill -9 $$", r"was killed by SIGKILL"),
        ("echo hello", r"does not say that it is promtool"),
        ("echo 'promtool, version latest'", r"does not say that it is promtool"),
        (says("2.42.0", "prometheus"), r"does not say that it is promtool"),
        (says("2.42.0") + "; exit 1", r"does not say that it is promtool"),
        ("head -c 5000 /dev/urandom", r"does not say that it is promtool"),
    ],
    ids=["hanging", "killed", "other words", "no number", "another program", "failing", "garbage"],
)
def test_one_that_misbehaves_is_passed_over_with_the_reason(
    body: str, reason: str, fake: Fake, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "_PROBE_SECONDS", 0.3 if "sleep" in body else 5)
    program = fake("promtool", body)
    with pytest.raises(AlertgenError, match=reason):
        find("promtool", folder, {"PATH": f"{program.parent}:{os.environ['PATH']}"})


def test_a_file_that_is_no_program_is_no_candidate(fake: Fake, folder: Path) -> None:
    program = fake("promtool", says("2.42.0"))
    program.chmod(0o644)
    put(program, folder, "promtool_2.42.0_amd64")
    found, reasons = unpacked("promtool", folder)
    assert not found
    assert ["Permission denied"] == [reason.rpartition(": ")[2] for reason in reasons]


def test_a_package_that_is_being_unpacked_does_not_count(fake: Fake, folder: Path) -> None:
    put(fake("promtool", says("2.42.0")), folder, ".partial-x")
    assert ([], []) == unpacked("promtool", folder)


@pytest.mark.parametrize(
    ("apt", "hint"),
    [(True, "run: alertgen doctor --install"), (False, "install alertmanager: with Homebrew `brew install alert")],
)
def test_the_hint_is_one_that_works_here(
    apt: bool, hint: str, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(binaries, "packages_available", lambda: apt)
    with pytest.raises(AlertgenError) as raised:
        find("amtool", folder, {"PATH": str(tmp_path)})
    assert raised.value.hint.startswith(hint)


def test_each_version_is_tested_with_once_oldest_first(fake: Fake, folder: Path) -> None:
    newest = put(fake("promtool", says("3.5.3")), folder, "promtool_3.5.3_amd64")
    put(fake("promtool", says("2.53.3")), folder, "promtool_2.53.3_amd64")
    on_path = fake("promtool", says("2.53.3"))
    paths = [binary.path for binary in given("promtool", folder, path_of(on_path))]
    assert [on_path, newest] == paths


def test_a_list_in_the_environment_is_taken_and_nothing_else(fake: Fake, folder: Path, tmp_path: Path) -> None:
    put(fake("promtool", says("3.5.3")), folder, "promtool_3.5.3_amd64")
    first = fake("promtool", says("3.1.0")).rename(tmp_path / "first")
    second = fake("promtool", says("2.44.0")).rename(tmp_path / "second")
    environ = {"PATH": "/usr/bin", "ALERTGEN_PROMTOOLS": f"{first}{os.pathsep}{second}{os.pathsep}"}
    assert [second, first] == [binary.path for binary in given("promtool", folder, environ)]


def test_a_listed_one_that_is_missing_is_an_error(fake: Fake, folder: Path, tmp_path: Path) -> None:
    there = fake("promtool", says("3.1.0"))
    environ = {"PATH": "/usr/bin", "ALERTGEN_PROMTOOLS": f"{there}{os.pathsep}{tmp_path / 'nowhere'}"}
    with pytest.raises(AlertgenError, match=r"^ALERTGEN_PROMTOOLS: .*nowhere cannot be run: No such file"):
        given("promtool", folder, environ)


def test_a_listed_one_that_is_too_old_is_an_error(fake: Fake, folder: Path) -> None:
    program = fake("amtool", says("0.24.0", "amtool"))
    with pytest.raises(AlertgenError, match=r"^ALERTGEN_AMTOOLS: .* is 0.24.0, older than 0.25"):
        given("amtool", folder, {"ALERTGEN_AMTOOLS": str(program)})


def test_the_real_ones_say_what_they_are(promtools: tuple[Binary, ...], amtools: tuple[Binary, ...]) -> None:
    for binary in (*promtools, *amtools):
        assert binary == probe(binary.name, binary.path, binary.origin)
        assert binary.version >= TOOLS[binary.name].floor


def test_apt_is_there_or_it_is_not() -> None:
    assert binaries.packages_available() == (shutil.which("apt-get") is not None)
