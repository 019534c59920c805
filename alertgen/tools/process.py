"""Running programs: a time limit, captured output, and nothing left running behind."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alertgen.diagnostics import AlertgenError

OUTPUT_LIMIT = 64 * 1024 * 1024
"""Bytes one program may print. Ten thousand failed cases need less; a program gone wild must not fill the memory."""

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run.

    `arguments` starts with the program's path, `environ` is its whole environment. With `merged`, what it prints on
    stderr arrives in stdout, in the order it was printed.
    """

    arguments: tuple[str, ...]
    environ: Mapping[str, str]
    cwd: Path | None = None
    merged: bool = False

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return Path(self.arguments[0]).name


@dataclass(frozen=True, slots=True)
class Completed:
    """What a program printed and its exit status.

    `error` says why it could not be started or did not end by itself; the status then means nothing, and the output
    is what it had printed by then.
    """

    status: int
    stdout: str
    stderr: str
    error: AlertgenError | None = None

    @property
    def last_words(self) -> str:
        """The end of what it printed, for a message about output that makes no sense."""
        text = (self.stderr.strip() or self.stdout.strip())[-400:]
        return text or "(it printed nothing)"


def clean_environment(**more: str) -> dict[str, str]:
    """An environment in which a tool behaves the same for everybody: no proxies, no locale, no user configuration."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"} | more


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(command: Command, *, timeout: float) -> Completed:
    """Runs one program; AlertgenError when it cannot be started, is killed or takes longer than `timeout` seconds."""
    ((_, completed),) = run_all([command], jobs=1, timeout=timeout)
    if completed.error:
        raise completed.error
    return completed


def run_all(commands: Sequence[Command], *, jobs: int, timeout: float) -> Generator[tuple[int, Completed]]:
    """Runs the programs, `jobs` at a time, `timeout` seconds each; yields (index, result) in the order they end.

    Closing the generator kills what still runs; so does an interrupt.
    """
    waiting = list(enumerate(commands))
    waiting.reverse()
    running: set[_Child] = set()
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < max(1, jobs):
                    index, command = waiting.pop()
                    try:
                        with _uninterrupted():
                            running.add(_Child(index, command, timeout, selector))
                    except OSError as error:
                        yield index, Completed(0, "", "", _not_started(command, error))
                for child in _wait_for_any(selector, running):
                    completed = child.finish()
                    # Only now: a child that has left the set is one that nobody has to kill.
                    running.remove(child)
                    yield child.index, completed
        finally:
            for child in running:
                child.kill()


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Puts ^C and SIGTERM off: a program that has just been started must be known before anything can be raised."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait_for_any(selector: selectors.BaseSelector, running: set[_Child]) -> list[_Child]:
    """Reads once what there is to read; returns the children that have ended or have to be stopped, if any."""
    patience = min((child.deadline for child in running), default=0.0) - time.monotonic()
    for key, _ in selector.select(max(0.0, patience)):
        child: _Child = key.data
        child.read(key.fd)
    now = time.monotonic()
    return [child for child in running if child.silent or child.wild or now >= child.deadline]


class _Child:
    """A running program and what it has printed so far."""

    def __init__(self, index: int, command: Command, timeout: float, selector: selectors.BaseSelector) -> None:
        self.index = index
        self._command = command
        self._timeout = timeout
        self._selector = selector
        # A process group of its own: what the program starts can be ended with it.
        self._process = subprocess.Popen(
            command.arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if command.merged else subprocess.PIPE,
            env=command.environ,
            cwd=command.cwd,
            process_group=0,
        )
        self.deadline = time.monotonic() + timeout
        self._pipes = [pipe for pipe in (self._process.stdout, self._process.stderr) if pipe]
        self._printed = {pipe.fileno(): bytearray() for pipe in self._pipes}
        self._open = set(self._printed)
        for descriptor in self._open:
            selector.register(descriptor, selectors.EVENT_READ, self)

    @property
    def silent(self) -> bool:
        """It has closed all its output, as a program does when it ends."""
        return not self._open

    @property
    def wild(self) -> bool:
        return sum(map(len, self._printed.values())) > OUTPUT_LIMIT

    def read(self, descriptor: int) -> None:
        chunk = os.read(descriptor, _CHUNK)
        self._printed[descriptor] += chunk
        if not chunk:
            self._selector.unregister(descriptor)
            self._open.discard(descriptor)

    def finish(self) -> Completed:
        """Waits for its end, or makes one, and says how it came."""
        error = self._end()
        stdout, *stderr = (printed.decode(errors="replace") for printed in self._printed.values())
        return Completed(self._process.returncode, stdout, "".join(stderr), error)

    def _end(self) -> AlertgenError | None:
        if self.silent:
            try:
                status = self._process.wait(max(0.0, self.deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass  # it closed its output and went on
            else:
                self._close()
                return _killed(self._command, -status) if status < 0 else None
        self.kill()
        if self.wild:
            return AlertgenError(f"{self._command.name} was stopped: it printed more than {OUTPUT_LIMIT >> 20} MiB")
        return AlertgenError(
            f"{self._command.name} was stopped: it had not finished after {self._timeout:g} seconds",
            hint="it hangs, or the machine is too busy",
        )

    def kill(self) -> None:
        """Ends the program and what it has started."""
        if self._process.returncode is None:
            # It has not been waited for, so its group cannot be anybody else's; macOS refuses for a dead leader.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._close()

    def _close(self) -> None:
        for descriptor in self._open:
            self._selector.unregister(descriptor)
        self._open.clear()
        for pipe in self._pipes:
            pipe.close()


def _not_started(command: Command, error: OSError) -> AlertgenError:
    return AlertgenError(f"{command.arguments[0]} cannot be run: {error.strerror}")


def _killed(command: Command, number: int) -> AlertgenError:
    hint = "the machine may be out of memory" if number == signal.SIGKILL else ""
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    return AlertgenError(f"{command.name} was killed by {name}", hint=hint)
