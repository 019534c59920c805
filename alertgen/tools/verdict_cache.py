"""promtool's verdicts on test files, remembered by the content of the rules, the tests and promtool's version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import Any

from alertgen.promtool_output import Failure
from alertgen.reading import together
from alertgen.suite import Complaint, Source, Verdict
from alertgen.tools.binaries import Binary
from alertgen.tools.cache import Cache, key
from alertgen.unittests import Assertion
from alertgen.vacuous import loose_groups


class Texts:
    """Reads each file once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, path: str) -> str:
        """What is in it, as far as a key goes; OSError when it cannot be read."""
        if path not in self._known:
            self._known[path] = key(Path(path).read_bytes().decode(errors="surrogateescape"))
        return self._known[path]


def keys(promtool: Binary, sources: Iterable[Source]) -> dict[Source, str]:
    """What stands for each source; none for one that promtool may judge otherwise next time, or that cannot be read."""
    texts, found = Texts(), {}
    for source in sources:
        if source.tests is None or source.problem or _by_chance(source):
            continue
        numbers = ",".join(str(group.number) for group in source.tests.groups)
        try:
            contents = [texts.of(path) for path in (source.path, *source.rule_paths)]
        except OSError:
            continue
        found[source] = key("verdict", str(promtool), numbers, *contents)
    return found


def _by_chance(source: Source) -> bool:
    tests = source.tests
    assert tests is not None
    rules = together(source.loaded)
    names = {a.alertname for group in tests.groups for a in group.assertions if a.alertname}
    asked = any(a.expr for group in tests.groups for a in group.assertions)
    loose = {rule.group for rule in source.loaded} - set(tests.order)
    return any(loose_groups(name, tests, rules) for name in names) or (asked and len(loose) > 1)


def remembered(cache: Cache, wanted: dict[Source, str]) -> dict[Source, Verdict]:
    """The verdicts that there are."""
    known = cache.known(wanted.values())
    return {source: _verdict(source, known[digest]) for source, digest in wanted.items() if digest in known}


def remember(cache: Cache, wanted: dict[Source, str], verdicts: Iterable[Verdict]) -> None:
    """Keeps those that say of each complaint which assertion it is about: others name files, which may be elsewhere."""
    cache.keep({wanted[v.source]: _answer(v) for v in verdicts if v.source in wanted and _lasts(v)})


def _lasts(verdict: Verdict) -> bool:
    return verdict.finished and all(c.assertion and not c.failure.error for c in verdict.complaints)


def _answer(verdict: Verdict) -> str:
    about = _assertions(verdict.source)
    index = {id(assertion): number for number, assertion in enumerate(about)}
    return json.dumps([[index[id(c.assertion)], c.group, _plain(c.failure)] for c in verdict.complaints])


def _plain(failure: Failure) -> dict[str, Any]:
    names = ("raw", "group", "expr", "alertname", "at", "expected", "got")
    return {name: getattr(failure, name) for name in names}


def _verdict(source: Source, answer: str) -> Verdict:
    about, path = _assertions(source), PurePath(source.path)
    complaints = [
        Complaint(Failure(file=path, **failure), about[number], group) for number, group, failure in json.loads(answer)
    ]
    return Verdict(source, passed=not complaints, complaints=tuple(complaints))


def _assertions(source: Source) -> Sequence[Assertion]:
    return [a for group in source.tests.groups for a in group.assertions] if source.tests else []
