"""The catalogue → a page that has every alert: what it means, what it asks for, how it is proven, what to do. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from alertgen import inhibition
from alertgen.expand import fill, vocabulary
from alertgen.pattern import Pattern
from alertgen.render.docs import anchor
from alertgen.render.prometheus import formatted
from alertgen.reports.pages import asked_for, scope, shown, silencing
from alertgen.testgen.situations import scenarios

_HEAD = """\
# The alerts

What `alertgen patterns ALERT` prints, for all of them: written by `make reference`, for the service `my-app` in the
namespace `shop`. A service has those of its kind, and those for which it has what they need.
"""


def page(patterns: Mapping[str, Pattern]) -> str:
    """The page, in Markdown: the packs with their alerts, then a section for each alert."""
    ordered = sorted(patterns.values(), key=lambda p: (p.pack, p.alert))
    packs = [(pack, list(group)) for pack, group in itertools.groupby(ordered, lambda p: p.pack)]
    lines = [_HEAD, "| pack | alerts |", "|---|---|"]
    for pack, of in packs:
        links = ", ".join(f"[{p.alert}](#{anchor(p.alert)})" for p in of)
        lines.append(f"| {pack} | {links} |")
    return "\n".join(lines) + "\n" + "".join(f"\n{section(p, patterns)}" for p in ordered)


def section(pattern: Pattern, patterns: Mapping[str, Pattern]) -> str:
    """One alert among others."""
    return "".join(f"{line}\n" for line in _lines(pattern, patterns))


def _lines(pattern: Pattern, patterns: Mapping[str, Pattern]) -> Iterator[str]:
    expansion, alert = shown(pattern)
    words = vocabulary(alert.subject, pattern, alert.settings)
    yield from (f"## {pattern.alert}", "", fill(pattern.runbook.meaning, words), "")
    yield from (f"{pattern.severity} · {scope(pattern)}", "")
    for document, lines in asked_for(pattern):
        yield from (f"To have it, say in {document} document:", "", "```yaml", *lines, "```", "")
    yield from ("| parameter | default | meaning |", "|---|---|---|")
    yield from (f"| {name} | {default} | {_cell(meaning)} |" for name, default, meaning in pattern.settings())
    yield from ("", "```promql", *formatted(alert.rule).splitlines(), "```", "", "Proven:", "")
    yield from _items(s.name for s in scenarios(expansion, alert))
    for title, alerts in (
        ("Silences, unless more urgent", ((n, g.same) for g in pattern.silences for n in g.alerts)),
        ("Is silenced by", silencing(pattern, patterns, expansion)),
    ):
        if said := inhibition.in_words(alerts):
            yield from (f"{title}: {said}.", "")
    yield from ("Look:", "", *_items(fill(line, words) for line in pattern.runbook.diagnosis))
    steps = [fill(line, words) for line in pattern.runbook.mitigation]
    yield from ("Do:", "", *(f"- {step}" for step in steps))


def _items(texts: Iterable[str]) -> Iterator[str]:
    yield from (f"- {text}" for text in texts)
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
