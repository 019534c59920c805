"""Real servers on loopback for a test: on a free port, in a folder of their own, and always stopped."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.server
import itertools
import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alertgen.routing.model import InhibitRule, Matcher
from alertgen.tools.binaries import Binary
from alertgen.tools.process import clean_environment

PATIENCE = 15.0
"""Seconds until something that should be a matter of milliseconds counts as failed, on a machine that is busy."""
_LIFETIME = 300
"""Seconds after which a server ends even if the test that started it was killed."""

# Debian's builds read their templates and pages from where the package would be installed.
_INSTALLED = b"/usr/share/prometheus/alertmanager"
# The same place seen from the folder that the package was unpacked to; equally long, so that it fits.
_UNPACKED = b"usr/share/prometheus//alertmanager"

CANARY = InhibitRule(
    name="canary",
    source=(Matcher("canary", "=", "cause"),),
    target=(Matcher("canary", "=", "symptom"),),
    equal=("round",),
)
"""A rule of the loaded configuration by which `Alertmanager.settle` sees that all alerts so far have arrived."""

# A proxy would be asked for the loopback, too.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Runnable:
    """A program as it can be started here: its path, and the folder to start it in."""

    version: tuple[int, int, int]
    path: Path
    home: Path


def runnable(binary: Binary, folder: Path) -> Runnable:
    """The program itself; of an unpacked package that expects to be installed, a copy in `folder` that does not."""
    package = binary.path.resolve().parents[2]
    program = binary.path.read_bytes()
    is_installed = Path(_INSTALLED.decode()).is_dir() or not (package / _UNPACKED.decode()).is_dir()
    if is_installed or _INSTALLED not in program:
        return Runnable(binary.version, binary.path, folder)
    copy = folder / f"{binary.name}-{'.'.join(map(str, binary.version))}"
    copy.write_bytes(program.replace(_INSTALLED, _UNPACKED))
    copy.chmod(0o755)
    return Runnable(binary.version, copy, package)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(what: str, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Asks until it is so; an AssertionError says what never was."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.01)


def ask(url: str, body: object = None) -> Any:
    """What the server answers: parsed JSON, or None for an empty answer. A refusal is an AssertionError."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 - the loopback
    try:
        with _OPENER.open(request, timeout=PATIENCE) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{url}: {error.read().decode(errors='replace')}") from error
    return json.loads(text) if text.startswith((b"{", b"[")) else None


@contextlib.contextmanager
def started(name: str, program: Runnable, arguments: Sequence[str], port: int, folder: Path) -> Iterator[str]:
    """The address of a server that is ready; its log is `folder/NAME.log`, and part of the error if it does not come.

    The server lives as long as the block, and no longer than five minutes.
    """
    limit = ("timeout", "-k", "5", str(_LIFETIME)) if shutil.which("timeout") else ()
    log = folder / f"{name}.log"
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            (*limit, str(program.path), f"--web.listen-address=127.0.0.1:{port}", *arguments),
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=program.home, env=clean_environment(),
        )  # fmt: skip
    try:
        try:
            wait_for(f"{name} is ready", lambda: process.poll() is not None or _is_ready(url))
            assert process.poll() is None, f"{name} ended with status {process.returncode}"
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{log.read_text(errors='replace')[-2000:]}") from error
        yield url
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _is_ready(url: str) -> bool:
    try:
        with _OPENER.open(f"{url}/-/ready", timeout=1.0) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Fate:
    """What Alertmanager does with an alert."""

    labels: Mapping[str, str]
    receivers: tuple[str, ...]
    inhibited_by: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """A running one, and how to ask it."""

    version: tuple[int, int, int]
    url: str
    file: Path
    _rounds: Iterator[int] = field(default_factory=itertools.count)

    def load(self, configuration: str) -> None:
        """Makes it read this instead; an AssertionError with its words when it refuses."""
        self.file.write_text(configuration, encoding="utf-8")
        ask(f"{self.url}/-/reload", {})

    def fire(self, alerts: Sequence[Mapping[str, str]]) -> None:
        """Tells it that alerts with these labels fire."""
        ask(f"{self.url}/api/v2/alerts", [{"labels": dict(labels)} for labels in alerts])

    def recover(self, alerts: Sequence[Mapping[str, str]]) -> None:
        """Tells it that these are over; it soon forgets them."""
        now = dt.datetime.now(tz=dt.UTC).isoformat()  # noqa: TID251 - the server's clock
        ask(f"{self.url}/api/v2/alerts", [{"labels": dict(labels), "endsAt": now} for labels in alerts])

    def settle(self) -> None:
        """Returns when it has dealt with everything it was told before. The configuration must have CANARY."""
        own = {"alertname": "Canary", "round": str(next(self._rounds))}
        self.fire([{**own, "canary": "cause"}])
        self.fire([{**own, "canary": "symptom"}])
        symptom = f'canary="symptom",round="{own["round"]}"'
        wait_for("the canary is inhibited", lambda: any(alert["status"]["inhibitedBy"] for alert in self._get(symptom)))
        # Groups are made by a part of it that gets the alerts separately.
        wait_for("the canary is in a group", lambda: bool(self._ask("alerts/groups", symptom)))

    def fates(self, *filters: str) -> list[Fate]:
        """What becomes of the alerts that fire; `filters` are matchers."""
        found = self._get(*filters, 'canary=""')
        causes = {fingerprint for alert in found for fingerprint in alert["status"]["inhibitedBy"]}
        firing = {alert["fingerprint"]: alert["labels"] for alert in (self._get() if causes else ())}
        return [
            Fate(
                alert["labels"],
                tuple(receiver["name"] for receiver in alert["receivers"]),
                tuple(firing[fingerprint] for fingerprint in alert["status"]["inhibitedBy"]),
            )
            for alert in found
        ]

    def groups(self, *filters: str) -> list[tuple[str, Mapping[str, str], list[Mapping[str, str]]]]:
        """Whom it tells about which alerts together: receiver, the labels they have in common, their labels."""
        return [
            (group["receiver"]["name"], group["labels"], [alert["labels"] for alert in group["alerts"]])
            for group in self._ask("alerts/groups", *filters, 'canary=""')
        ]

    def _get(self, *filters: str) -> list[Any]:
        return self._ask("alerts", *filters)

    def _ask(self, what: str, *filters: str) -> list[Any]:
        separate = [matcher for text in filters for matcher in text.split(",")]
        query = urllib.parse.urlencode([("filter", matcher) for matcher in separate])
        found: list[Any] = ask(f"{self.url}/api/v2/{what}?{query}")
        return found


@contextlib.contextmanager
def alertmanager(program: Runnable, configuration: str, folder: Path) -> Iterator[Alertmanager]:
    """An Alertmanager of its own, with no cluster, no memory of another, and this configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "alertmanager.yaml"
    file.write_text(configuration, encoding="utf-8")
    data = folder / "data"
    arguments = [
        f"--config.file={file}",
        f"--storage.path={data}",
        "--cluster.listen-address=",
        "--alerts.gc-interval=1s",
    ]
    with started("alertmanager", program, arguments, free_port(), folder) as url:
        yield Alertmanager(program.version, url, file)


@contextlib.contextmanager
def prometheus(program: Runnable, configuration: object, folder: Path) -> Iterator[str]:
    """The address of a Prometheus of its own; it sends each alert to Alertmanager again after a second."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "prometheus.yaml"
    file.write_text(json.dumps(configuration), encoding="utf-8")
    often = ("--rules.alert.resend-delay=1s", "--rules.alert.for-grace-period=0s")
    arguments = [f"--config.file={file}", f"--storage.tsdb.path={folder / 'data'}", *often]
    with started("prometheus", program, arguments, free_port(), folder) as url:
        yield url


class Exporter:
    """Metrics on a port, as they are told: `show` replaces what the next scrape sees."""

    def __init__(self) -> None:
        self._text = b""
        self._lock = threading.Lock()

    def show(self, *samples: str) -> None:
        """Each a line of the text format."""
        with self._lock:
            self._text = "".join(f"{sample}\n" for sample in samples).encode()

    def read(self) -> bytes:
        """What is shown now."""
        with self._lock:
            return self._text


class Sink:
    """Takes whatever is posted, and keeps it by path in the order it came."""

    def __init__(self) -> None:
        self._posted: list[tuple[str, Any]] = []
        self._lock = threading.Lock()

    def take(self, path: str, body: bytes) -> None:
        """Keeps a JSON document that was posted."""
        with self._lock:
            self._posted.append((path, json.loads(body)))

    def at(self, path: str) -> list[Any]:
        """What was posted there until now."""
        with self._lock:
            return [document for there, document in self._posted if there == path]


@contextlib.contextmanager
def listening(exporter: Exporter, sink: Sink) -> Iterator[str]:
    """`host:port` at which the exporter is read and the sink is posted to."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = exporter.read()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            sink.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 512  # Alertmanager may tell of that many groups at once, and waits long after a refusal

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)
