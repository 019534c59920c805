from __future__ import annotations

import re

import pytest

from alertgen.tools.binaries import Binary
from benchmarks import __main__ as benchmarks


@pytest.mark.long
def test_a_small_site_is_generated_built_checked_and_measured(
    promtool: Binary, amtool: Binary, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "--sizes", "3", "--tests", "2", "--routed", "3", "--proven", "2"])
    monkeypatch.setattr(benchmarks, "_runs", lambda _: 1)
    for tool in (promtool, amtool):
        monkeypatch.setenv("PATH", str(tool.path.parent), prepend=":")
    assert 0 == benchmarks.main()
    printed = capsys.readouterr().out
    assert str(promtool) in printed.splitlines()[0]
    assert re.search(r"^3 services, \d\d+ rules \(one run\)$", printed, re.MULTILINE)
    assert re.search(r"^2 .*files", printed, re.MULTILINE)
    assert re.search(r"^proof of 2 services, of \d shapes$", printed, re.MULTILINE)
    assert re.search(r"^routing of 3 services and 100 teams: alertmanager.yaml is \d+ KiB$", printed, re.MULTILINE)
    assert 5 == len(re.findall(r"^  .+ s +[\d.]+ s +\d+ MiB +[\d.]+ +[\d.]+$", printed, re.MULTILINE))


@pytest.mark.parametrize("sizes", ["0", "100,-5", "many"])
def test_a_size_that_is_none_is_wrong_usage(sizes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "--sizes", sizes])
    with pytest.raises(SystemExit, match="2"):
        benchmarks.main()


def test_all_files_are_checked_however_many_a_command_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sysconf", lambda _: 40)
    files = [f"{n}.yaml" for n in range(9)]
    batches = list(benchmarks._batches(files))
    assert files == [file for batch in batches for file in batch]
    assert [2, 2, 2, 2, 1] == [len(batch) for batch in batches]  # half of the room, and each name ends in a zero byte
