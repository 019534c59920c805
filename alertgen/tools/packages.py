"""Programs from the distribution's packages, unpacked into a folder: needs no root, starts no service.

Installing Debian's `prometheus` starts a server on port 9090, so nothing is ever installed here. apt runs with a
private state: it needs no root, does not care how old or empty the machine's own lists are, and leaves them alone.
Debian and Ubuntu only.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from alertgen.diagnostics import AlertgenError
from alertgen.tools import process
from alertgen.tools.binaries import TOOLS, Binary, how_to_get, packages_available, probe, unpacked

# The packages that may hold a program, in the order to ask: newer releases have promtool in one of its own.
_PACKAGES: Mapping[str, tuple[str, ...]] = {
    "promtool": ("promtool", "prometheus"),
    "amtool": ("prometheus-alertmanager",),
    "prometheus": ("prometheus",),
    "alertmanager": ("prometheus-alertmanager",),
}

# Names that every mirror has, whatever the releases are called this year.
_DEBIAN_SUITES = ("oldstable", "stable", "unstable")
_UBUNTU_SUITES = ("devel",)
_ALIASES = ("oldoldstable", "oldstable", "stable", "testing", "unstable", "sid", "devel")
_COMPONENTS = ("main", "universe")
# The fields of a source that say whose signatures count.
_TRUST = ("signed-by", "trusted", "check-valid-until", "check-date")

_ASK_SECONDS = 60.0
_UPDATE_SECONDS = 300.0
_DOWNLOAD_SECONDS = 600.0

# No hooks: they are about the machine's own state. No other user: it could not read a private folder.
_CONFIGURATION = """\
Dir::State "{home}/state";
Dir::State::status "{home}/status";
Dir::State::Lists "{home}/lists";
Dir::Cache "{home}/cache";
Dir::Log "{home}/log";
Dir::Etc::SourceList "{home}/distribution.sources";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "{home}/preferences";
Dir::Etc::PreferencesParts "/dev/null";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""
# The distribution's own package wins over a third party's of the same name.
_PREFERENCES = """\
Package: *
Pin: release o=Debian
Pin-Priority: 900

Package: *
Pin: release o=Ubuntu
Pin-Priority: 900
"""


@dataclass(frozen=True, slots=True)
class Source:
    """Where packages come from: one entry of apt's configuration.

    `trust` are the deb822 fields, as written, that say whose signatures count.
    """

    uri: str
    release: str
    component: str
    trust: str

    def entry(self, architecture: str) -> str:
        """The entry in apt's deb822 format, for nothing but the list of packages."""
        return (
            f"Types: deb\nURIs: {self.uri}\nSuites: {self.release}\nComponents: {self.component}\n"
            f"Architectures: {architecture}\nTargets: Packages\n{self.trust}\n"
        )


def install(folder: Path, names: Sequence[str], say: Callable[[str], None]) -> tuple[Binary, ...]:
    """Makes sure that the folder holds each of the programs, from this machine's own release.

    Does nothing about one that is there. `say` is told what takes time. Two at once do not get in each other's way: the
    second waits, and finds the work done. AlertgenError when a program cannot be had.
    """
    if not _holds_all(folder, names):
        with _alone_in(folder):
            if not _holds_all(folder, names):  # still, after waiting for somebody else's installation
                with _Apt.over(_own_sources(("", "-updates", "-security")), say) as apt:
                    for name in names:
                        apt.fetch(name, folder)
    return tuple(unpacked(name, folder)[0][0] for name in names)


def install_matrix(folder: Path, names: Sequence[str], say: Callable[[str], None]) -> tuple[str, ...]:
    """Adds the builds of the distribution's other releases; returns what could not be had, a sentence each.

    AlertgenError when this is no machine to do it on at all.
    """
    problems: list[str] = []
    with _alone_in(folder):
        sources = _own_sources(("",))
        for suite in _UBUNTU_SUITES if "UBUNTU_CODENAME" in _os_release() else _DEBIAN_SUITES:
            with _Apt.over([replace(source, release=suite) for source in sources], say) as apt:
                for name in names:
                    try:
                        apt.fetch(name, folder)
                    except AlertgenError as error:
                        problems.append(f"{name} of {suite}: {error.message}")
    return tuple(problems)


def _holds_all(folder: Path, names: Sequence[str]) -> bool:
    return all(unpacked(name, folder)[0] for name in names)


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Makes the folder, waits for others who are unpacking into it, and clears away what a killed one left."""
    if not packages_available():
        raise AlertgenError("packages can be unpacked on Debian and Ubuntu only", hint=how_to_get("promtool"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        with (folder / ".lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for left in folder.glob(".partial-*"):
                shutil.rmtree(left, ignore_errors=True)
            yield
    except OSError as error:
        raise AlertgenError(f"cannot unpack packages into {folder}: {error.strerror or error}") from error


@dataclass(frozen=True, slots=True)
class _Apt:
    """apt with a configuration, lists and a cache of its own, all below `home`."""

    home: Path
    say: Callable[[str], None]
    complaint: str

    @classmethod
    @contextlib.contextmanager
    def over(cls, sources: Sequence[Source], say: Callable[[str], None]) -> Iterator[_Apt]:
        """Reads the package lists of the sources.

        That some of them fail does not matter as long as the package is found: `complaint` keeps what apt said.
        """
        architecture = _ask("dpkg", "--print-architecture").strip()
        with tempfile.TemporaryDirectory(prefix="alertgen-apt-") as path:
            home = Path(path)
            for folder in ("state", "lists/partial", "cache/archives/partial", "log", "debs"):
                (home / folder).mkdir(parents=True)
            (home / "status").touch()
            (home / "preferences").write_text(_PREFERENCES, encoding="utf-8")
            (home / "apt.conf").write_text(_CONFIGURATION.format(home=home), encoding="utf-8")
            entries = "\n".join(source.entry(architecture) for source in sources)
            (home / "distribution.sources").write_text(entries, encoding="utf-8")
            say(f"reading the package lists of {', '.join(dict.fromkeys(source.release for source in sources))}")
            update = _apt_get(home, "update", timeout=_UPDATE_SECONDS)
            yield cls(home, say, _errors(update))

    def fetch(self, name: str, folder: Path) -> None:
        """Downloads and unpacks the package that holds the program, unless the folder has that very package."""
        package, file = self._locate(name)
        target = folder.absolute() / file.removesuffix(".deb")
        if any(target in binary.path.parents for binary in unpacked(name, folder)[0]):
            return
        self.say(f"downloading {file}")
        download = _apt_get(self.home, "download", package, timeout=_DOWNLOAD_SECONDS)
        deb = self.home / "debs" / file
        if not deb.is_file():
            raise AlertgenError(f"{file} cannot be downloaded: {_errors(download)}")
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=folder) as partial:
            contents = Path(partial, "contents")
            _ask("dpkg-deb", "-x", str(deb), str(contents))
            deb.unlink()  # apt would not name the file again while it is there
            program = _program_in(contents, name)
            if program is None:
                raise AlertgenError(f"{file} holds no {name}")
            probe(name, program.absolute(), str(folder))  # a newer release's may need a newer C library
            shutil.rmtree(target, ignore_errors=True)
            contents.rename(target)

    def _locate(self, name: str) -> tuple[str, str]:
        """The package that holds the program, and the file it comes in."""
        for package in _PACKAGES[name]:
            located = _apt_get(self.home, "download", "--print-uris", package, timeout=_ASK_SECONDS)
            # 'http://.../promtool_2.53.3+ds1-2_amd64.deb' promtool_2.53.3+ds1-2_amd64.deb 15560452 SHA256:...
            if located.status == 0 and (match := re.search(r"^'\S+' (\S+\.deb) ", located.stdout, re.MULTILINE)):
                return package, match[1]
        complaint = f": {self.complaint}" if self.complaint else ""
        raise AlertgenError(f"no package {' or '.join(_PACKAGES[name])} found{complaint}")


def _apt_get(home: Path, *arguments: str, timeout: float) -> process.Completed:
    command = ("apt-get", "-q", "-c", str(home / "apt.conf"), *arguments)
    return process.run(process.Command(command, _environment(), cwd=home / "debs"), timeout=timeout)


def _ask(*command: str) -> str:
    """What a command that should simply work prints."""
    completed = process.run(process.Command(command, _environment()), timeout=_ASK_SECONDS)
    if completed.status != 0:
        raise AlertgenError(f"`{shlex.join(command[:2])} ...` failed: {completed.last_words}")
    return completed.stdout


def _environment() -> dict[str, str]:
    # The machine's own: it may say where apt's configuration is, or how to get out to the mirror.
    return dict(os.environ) | {"LC_ALL": "C.UTF-8"}


def _errors(completed: process.Completed) -> str:
    """What apt complains about, on one line."""
    lines = [line for line in completed.stderr.splitlines() if line.startswith(("E: ", "W: "))]
    return "; ".join(line[3:] for line in lines[:3])


def _program_in(contents: Path, name: str) -> Path | None:
    paths = (contents / "usr" / "bin" / called for called in TOOLS[name].names)
    return next((path for path in paths if path.is_file()), None)


def _own_sources(pockets: Sequence[str]) -> list[Source]:
    """The machine's own sources of its distribution: its mirror, its keyring.

    Each file of the configuration is read by itself: a broken entry for somebody else's packages makes apt refuse
    the whole.
    """
    release = _os_release()
    codenames = {release[key] for key in ("VERSION_CODENAME", "UBUNTU_CODENAME", "DEBIAN_CODENAME") if key in release}
    releases = {name + pocket for name in codenames.union(_ALIASES) for pocket in pockets}
    sources = {
        (source.uri, source.release, source.component): source
        for file in _configuration_files()
        for source in _sources_in(file)
        if source.release in releases and source.component in _COMPONENTS
    }
    if not sources:
        raise AlertgenError("apt's configuration names no source of this distribution's packages")
    return list(sources.values())


def _os_release() -> dict[str, str]:
    with contextlib.suppress(OSError):
        entries = shlex.split(Path("/etc/os-release").read_text(encoding="utf-8"), comments=True)
        return dict(entry.split("=", 1) for entry in entries if "=" in entry)
    return {}


def _configuration_files() -> list[Path]:
    answer = _ask("apt-config", "shell", "LIST", "Dir::Etc::SourceList/f", "PARTS", "Dir::Etc::SourceParts/d")
    paths = {key: Path(value) for key, _, value in (entry.partition("=") for entry in shlex.split(answer))}
    files = [paths["LIST"], *sorted(paths["PARTS"].glob("*"))]
    return [file for file in files if file.suffix in {".list", ".sources"} and file.is_file()]


def _sources_in(file: Path) -> Iterator[Source]:
    """The sources that apt finds in one file; none when it cannot read it."""
    alone = ("-o", f"Dir::Etc::SourceList={file}", "-o", "Dir::Etc::SourceParts=/dev/null")
    layout = "$(CREATED_BY) $(REPO_URI) $(RELEASE) $(COMPONENT) $(SOURCESENTRY)"
    command = ("apt-get", "indextargets", "--no-release-info", *alone, "--format", layout)
    completed = process.run(process.Command(command, _environment()), timeout=_ASK_SECONDS)
    if completed.status == 0:
        text = file.read_text(encoding="utf-8", errors="replace")
        for line in completed.stdout.splitlines():
            kind, uri, release, component, entry = line.split(" ", 4)
            if kind == "Packages":
                yield Source(uri, release, component, trust_fields(text, file.suffix, int(entry.rpartition(":")[2])))


def trust_fields(text: str, suffix: str, number: int) -> str:
    """What an entry of apt's configuration says about trust, as deb822 fields.

    `number` is how apt counts: lines in a `.list`, stanzas in a `.sources` file, from 1.
    """
    if suffix == ".list":
        bracket = re.search(r"\[(.*?)\]", text.splitlines()[number - 1])
        options = re.findall(r"([\w-]+)=(\S+)", bracket[1]) if bracket else []
        return "".join(f"{key}: {value.replace(',', ' ')}\n" for key, value in options if key.lower() in _TRUST)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    stanzas = [stanza for stanza in re.split(r"\n(?:[ \t]*\n)+", "\n".join(lines)) if stanza.strip()]
    fields = re.findall(r"^([\w-]+):(.*(?:\n[ \t].*)*)", stanzas[number - 1], re.MULTILINE)
    return "".join(f"{key}:{value}\n" for key, value in fields if key.lower() in _TRUST)
