"""What `promtool test rules` and `promtool check rules` print, as values. Pure.

promtool has no machine-readable output that all versions share, so this reads its text, of 2.42 to 3.x, with stderr
merged into stdout: the lines then stand in the order in which promtool went through the files, which is the only thing
that says whose a result is (since 2.55 `test rules` names no files).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One assertion of a test file that does not hold, or what kept promtool from finding out.

    For an alert: `alertname` and `at`, the alerts that were `expected` and those that it `got`; `group` is the name of
    the test group. For an expression: `expr` as the test file has it, comment included, and the samples; promtool does
    not tell the group. Nothing expected or got is an empty string.
    `error` is what promtool says when there was nothing to compare: about an expression, about a rule (its name is then
    in `alertname`, also a recording rule's), or about the whole file when both are None. `raw` is promtool's own text.
    """

    file: PurePath
    raw: str
    group: str | None = None
    expr: str | None = None
    alertname: str | None = None
    at: str = ""
    expected: str = ""
    got: str = ""
    error: str = ""

    @property
    def is_warning(self) -> bool:
        """Whether promtool passes the file nevertheless."""
        return self.raw == self.error and self.raw.startswith(_NO_FILE)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What promtool thinks of one rule file: the number of rules it found there, or what is wrong with it."""

    path: PurePath
    rules: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """promtool's words about one test file: whether it passed, and what it said besides."""

    passed: bool
    text: str


def sections(output: str) -> list[Section]:
    """The results in `promtool test rules` output, one per file that was finished, in promtool's order."""
    found: list[Section] = []
    text: list[str] = []
    failed = False
    for line in output.splitlines(keepends=True):
        if line.startswith(("Unit Testing:  ", "  WARNING: ", "  SUCCESS", "  FAILED:")) and failed:
            found.append(Section(passed=False, text="".join(text)))
            text, failed = [], False
        if line == "  SUCCESS\n":
            found.append(Section(passed=True, text="".join(text)))
            text = []
        elif line == "  FAILED:\n":
            failed = True
        elif not line.startswith("Unit Testing:  "):
            text.append(line)
    if failed:
        found.append(Section(passed=False, text="".join(text)))
    return found


def failures(section: Section, file: PurePath) -> Iterator[Failure]:
    """The failures in what promtool says about one file.

    Rule files that do not exist are one too: promtool only warns and passes, having tested nothing.
    """
    for warning in re.findall(rf"^  WARNING: ({_NO_FILE}.*)$", section.text, re.MULTILINE):
        yield Failure(file=file, raw=warning, error=warning)
    if not section.passed:
        body = re.sub(r"^  WARNING: .*\n", "", section.text, flags=re.MULTILINE)
        entries = [entry for entry in _ENTRY_STARTS.split(body) if entry.strip()]
        for entry in entries or ["promtool does not say why"]:
            yield _failure(entry, file)


def check_results(output: str, arguments: Sequence[str], files: Sequence[PurePath]) -> list[RuleFile]:
    """The results in `promtool check rules` output, one per file that was finished, in order.

    `arguments` are the files as they were named on the command line, where promtool repeats them.
    """
    bodies: list[str] = []
    for line in output.splitlines(keepends=True):
        if len(bodies) < len(arguments) and line == f"Checking {arguments[len(bodies)]}\n":
            bodies.append("")
        elif bodies:
            bodies[-1] += line
    results: list[RuleFile] = []
    for argument, file, body in zip(arguments, files, bodies, strict=False):
        if success := _RULES_FOUND.match(body):
            results.append(RuleFile(file, int(success[1])))
        elif body.startswith("  FAILED:\n"):
            lines = [line.removeprefix(f"{argument}: ") for line in body.splitlines()[1:]]
            # Some versions say the same twice.
            results.append(RuleFile(file, 0, "\n".join(dict.fromkeys(lines)).strip()))
        else:
            break
    return results


_NO_FILE = "no file match pattern "
_RULES_FOUND = re.compile(r"  SUCCESS: (\d+) rules found\n")
# A failure starts at one of these. The test group's name stands on a line of its own before what it is about.
_ENTRY_STARTS = re.compile(r"^(?=    name: )|(?<!,\n)^(?=    (?:alertname|expr|rule): )", re.MULTILINE)
_GROUP = re.compile(r"    name: (.*),\n")
_ALERT = re.compile(
    r"    alertname: (.*), time: (\S+), \n        exp:\[(.*?)\s*\], \n        got:\[(.*?)\s*\]\n", re.DOTALL
)
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_SAMPLES = re.compile(rf"    expr: ({_QUOTED}), time: (\S+),\n        exp: (.*)\n        got: (.*)\n")
_EXPR_ERROR = re.compile(rf"    expr: ({_QUOTED}), time: (\S+), err: (.*)", re.DOTALL)
_RULE_ERROR = re.compile(r"    rule: (.*), time: (\S+), err: (.*)", re.DOTALL)


def _failure(entry: str, file: PurePath) -> Failure:
    raw = entry.strip("\n")
    group = None
    if named := _GROUP.match(entry):
        group = named[1]
        entry = entry[named.end() :]
    if match := _ALERT.match(entry):
        name, at, expected, got = match.groups()
        return Failure(
            file=file, raw=raw, group=group, alertname=name, at=at, expected=_alerts(expected), got=_alerts(got)
        )
    if match := _SAMPLES.match(entry):
        expr, at, expected, got = match.groups()
        return Failure(
            file=file, raw=raw, group=group, expr=unquoted(expr), at=at, expected=_samples(expected), got=_samples(got)
        )
    if match := _EXPR_ERROR.match(entry):
        expr, at, error = match.groups()
        return Failure(file=file, raw=raw, group=group, expr=unquoted(expr), at=at, error=error.strip())
    if match := _RULE_ERROR.match(entry):
        name, at, error = match.groups()
        return Failure(file=file, raw=raw, group=group, alertname=name, at=at, error=error.strip())
    return Failure(file=file, raw=raw, group=group, error=entry.strip())


def _alerts(text: str) -> str:
    """Labels and annotations of each alert on a line, without the numbers."""
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(
        f"{labels.removeprefix('Labels:')} {annotations.removeprefix('Annotations:')}"
        for labels, annotations in itertools.pairwise(lines)
        if labels.startswith("Labels:")
    )


def _samples(text: str) -> str:
    return "" if text == "nil" else text


_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))")
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def unquoted(text: str) -> str:
    """The string that Go wrote as `text`, in double quotes with escapes."""

    def character(match: re.Match[str]) -> str:
        number = match[1] or match[2] or match[3]
        return chr(int(number, 16)) if number else _LETTERS.get(match[4], match[4])

    return _ESCAPE.sub(character, text[1:-1])
