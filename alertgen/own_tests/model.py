"""What is expected of a service's alerts, as promtool is asked and as it answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from alertgen import samples
from alertgen.diagnostics import Location
from alertgen.expand import Alert, Expansion
from alertgen.model import Scenario
from alertgen.promtool_output import Failure
from alertgen.quantity import Duration
from alertgen.testgen.testfile import AlertCase, ExprCase, TestFile
from alertgen.verdict import CaseId, Failed


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is expected: of which case, where it stands, and what it is called when it is otherwise."""

    case: CaseId
    location: Location
    alert: Alert
    check: ExprCase
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Question:
    """What an alert says when it fires: `text` is the annotation's pattern, between slashes or whole."""

    case: CaseId
    location: Location
    at: int
    group: str
    alert: str
    labels: Mapping[str, str]
    annotation: str
    text: str


@dataclass(frozen=True, slots=True)
class OwnTests:
    """All that a service expects: the test file, and what each of its assertions says in words."""

    expansion: Expansion
    file: TestFile
    claims: tuple[Claim, ...]
    questions: tuple[Question, ...]

    def only(self, wanted: Callable[[str], bool]) -> OwnTests:
        """The cases whose full name is wanted, and of the tests those that have any."""
        claims = tuple(claim for claim in self.claims if wanted(str(claim.case)))
        checks = {claim.check for claim in claims}
        groups = (replace(g, expr_cases=tuple(c for c in g.expr_cases if c in checks)) for g in self.file.groups)
        file = replace(self.file, groups=tuple(group for group in groups if group.expr_cases))
        return replace(
            self, file=file, claims=claims, questions=tuple(q for q in self.questions if wanted(str(q.case)))
        )

    def asked(self) -> TestFile:
        """Tests that fail whatever happens, so that promtool says what the alerts say that are asked about."""
        groups = {group.name: group for group in self.file.groups}
        asked = tuple(
            replace(groups[q.group], alert_cases=(AlertCase(q.at, q.alert, {}, {}),), expr_cases=())
            for q in self.questions
        )
        return replace(self.file, groups=asked)

    def answered(self, failures: Iterable[Failure]) -> Iterator[Failed]:
        """What is said otherwise than expected, by what promtool said of `asked`. Of what does not fire, nothing is."""
        got = {(f.group, f.alertname, f.at): samples.alerts(f.got) for f in failures}
        for question in self.questions:
            found = [
                annotations.get(question.annotation, "")
                for labels, annotations in got.get((question.group, question.alert, str(Duration(question.at))), ())
                if question.labels.items() <= labels.items()
            ]
            if found and not any(says(question.text, text_) for text_ in found):
                expected = f"the {question.annotation} {question.text}"
                yield Failed(question.case, str(Duration(question.at)), expected, " | ".join(sorted(set(found))))

    def in_words(self, failed: Failed) -> Failed:
        """A failure as the test says it: `expected it is firing` and not `expected {} 1`."""
        for claim in self.claims:
            at, there = Duration(claim.check.at), claim.check.value is not None
            if claim.case == failed.case and str(at) == failed.at and there == bool(failed.expected):
                return replace(failed, expected=claim.expected, got=claim.got)
        return failed

    def scenes(self) -> Iterator[tuple[CaseId, Alert, Scenario]]:
        """Every case as a scenario, to be drawn."""
        shown = {group.name: group.series for group in self.file.groups}
        for claim in {claim.case: claim for claim in self.claims}.values():
            series = shown[f"{claim.case.service}: {claim.case.scenario}"]
            yield claim.case, claim.alert, Scenario(name=claim.case.scenario, series=series, subjects=({},), alone=True)

    def places(self) -> Mapping[CaseId, Location]:
        """Every case and where it stands."""
        return {claim.case: claim.location for claim in self.claims}


def pattern(written: str) -> str:
    """The regular expression of an annotation: what is between slashes, or the text as a whole."""
    if len(written) > 1 and written[0] == written[-1] == "/":
        return written[1:-1]
    return rf"\A{re.escape(written)}\Z"


def says(written: str, got: str) -> bool:
    """Whether an annotation says what is expected of it."""
    return re.search(pattern(written), got) is not None
