"""Unpacking packages, tried with a small repository of one's own: no network, and apt as it is on this machine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from alertgen.diagnostics import AlertgenError
from alertgen.tools import packages
from alertgen.tools.packages import install, install_matrix, trust_fields

pytestmark = pytest.mark.skipif(not shutil.which("apt-get"), reason="there are packages on Debian and Ubuntu only")


def silent(_: str) -> None:
    pass


class Repository:
    """A Debian repository in a folder, and a configuration of apt that knows it and nothing else."""

    def __init__(self, root: Path, origin: str = "Debian") -> None:
        self.origin = origin
        self.root = root / "repo"
        self.parts = root / "etc" / "sources.list.d"
        self.parts.mkdir(parents=True)
        self.configuration = root / "etc" / "apt.conf"
        self.configuration.write_text(
            f'Dir::Etc::SourceList "{root}/etc/sources.list";\nDir::Etc::SourceParts "{self.parts}";\n',
            encoding="utf-8",
        )
        self.source("distribution", f"deb [trusted=yes] file:{self.root} {codename()} main\n")

    def source(self, name: str, text: str) -> None:
        (self.parts / f"{name}.list").write_text(text, encoding="utf-8")

    def add(self, suite: str, package: str, version: str, **programs: str) -> None:
        """A package with programs in /usr/bin, by name and the version that each tells."""
        tree = self.root / "tree"
        for name, said in programs.items():
            path = tree / "usr" / "bin" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            called = name.removeprefix("prometheus-")
            path.write_text(f"#!/bin/sh\necho '{called}, version {said} (branch: x)'\n", encoding="utf-8")
            path.chmod(0o755)
        about = f"Package: {package}\nVersion: {version}\nArchitecture: all\nMaintainer: x <x@x.org>\n"
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN" / "control").write_text(f"{about}Description: x\n", encoding="utf-8")
        deb = self.root / "pool" / f"{package}_{version}_all.deb"
        deb.parent.mkdir(exist_ok=True)
        command = ["dpkg-deb", "--build", "--root-owner-group", "-Znone", str(tree), str(deb)]
        subprocess.run(command, check=True, capture_output=True)
        shutil.rmtree(tree)
        content = deb.read_bytes()
        entry = f"{about}Filename: pool/{deb.name}\nSize: {len(content)}\nSHA256: {sha256(content).hexdigest()}\n\n"
        self._index(suite, entry)

    def _index(self, suite: str, entry: str) -> None:
        dist = self.root / "dists" / suite
        architecture = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
        index = dist / "main" / f"binary-{architecture}" / "Packages"
        index.parent.mkdir(parents=True, exist_ok=True)
        with index.open("a", encoding="utf-8") as file:
            file.write(entry)
        content = index.read_bytes()
        (dist / "Release").write_text(
            f"Origin: {self.origin}\nCodename: {suite}\nSuite: {suite}\n"
            f"Architectures: {architecture}\nComponents: main\n"
            f"SHA256:\n {sha256(content).hexdigest()} {len(content)} {index.relative_to(dist)}\n",
            encoding="utf-8",
        )


def codename() -> str:
    return packages._os_release()["VERSION_CODENAME"]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository(tmp_path)
    monkeypatch.setenv("APT_CONFIG", str(made.configuration))
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".tools"


def bookworm(repository: Repository) -> None:
    """The packages as Debian 12 has them: promtool comes with the server."""
    servers = {"prometheus-alertmanager": "0.25.0"}
    repository.add(codename(), "prometheus", "2.42.0+ds-5", promtool="2.42.0+ds", prometheus="2.42.0+ds")
    repository.add(codename(), "prometheus-alertmanager", "0.25.0-1", amtool="0.25.0", **servers)


def packages_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_the_distributions_packages_are_unpacked(repository: Repository, folder: Path) -> None:
    bookworm(repository)
    promtool, amtool, server = install(folder, ("promtool", "amtool", "alertmanager"), silent)
    assert folder / "prometheus_2.42.0+ds-5_all" / "usr" / "bin" / "promtool" == promtool.path
    assert folder / "prometheus-alertmanager_0.25.0-1_all" / "usr" / "bin" / "amtool" == amtool.path
    assert server.path == amtool.path.with_name("prometheus-alertmanager")


def test_a_package_of_its_own_is_preferred(repository: Repository, folder: Path) -> None:
    bookworm(repository)
    repository.add(codename(), "promtool", "2.53.3-1", promtool="2.53.3")
    install(folder, ("promtool",), silent)
    assert {"promtool_2.53.3-1_all"} == packages_in(folder)


def test_what_is_there_is_not_fetched_again(repository: Repository, folder: Path) -> None:
    bookworm(repository)
    first = install(folder, ("promtool",), silent)
    shutil.rmtree(repository.root)
    said: list[str] = []
    assert first == install(folder, ("promtool",), said.append)
    assert not said


def test_what_is_there_and_broken_is_fetched_again(repository: Repository, folder: Path) -> None:
    bookworm(repository)
    (promtool,) = install(folder, ("promtool",), silent)
    promtool.path.write_text("", encoding="utf-8")
    assert (promtool,) == install(folder, ("promtool",), silent)


@pytest.mark.parametrize(
    "entry",
    [
        "deb nonsense\n",
        "deb [signed-by=/nowhere.gpg] file:/nowhere/at/all {codename} main\n",
        "deb [trusted=yes] file:/nowhere/at/all {codename} main\n",
        "\0\xff\n",
    ],
    ids=["malformed", "no key", "no repository", "garbage"],
)
def test_somebody_elses_broken_source_does_not_matter(entry: str, repository: Repository, folder: Path) -> None:
    bookworm(repository)
    repository.source("broken", entry.format(codename=codename()))
    install(folder, ("promtool",), silent)
    assert {"prometheus_2.42.0+ds-5_all"} == packages_in(folder)


def test_somebody_elses_package_of_the_same_name_is_not_taken(
    repository: Repository, folder: Path, tmp_path: Path
) -> None:
    bookworm(repository)
    other = Repository(tmp_path / "other", origin="Somebody")
    other.add(codename(), "prometheus", "9.0.0", promtool="9.0.0")
    repository.source("somebody", f"deb [trusted=yes] file:{other.root} {codename()} main\n")
    install(folder, ("promtool",), silent)
    assert {"prometheus_2.42.0+ds-5_all"} == packages_in(folder)


def test_a_package_that_is_not_to_be_had_says_so(repository: Repository, folder: Path) -> None:
    bookworm(repository)
    shutil.rmtree(repository.root / "dists")
    with pytest.raises(AlertgenError, match=r"^no package promtool or prometheus found: Failed to fetch"):
        install(folder, ("promtool",), silent)


def test_a_machine_without_sources_says_so(repository: Repository, folder: Path) -> None:
    repository.source("distribution", "")
    with pytest.raises(AlertgenError, match=r"^apt's configuration names no source of this distribution"):
        install(folder, ("promtool",), silent)


def test_another_system_is_told_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AlertgenError) as raised:
        install(folder, ("promtool",), silent)
    assert "packages can be unpacked on Debian and Ubuntu only" == raised.value.message
    assert "brew install prometheus" in raised.value.hint


def corrupt(repository: Repository) -> None:
    (deb,) = (repository.root / "pool").glob("prometheus_*.deb")
    deb.write_bytes(deb.read_bytes()[:-1] + b"x")


def remove(repository: Repository) -> None:
    shutil.rmtree(repository.root / "pool")


def outdate(repository: Repository) -> None:
    repository.add(codename(), "promtool", "2.24.1", promtool="2.24.1")


def break_it(repository: Repository) -> None:
    repository.add(codename(), "promtool", "9.0.0", promtool="'; exit 127 # the C library is too old")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (corrupt, r"prometheus_2.42.0\+ds-5_all.deb cannot be downloaded: .*Hash Sum"),
        (remove, r"prometheus_2.42.0\+ds-5_all.deb cannot be downloaded: .*"),
        (outdate, r"is 2.24.1, older than 2.42"),
        (break_it, r"does not say that it is promtool"),
    ],
)
def test_nothing_bad_is_put_in_place(
    spoil: Callable[[Repository], None], reason: str, repository: Repository, folder: Path
) -> None:
    bookworm(repository)
    spoil(repository)
    with pytest.raises(AlertgenError, match=reason):
        install(folder, ("promtool",), silent)
    assert {".gitignore", ".lock"} == {path.name for path in folder.iterdir()}


def test_two_at_once_do_the_work_once(repository: Repository, folder: Path) -> None:
    bookworm(repository)
    said: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: install(folder, ("promtool",), said.append), range(2)))
    assert results[0] == results[1]
    assert len([line for line in said if line.startswith("downloading")]) == 1


def test_what_a_killed_installation_left_is_cleared_away(repository: Repository, folder: Path) -> None:
    bookworm(repository)
    (folder / ".partial-x" / "contents").mkdir(parents=True)
    install(folder, ("promtool",), silent)
    assert not list(folder.glob(".partial-*"))


def test_a_folder_that_cannot_be_made_is_an_error(repository: Repository, folder: Path) -> None:
    bookworm(repository)
    folder.write_text("", encoding="utf-8")
    with pytest.raises(AlertgenError, match=r"^cannot unpack packages into .*\.tools: File exists$"):
        install(folder, ("promtool",), silent)


def test_the_folder_keeps_itself_out_of_git(repository: Repository, folder: Path) -> None:
    bookworm(repository)
    install(folder, ("promtool",), silent)
    assert (folder / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_the_matrix_adds_the_other_releases_and_reports_what_is_missing(repository: Repository, folder: Path) -> None:
    repository.add("oldstable", "prometheus", "2.42.0-1", promtool="2.42.0")
    repository.add("stable", "promtool", "2.53.3-1", promtool="2.53.3")
    repository.add("unstable", "promtool", "9.0.0", promtool="'; exit 127 # the C library is too old")
    problems = install_matrix(folder, ("promtool",), silent)
    assert {"prometheus_2.42.0-1_all", "promtool_2.53.3-1_all"} == packages_in(folder)
    assert ["promtool of unstable"] == [problem.partition(":")[0] for problem in problems]


def test_the_matrix_goes_on_after_a_release_that_is_not_there(repository: Repository, folder: Path) -> None:
    repository.add("unstable", "promtool", "3.5.3-1", promtool="3.5.3")
    problems = install_matrix(folder, ("promtool",), silent)
    assert {"promtool_3.5.3-1_all"} == packages_in(folder)
    assert ["promtool of oldstable", "promtool of stable"] == [problem.partition(":")[0] for problem in problems]


def test_ubuntu_has_one_later_release(repository: Repository, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = packages._os_release() | {"UBUNTU_CODENAME": codename()}
    monkeypatch.setattr(packages, "_os_release", lambda: here)
    repository.add("devel", "prometheus", "3.5.0-1", promtool="3.5.0")
    assert () == install_matrix(folder, ("promtool",), silent)
    assert {"prometheus_3.5.0-1_all"} == packages_in(folder)


DEB822 = """\
# the distribution

# its mirror
Types: deb
URIs: http://mirror.example/debian
Signed-By: /usr/share/keyrings/a.gpg

# Types: deb-src


Types: deb
Suites: x
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
Trusted: yes
"""


@pytest.mark.parametrize(
    ("text", "suffix", "number", "fields"),
    [
        ("deb http://m x main\n", ".list", 1, ""),
        (
            "\ndeb [arch=amd64 signed-by=/a,/b trusted=yes] http://m x main",
            ".list",
            2,
            "signed-by: /a /b\ntrusted: yes\n",
        ),
        (DEB822, ".sources", 1, "Signed-By: /usr/share/keyrings/a.gpg\n"),
        (
            DEB822,
            ".sources",
            2,
            "signed-by:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\nTrusted: yes\n",
        ),
    ],
    ids=["none", "one line", "a file", "a key"],
)
def test_the_trust_of_an_entry_is_kept_as_it_is(text: str, suffix: str, number: int, fields: str) -> None:
    assert fields == trust_fields(text, suffix, number)
