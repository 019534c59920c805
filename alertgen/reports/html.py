"""The proof as one page that needs no network: services, alerts, and a picture of each scenario. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Final

from alertgen.drawing import Drawing
from alertgen.reports import svg
from alertgen.verdict import CaseId, CaseResult

_STYLE: Final = """\
:root{color-scheme:light dark;--page:#fff;--ink:#1f2933;--faint:#5f6b77;--line:#d5dae0;--bad:#b3261e;--good:#1b7a3d}
@media (prefers-color-scheme:dark){:root{--page:#15191e;--ink:#e4e7eb;--faint:#9aa5b1;--line:#39424d;--bad:#ff8a80;
--good:#7bd69a}}
body{background:var(--page);color:var(--ink);font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:0 auto;
padding:1rem}
h1{font-size:1.4rem}h2{font-size:1.15rem;margin-top:2rem}
p.sum,figcaption,.seen{color:var(--faint)}
summary{cursor:pointer;padding:.25rem 0}
details.alert{border-top:1px solid var(--line)}
details.alert>summary{font-weight:600}
.seen{font-weight:400;font-size:.85rem}
figure{margin:.5rem 0 1.2rem;max-width:46rem}
figcaption b{color:var(--ink)}
.bad{color:var(--bad)}.good{color:var(--good)}
pre{white-space:pre-wrap;overflow-wrap:anywhere;border-left:3px solid var(--bad);padding-left:.6rem}
input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem;margin:.5rem 0}
:focus-visible{outline:2px solid #1d5fbf;outline-offset:2px}
"""

# Without scripts everything is there but the filter, and a link to #namespace/service/Alert does not open the alert.
_SCRIPT: Final = """\
const box=document.querySelector('input');box.hidden=false;
box.addEventListener('input',()=>{const word=box.value.toLowerCase();
for(const alert of document.querySelectorAll('details.alert'))
alert.hidden=!alert.dataset.name.includes(word);
for(const part of document.querySelectorAll('section'))
part.hidden=!part.querySelector('details.alert:not([hidden])')});
const asked=document.getElementById(decodeURIComponent(location.hash.slice(1)));
if(asked){asked.open=true;asked.scrollIntoView()}
"""


def _title(count: int, failed: int) -> str:
    if count == 1:
        return "The scenario fails" if failed else "The scenario holds"
    return f"{failed:,} of {count:,} scenarios fail" if failed else f"All {count:,} scenarios hold"


def page(results: Sequence[CaseResult], drawings: Mapping[CaseId, Drawing], summary: str) -> str:
    """The whole page; what failed is open and comes first, and a single alert is open.

    `summary` is the line that the command line ends with.
    """
    by_service: defaultdict[str, list[CaseResult]] = defaultdict(list)
    for result in results:
        by_service[result.case.service].append(result)
    failed = sum(1 for result in results if result.failed)
    title = _title(len(results), failed)
    single = len({(result.case.service, result.case.alert) for result in results}) == 1
    services = "\n".join(
        _service(name, found, drawings, single=single) for name, found in sorted(by_service.items(), key=_urgent)
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}{svg.STYLE}</style>\n</head>\n<body>\n"
        f'<h1 class="{"bad" if failed else "good"}">{title}</h1>\n<p class="sum">{escape(summary)}</p>\n'
        '<input type="search" hidden aria-label="Show only services and alerts whose name contains this" '
        "placeholder=\"Filter: part of a service's or an alert's name\">\n"
        f"<main>\n{services}\n</main>\n<script>\n{_SCRIPT}</script>\n</body>\n</html>\n"
    )


def _urgent(service: tuple[str, Sequence[CaseResult]]) -> tuple[bool, str]:
    return not any(result.failed for result in service[1]), service[0]


def _service(name: str, results: Sequence[CaseResult], drawings: Mapping[CaseId, Drawing], *, single: bool) -> str:
    by_alert: defaultdict[str, list[CaseResult]] = defaultdict(list)
    for result in results:
        by_alert[result.case.alert].append(result)
    alerts = "\n".join(
        _alert(name, alert, found, drawings, single=single) for alert, found in sorted(by_alert.items(), key=_urgent)
    )
    return f"<section>\n<h2>{escape(name)}</h2>\n{alerts}\n</section>"


def _alert(
    service: str, alert: str, results: Sequence[CaseResult], drawings: Mapping[CaseId, Drawing], *, single: bool
) -> str:
    failed = sum(1 for result in results if result.failed)
    shown = [drawings[result.case] for result in results if result.case in drawings]
    verdict = f'<span class="bad">{failed} of {len(results)} fail</span>' if failed else f"{len(results)} hold"
    seen = ", ".join(_seen(shown))
    figures = "\n".join(_figure(result, drawings.get(result.case)) for result in sorted(results, key=_failed_first))
    return (
        f'<details class="alert" id="{"-".join(escape(f"{service}/{alert}").split())}" '
        f'data-name="{escape(f"{service} {alert}".lower())}"{" open" if failed or single else ""}>\n'
        f'<summary>{escape(alert)} <span class="seen">{verdict}{f" · seen {seen}" if seen else ""}</span></summary>\n'
        f"{figures}\n</details>"
    )


def _failed_first(result: CaseResult) -> bool:
    return not result.failed


def _seen(drawings: Iterable[Drawing]) -> Iterator[str]:
    """In which states the scenarios show the alert."""
    drawings = list(drawings)
    if any(drawing.firing for drawing in drawings):
        yield "firing"
    if any(set(drawing.times) - drawing.firing - drawing.pending for drawing in drawings):
        yield "silent"
    if any(drawing.pending for drawing in drawings):
        yield "pending"
    if any(drawing.firing and max(drawing.firing) < drawing.times[-1] for drawing in drawings):
        yield "resolved"


def _figure(result: CaseResult, drawing: Drawing | None) -> str:
    verdict = '<b class="bad">fails</b>' if result.failed else '<span class="good">holds</span>'
    words = f" · {svg.in_words(drawing)}" if drawing else ""
    complaints = "".join(
        f"<pre>{escape(f'at {one.at}' if one.at else '')}\nexpected {escape(one.expected or 'nothing')}\n"
        f"got {escape(one.got or 'nothing')}</pre>\n"
        for one in result.failed
    )
    picture = f"{svg.inline(drawing)}\n" if drawing else ""
    return (
        f"<figure>\n<figcaption><b>{escape(result.case.scenario)}</b> · {verdict}{words}</figcaption>\n"
        f"{complaints}{picture}</figure>"
    )
