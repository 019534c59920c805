"""What somebody expects of the routing, and whether it is so: the spec's `routes:` cases. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from alertgen.diagnostics import Diagnostic, Severity
from alertgen.estate import Entry, Estate
from alertgen.produced import unproduced
from alertgen.routing.answer import answers, told
from alertgen.routing.model import ALERT_LABEL, Expectation, Routing
from alertgen.routing.silencers import silencers
from alertgen.verdict import CaseId, CaseResult, Failed

ROUTING = "routing"
"""What a case is about that is about no service."""


def judged(estate: Estate, routing: Routing, entries: Sequence[Entry]) -> Iterator[CaseResult]:
    """Every case and what of it is not so. `routing` has all the inhibition there is."""
    for case in routing.expectations:
        labels = known(estate, entries, case.labels)
        firing = [labels, *(known(estate, entries, other) for other in case.firing)]
        silent = silencers(routing.inhibit, firing)[0]
        causes = tuple(sorted({silencer.cause.get(ALERT_LABEL, "") for silencer in silent}))
        got = () if silent else told(answers(routing, estate.tree, labels, case.moment))
        which = CaseId(ROUTING, labels.get(ALERT_LABEL, "an alert"), case.name)
        failed = tuple(_failed(which, case, got, causes))
        yield CaseResult(which, case.location, failed, picture=_why(case) if failed else "")


def _failed(which: CaseId, case: Expectation, got: tuple[str, ...], causes: tuple[str, ...]) -> Iterator[Failed]:
    at = f"{case.moment:%Y-%m-%d %H:%M} {case.moment.tzinfo}"
    if got != case.tells:
        yield Failed(which, at, _told(case.tells), _told(got))
    if causes != case.inhibited_by:
        yield Failed(which, at, _inhibited(case.inhibited_by), _inhibited(causes))


def _why(case: Expectation) -> str:
    labels = ",".join(f"{name}={value}" for name, value in case.labels.items())
    moment = f"{case.moment:%Y-%m-%d %H:%M} {case.moment.tzinfo}"
    return f"see why: alertgen routes --labels {shlex.quote(labels)} --at {shlex.quote(moment)}"


def _told(names: tuple[str, ...]) -> str:
    return f"{', then '.join(names) or 'nobody'} is told"


def _inhibited(names: tuple[str, ...]) -> str:
    return f"inhibited by {', '.join(names) or 'nothing'}"


def doubtful(estate: Estate, entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """Cases and mutes of an alert that there is not, and that is much like one: they prove or mute nothing of that one.

    They may be about alerts of others, of which the spec knows nothing.
    """
    document = estate.routing_document
    if document is None:
        return
    for steps, labels in _asked_about(estate.routing):
        odd = unproduced(estate, entries, labels)
        if odd and odd.likely_slip:
            place = document.key("routing", *steps, odd.label)
            yield Diagnostic(place, "no-such-alert", odd.message, odd.hint, Severity.WARNING)


def _asked_about(routing: Routing) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, str]]]:
    """The labels of alerts in cases and mutes, with the steps to them."""
    for index, case in enumerate(routing.expectations):
        yield ("routes", index, "labels"), case.labels
        yield from ((("routes", index, "while", i), labels) for i, labels in enumerate(case.firing))
    yield from ((("mute", index, "match"), mute.match) for index, mute in enumerate(routing.mutes))


def known(estate: Estate, entries: Sequence[Entry], labels: Mapping[str, str]) -> Mapping[str, str]:
    """The labels with those that the spec is certain of, where they name one of its services or alerts."""
    service, namespace = labels.get("service"), labels.get("namespace")
    found = [e for e in entries if e.key[1] == service and namespace in {None, e.key[0]}]
    if len(found) != 1 and service:
        return {**estate.site.external_labels, **labels}
    document = found[0].document if found else None
    expansion, _ = estate.expansion(document)
    certain = [a.certain_labels for a in expansion.alerts if a.rule.alert == labels.get(ALERT_LABEL)]
    fitting = [c for c in certain if all(c.get(name, value) == value for name, value in labels.items())]
    if certain:
        return {**(fitting or certain)[0], **labels}
    of_service: Mapping[str, str] = {}
    if expansion.service:
        own = expansion.service
        of_service = {"namespace": own.namespace, "team": own.team, "tier": own.tier, **own.labels}
    return {**estate.site.external_labels, **of_service, **labels}
