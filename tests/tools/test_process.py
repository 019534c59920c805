"""Nothing that a program does may hang alertgen, fill its memory or outlive it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from processes import gone

from alertgen.diagnostics import AlertgenError
from alertgen.tools import process
from alertgen.tools.process import Command, Completed, clean_environment, run, run_all

Fake = Callable[[str, str], Path]


def shell(script: str, *, merged: bool = False) -> Command:
    return Command(("/bin/sh", "-c", script), clean_environment(), merged=merged)


def test_the_exit_status_and_both_outputs_are_kept() -> None:
    assert Completed(3, "out\n", "err\n") == run(shell("echo out; echo err >&2; exit 3"), timeout=5)


def test_merged_output_stands_in_the_order_it_was_printed() -> None:
    assert run(shell("echo 1; echo 2 >&2; echo 3", merged=True), timeout=5).stdout == "1\n2\n3\n"


def test_output_that_is_no_text_is_still_output() -> None:
    assert run(shell(r"printf 'a\377b'"), timeout=5).stdout == "a\ufffdb"


def test_a_program_reads_nothing_from_the_terminal() -> None:
    assert run(Command(("cat",), clean_environment()), timeout=5).stdout == ""


def test_the_environment_is_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "x")
    monkeypatch.setenv("LANG", "de_DE")
    printed = run(Command(("env",), clean_environment(TMPDIR="/t")), timeout=5).stdout
    assert {"PATH", "LC_ALL", "TZ", "TMPDIR"} == {line.partition("=")[0] for line in printed.splitlines()}


def test_a_hanging_program_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > {tmp_path}/child; echo $$ > {tmp_path}/leader; echo partly; wait"
    started = time.monotonic()
    ((_, completed),) = run_all([shell(script)], jobs=1, timeout=0.5)
    assert time.monotonic() - started < 5
    assert "sh was stopped: it had not finished after 0.5 seconds" == str(completed.error)
    assert completed.stdout == "partly\n"
    assert all(gone(int((tmp_path / name).read_text(encoding="ascii"))) for name in ("child", "leader"))


def test_a_program_that_closes_its_output_and_goes_on_is_stopped() -> None:
    with pytest.raises(AlertgenError, match=r"had not finished after 0.3 seconds"):
        run(shell("exec >&- 2>&-; sleep 60"), timeout=0.3)


def test_a_killed_program_is_named_with_its_signal() -> None:
    with pytest.raises(AlertgenError, match=r"^sh was killed by SIGKILL$") as raised:
        run(shell("kill -9 $$"), timeout=5)
    assert "the machine may be out of memory" == raised.value.hint


def test_a_program_that_prints_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "OUTPUT_LIMIT", 1 << 20)
    with pytest.raises(AlertgenError, match=r"it printed more than 1 MiB"):
        run(shell("yes"), timeout=20)


@pytest.mark.parametrize("mode", [0o644, None], ids=["not executable", "missing"])
def test_what_cannot_be_run_is_an_error(tmp_path: Path, mode: int | None) -> None:
    path = tmp_path / "tool"
    if mode is not None:
        path.write_text("", encoding="utf-8")
        path.chmod(mode)
    with pytest.raises(AlertgenError, match=r"tool cannot be run: (Permission denied|No such file)"):
        run(Command((str(path),), clean_environment()), timeout=5)


def test_one_that_goes_wrong_does_not_touch_the_others() -> None:
    commands = [shell("echo 0"), shell("kill -9 $$"), Command(("/nowhere",), {}), shell("echo 3")]
    results = dict(run_all(commands, jobs=2, timeout=5))
    assert {0: "0\n", 1: "", 2: "", 3: "3\n"} == {index: done.stdout for index, done in results.items()}
    assert [1, 2] == sorted(index for index, done in results.items() if done.error)


def test_no_more_run_at_a_time_than_asked_for(tmp_path: Path) -> None:
    script = f"touch {tmp_path}/$$; ls {tmp_path} | wc -l; sleep 0.05; rm {tmp_path}/$$"
    results = list(run_all([shell(script)] * 6, jobs=2, timeout=5))
    assert max(int(done.stdout) for _, done in results) == 2


def test_those_still_running_are_killed_when_the_results_are_not_wanted(tmp_path: Path) -> None:
    commands = [shell("true"), shell(f"echo $$ > {tmp_path}/pid; sleep 60")]
    with closing(run_all(commands, jobs=2, timeout=60)) as results:
        next(results)
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text(encoding="ascii"):
            time.sleep(0.01)
    assert gone(int((tmp_path / "pid").read_text(encoding="ascii")))


def test_no_descriptor_is_left_open() -> None:
    def open_now() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = open_now()
    list(run_all([shell("true"), shell("sleep 60"), Command(("/nowhere",), {})], jobs=3, timeout=0.2))
    assert before == open_now()


def test_there_is_a_core_to_run_on() -> None:
    assert process.cores() >= 1
