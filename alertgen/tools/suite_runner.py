"""Running other people's test files with promtool: its own verdict on each, on all cores, with places."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from alertgen.blame import blame
from alertgen.diagnostics import AlertgenError
from alertgen.promtool_output import Failure
from alertgen.rulefile import RuleFile
from alertgen.suite import Complaint, Source, Verdict
from alertgen.tools import promtool as tool
from alertgen.tools import verdict_cache
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache
from alertgen.tools.suite_files import MAGIC
from alertgen.unittests import TestGroup

_WORTH_SPLITTING = 0.5
"""A file is run in parts when it would take longer than this, in seconds, and hold up all others."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file for promtool: a source's own, or a copy with only some of its tests."""

    path: Path
    source: Source
    groups: tuple[TestGroup, ...]
    whole: bool


def known_or_run(
    promtool: Binary,
    sources: Sequence[Source],
    cache: Cache,
    *,
    jobs: int,
    timeout: float,
    on_done: Callable[[int], None] = lambda _: None,
) -> tuple[list[Verdict], tuple[AlertgenError, ...], int]:
    """As `run`, but what promtool said before of the same content is taken from the cache; how many were run."""
    keys = verdict_cache.keys(promtool, sources)
    found = verdict_cache.remembered(cache, keys)
    on_done(len(found))
    fresh = [source for source in sources if source not in found]
    verdicts, errors = run(promtool, fresh, jobs=jobs, timeout=timeout, on_done=on_done)
    verdict_cache.remember(cache, keys, verdicts)
    found |= {verdict.source: verdict for verdict in verdicts}
    return [found[source] for source in sources], errors, len(fresh)


def run(
    promtool: Binary,
    sources: Sequence[Source],
    *,
    jobs: int,
    timeout: float,
    on_done: Callable[[int], None] = lambda _: None,
) -> tuple[list[Verdict], tuple[AlertgenError, ...]]:
    """Promtool's verdict on each source, in order.

    What promtool would read is run as it is. Copies are run where rules are in PrometheusRule objects, where promtool
    would take the folder for a pattern, and of files so long that the other processes would wait for them, in parts.
    `timeout` is for each process, in seconds; `on_done` hears of finished files.
    """
    with tempfile.TemporaryDirectory(prefix="alertgen-", dir=tool.memory_folder(jobs)) as scratch:
        copies = Copies(Path(scratch))
        limit = max(_WORTH_SPLITTING, sum(source.costs for source in sources) / (2 * jobs))
        parts = [part for source in sources for part in _parts(source, copies, limit if jobs > 1 else None)]
        found, errors = _run(promtool, parts, jobs, timeout, on_done)
        unclear = [part for part in parts if part.path in found and _complaints(part, found[part.path]) is None]
        alone = [copies.of(part.source, [group]) for part in unclear for group in part.groups]
        again, more = _run(promtool, alone, jobs, timeout, lambda _: None)
        found |= again
    of_source: defaultdict[Source, list[Part]] = defaultdict(list)
    for part in parts:
        of_source[part.source].append(part)
    singles: defaultdict[Source, list[Part]] = defaultdict(list)
    for part in alone:
        singles[part.source].append(part)
    return [_verdict(s, of_source[s], singles[s], found) for s in sources], (*errors, *more)


class Copies:
    """Files that promtool can read, made of such that it cannot, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rules: dict[RuleFile, str] = {}
        self._count = 0

    def of(self, source: Source, groups: Sequence[TestGroup]) -> Part:
        """A copy of a test file with only these tests."""
        assert source.tests is not None
        text = source.tests.copy(self.rule_files(source), [group.number for group in groups])
        return Part(self.write("tests", text), source, tuple(groups), whole=False)

    def write(self, kind: str, text: str) -> Path:
        """A new file."""
        self._count += 1
        path = self._folder / f"{kind}-{self._count}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    def rule_files(self, source: Source) -> list[str]:
        """Where promtool finds the rules: the files themselves, but for objects."""
        custom = {os.path.normpath(file.path) for file in source.rules if file.custom}
        plain = [escaped(os.path.abspath(p)) for p in source.rule_paths if os.path.normpath(p) not in custom]  # noqa: PTH100 - resolve() follows symlinks
        return plain + [self._extracted(file) for file in source.rules if file.custom]

    def _extracted(self, file: RuleFile) -> str:
        if file not in self._rules:
            self._rules[file] = str(self.write("rules", file.text()))
        return self._rules[file]


def escaped(path: str) -> str:
    """A path as a pattern that matches nothing else."""
    return MAGIC.sub(r"\\\g<0>", path)


def _parts(source: Source, copies: Copies, limit: float | None) -> Iterator[Part]:
    tests = source.tests
    groups = tests.groups if tests else ()
    if limit is not None and len(groups) > 1 and source.costs > limit:
        chunk: list[TestGroup] = []
        for group in groups:
            if chunk and sum(map(source.cost, [*chunk, group])) > limit:
                yield copies.of(source, chunk)
                chunk = []
            chunk.append(group)
        yield copies.of(source, chunk)
    elif tests and (source.custom or not tests.complete or MAGIC.search(os.path.dirname(source.path))):  # noqa: PTH120 - a text
        yield copies.of(source, groups)
    else:
        yield Part(Path(source.path), source, tuple(groups), whole=True)


def _run(
    promtool: Binary, parts: Sequence[Part], jobs: int, timeout: float, on_done: Callable[[int], None]
) -> tuple[dict[Path, tool.FileRun], tuple[AlertgenError, ...]]:
    found: dict[Path, tool.FileRun] = {}
    errors: list[AlertgenError] = []
    # One after the other: originals are run where the user is and under the names that the user gave them, so that
    # promtool finds and says what it would; copies in their own folder, whose path it never sees.
    for whole, root in ((True, Path.cwd()), (False, None)):
        costs = {part.path: sum(map(part.source.cost, part.groups)) for part in parts if part.whole is whole}
        more, wrong = tool.run_test_files(promtool, costs, jobs=jobs, timeout=timeout, on_done=on_done, root=root)
        found |= more
        errors += wrong
    return found, tool.as_known(errors, {part.path: part.source.path for part in parts})


def _complaints(part: Part, run: tool.FileRun) -> list[Complaint] | None:
    """What promtool complains about and where; None when the tests have to be run one by one to know."""
    if not run.failures:
        return []
    if all(map(_unplaced, run.failures)):
        return None if len(part.groups) > 1 else [Complaint(failure) for failure in run.failures]
    found = blame(part.groups, run.failures)
    if found is None:
        return None
    only = part.groups[0].number if len(part.groups) == 1 else None
    return [
        Complaint(failure, assertion, assertion.group if assertion else only)
        for failure, assertion in zip(run.failures, found, strict=True)
    ]


def _unplaced(failure: Failure) -> bool:
    """Whether promtool could not even begin: the file, a rule file or the series of a test are not what it expects."""
    return failure.expr is None and failure.alertname is None and failure.group is None


def _verdict(
    source: Source, parts: Sequence[Part], singles: Sequence[Part], found: Mapping[Path, tool.FileRun]
) -> Verdict:
    runs = [found.get(part.path) for part in parts]
    ended = [run for run in runs if run is not None]
    complaints: list[Complaint] = []
    for part, run in zip(parts, runs, strict=True):
        if run is None:
            continue
        known = _complaints(part, run)
        if known is None:
            known = list(_one_by_one(part, run, singles, found))
        if any(other.passed for other in ended):  # then it is not about the file
            known = [replace(c, group=group) for c in known for group in _groups_of(c, part)]
        complaints += known
    # Each part of a file says what is wrong with the whole.
    about_all = {complaint.failure.raw: complaint for complaint in complaints if complaint.group is None}
    return Verdict(
        source,
        passed=len(ended) == len(runs) and all(run.passed for run in ended),
        complaints=(*about_all.values(), *(complaint for complaint in complaints if complaint.group is not None)),
        finished=len(ended) == len(runs),
    )


def _groups_of(complaint: Complaint, part: Part) -> list[int]:
    return [group.number for group in part.groups] if complaint.group is None else [complaint.group]


def _one_by_one(
    part: Part, run: tool.FileRun, singles: Sequence[Part], found: Mapping[Path, tool.FileRun]
) -> Iterator[Complaint]:
    """The complaints as they come when every test is run alone; the original ones where that cannot be."""
    numbers = {group.number for group in part.groups}
    own = [single for single in singles if single.groups[0].number in numbers]
    alone = [(single, found[single.path]) for single in own if single.path in found]
    failing = [(single, result) for single, result in alone if result.failures]
    whole = len(failing) == len(part.groups) and all(map(_unplaced, run.failures))
    if whole or sum(len(result.failures) for _, result in alone) < len(run.failures):
        yield from (Complaint(failure) for failure in run.failures)
        return
    for single, result in failing:
        for complaint in _complaints(single, result) or ():
            yield replace(complaint, group=single.groups[0].number)
