"""Services of the spec that cannot be told apart: by their names, or by the names of their pods. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alertgen import profiles, spec
from alertgen.diagnostics import Diagnostic, Location, Severity
from alertgen.estate import Entry
from alertgen.model import Kind, Select
from alertgen.podnames import collides


def twice(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """Services that are described more than once."""
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        first = seen.setdefault(entry.key, entry)
        if first is not entry:
            namespace, name = entry.key
            yield Diagnostic(
                entry.place, "duplicate-service", f"{namespace}/{name} was already described at {first.place}",
                hint="one document for each service", related=((first.place, "the first one"),),
            )  # fmt: skip


def claimed(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """CronJobs of which two services say what is expected of their runs: each run that fails is told twice."""
    seen: dict[tuple[str, str], tuple[Entry, Location]] = {}
    for entry in entries:
        namespace, name = entry.key
        whole = profiles.whole(entry.document.data)
        found = [(name, entry.place)] if whole.get("kind") == Kind.CRON_JOB else []
        for index, item in enumerate(whole.get("schedules", ())):
            if item.get("cronjob", name) not in dict(found):
                found.append((item["cronjob"], entry.document.at("schedules", index)))
        for cronjob, place in found:
            first, there = seen.setdefault((namespace, cronjob), (entry, place))
            if first is not entry:
                yield Diagnostic(
                    place, "claimed-twice", f"{first.key[1]} has alerts for the CronJob '{cronjob}', too ({there})",
                    hint="leave it to one of the two, or every failed run is told twice", severity=Severity.WARNING,
                    related=((there, "there"),),
                )  # fmt: skip


def colliding(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """Services one of whose pod-name shapes also matches the other's pods."""
    by_key = {entry.key: entry for entry in entries}
    for entry in entries:
        namespace, name = entry.key
        words = name.split("-")
        for end in range(1, len(words)):
            shorter = by_key.get((namespace, "-".join(words[:end])))
            if shorter is None:
                continue
            mine, theirs = spec.read_service(entry.document.data), spec.read_service(shorter.document.data)
            if theirs.select is Select.NAME and collides(theirs.kind, theirs.name, mine.kind, mine.name):
                yield Diagnostic(
                    shorter.place, "pod-collision",
                    f"pods of the {mine.kind} {mine.name} look like pods of the {theirs.kind} {theirs.name}",
                    hint=f"say `select: owner` in {theirs.name}, so that its pods are found by their owner",
                    related=((entry.place, "the other service"),),
                )  # fmt: skip
