"""Every rule of the catalogue with one slip in it, and whether its generated tests notice."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePath

import settings
from survivors import SURVIVORS, Survivor

from alertgen import promql
from alertgen.expand import Expansion
from alertgen.model import Kind, Select
from alertgen.mutants import Mutant, Rule, mutants
from alertgen.pattern import LONG_RUNNING, WINDOW, Pattern
from alertgen.patterns import catalogue
from alertgen.podnames import pod_regex
from alertgen.quantity import Duration
from alertgen.render import prometheus
from alertgen.render import tests as tests_file
from alertgen.subject import OWNED_PODS
from alertgen.testgen.generate import test_file as generated_tests
from alertgen.testgen.testfile import TestFile
from alertgen.tools.binaries import Binary
from alertgen.tools.promtool import test_rules as run_tests


@dataclass(frozen=True, slots=True)
class Target:
    """A rule in its file, and the tests that are to notice when it is broken: files of them, likeliest first."""

    setting: str
    alert: str
    expansion: Expansion
    rule: Rule
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """Where the rule is from, for people."""
        return f"{self.alert} ({self.setting})"

    def files(self, folder: Path, rule: Rule) -> list[Path]:
        """Writes the rule file with `rule` in the place of the target's own, and its tests; the paths of these."""
        folder.mkdir()
        group = self.expansion.groups[0]
        broken = replace(group, rules=tuple(rule if r is self.rule else r for r in group.rules))
        (folder / "rules.yaml").write_text(prometheus.rule_file([broken]), encoding="utf-8")
        paths = [folder / f"tests-{n}.yaml" for n, _ in enumerate(self.tests)]
        for path, text in zip(paths, self.tests, strict=True):
            path.write_text(text, encoding="utf-8")
        return paths


@dataclass(frozen=True, slots=True)
class Slip:
    """One mutant of one target."""

    target: Target
    mutant: Mutant

    def __str__(self) -> str:
        return f"{self.target.name}: {self.mutant.operator}: {self.mutant.change}"


@cache
def targets() -> tuple[Target, ...]:
    """Every rule of the catalogue: for every kind of workload, for pods found by owner, and with several clusters."""
    return (*(target for pattern in catalogue().values() for target in _targets(pattern)), *_ownership())


def _targets(pattern: Pattern) -> Iterator[Target]:
    expansion = functools.partial(settings.expansion, settings=_short(pattern))
    kinds: tuple[Kind | None, ...] = (None,) if pattern.once_per_cluster else pattern.kinds
    seen: set[str] = set()
    for kind in kinds:
        whole = expansion(pattern, kind)
        if not seen >= (new := _but_for_the_kind(whole)):
            yield from _rules(str(kind or "once"), whole)
        seen |= new
    for kind in kinds[:1] if kinds[0] else ():
        yield from _rules(f"{kind} by owner", expansion(pattern, kind, Select.OWNER))
    if "replicas" in pattern.reads:
        for kind in (Kind.DEPLOYMENT, Kind.STATEFUL_SET):
            yield from _rules(f"{kind} with replicas.min", expansion(pattern, kind, replicas={"min": 3}))
    yield from _rules(f"{kinds[0] or 'once'}, several clusters", expansion(pattern, kinds[0], cluster_label="cluster"))


def _but_for_the_kind(whole: Expansion) -> set[str]:
    """The rules' expressions as they are for every kind whose pods and metrics are called alike."""
    service = whole.service
    regex = promql.quote(pod_regex(service.kind, service.name)) if service else ""
    return {rule.expr.replace(regex, "PODS") if regex else rule.expr for g in whole.groups for rule in g.rules}


def _short(pattern: Pattern) -> dict[str, str]:
    """Windows of an hour where the default is so long that a test of its end would cost too much."""
    windows = {n: p.metadata["default"] for n, p in pattern.parameters().items() if p.metadata["quantity"] is WINDOW}
    long = [name for name, default in windows.items() if Duration.parse(default) > _LONG]
    return dict.fromkeys(long, "1h")


_LONG = Duration.parse("2h")


def _rules(setting: str, whole: Expansion) -> Iterator[Target]:
    for alert in whole.alerts:
        alone = replace(whole, alerts=(alert,))
        yield Target(setting, alert.rule.alert, alone, alert.rule, _tests(alone))
    proofs = generated_tests(whole, lambda name: ": records " in name)
    tests = _files(proofs) if proofs.groups else _tests(whole)
    # Tests of what is recorded ask for no alert, and these would double what a test costs.
    read = replace(whole, alerts=()) if proofs.groups else whole
    for record in whole.records:
        if record.record != OWNED_PODS:
            yield Target(setting, record.record, read, record, tests)


def _ownership() -> Iterator[Target]:
    """What says which pods are the service's, for each kind: proven by one alert about pods that every kind has."""
    for kind in Kind:
        names = ("ContainerCannotStart", "PodNotReady") if kind in LONG_RUNNING else ("ContainerCannotStart",)
        each = [settings.expansion(catalogue()[name], kind, Select.OWNER) for name in names]
        whole = replace(each[0], alerts=tuple(alert for one in each for alert in one.alerts))
        yield from (Target(f"{kind} by owner", r.record, whole, r, _tests(whole)) for r in whole.records)


def _tests(expansion: Expansion) -> tuple[str, ...]:
    return _files(generated_tests(expansion))


def _files(tests: TestFile) -> tuple[str, ...]:
    """The first group, which notices most slips, in a file of its own: the others need not run then."""
    parts = (tests.groups[:1], tests.groups[1:])
    return tuple(tests_file.render(replace(tests, groups=part), ["rules.yaml"]) for part in parts if part)


def slips_in(target: Target) -> Iterator[Slip]:
    step = target.expansion.subject.site.evaluation_interval
    return (Slip(target, mutant) for mutant in mutants(target.rule, step))


def unnoticed(slips: Sequence[Slip], promtool: Binary, folder: Path) -> list[Slip]:
    """The slips that all tests pass; before, that all tests pass without a slip."""
    right = [t.files(folder / f"right-{n}", t.rule) for n, t in enumerate(_distinct(slips))]
    assert set() == _red(promtool, [path for paths in right for path in paths])
    left = [(slip, slip.target.files(folder / f"{n}", slip.mutant.rule)) for n, slip in enumerate(slips)]
    for part in range(max((len(paths) for _, paths in left), default=0)):
        red = _red(promtool, [path for _, paths in left for path in paths[part : part + 1]])
        left = [(slip, paths) for slip, paths in left if red.isdisjoint(paths)]
    return [slip for slip, _ in left]


def _red(promtool: Binary, files: Sequence[Path]) -> set[PurePath]:
    """The files in which a test fails."""
    run = run_tests(promtool, files, jobs=1, timeout=600, on_done=lambda _: None)
    assert not run.errors
    return {failure.file for failure in run.failures}


def _distinct(slips: Iterable[Slip]) -> list[Target]:
    return list({id(slip.target): slip.target for slip in slips}.values())


def excuse(slip: Slip) -> str:
    """Why the slip may go unnoticed; empty when it may not."""
    found = entry(slip)
    return slip.mutant.equivalent or (found.reason if found else "")


def entry(slip: Slip) -> Survivor | None:
    alert, change = slip.target.alert, slip.mutant.change
    return next((s for s in SURVIVORS if _like(s.alert, alert) and any(_like(c, change) for c in s.changes)), None)


def _like(pattern: str, text: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text) is not None


def is_equivalent(slip: Slip) -> bool:
    found = entry(slip)
    return bool(slip.mutant.equivalent) or (found is not None and found.equivalent)


@cache
def rules() -> tuple[str, ...]:
    """The names of all alerts and recording rules of the catalogue."""
    return tuple(dict.fromkeys(target.alert for target in targets()))


def targets_of(rule: str) -> list[Target]:
    """Every rule of this name."""
    return [target for target in targets() if target.alert == rule]


def slips_of(rule: str) -> list[Slip]:
    """Every slip in every rule of this name."""
    return [slip for target in targets_of(rule) for slip in slips_in(target)]
