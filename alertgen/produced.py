"""Labels that somebody asks about → what is odd about them: that no alert of the spec has them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from alertgen.diagnostics import ALIKE, did_you_mean, nearest
from alertgen.estate import Entry, Estate
from alertgen.expand import Expansion
from alertgen.no_effect import why_nobody
from alertgen.routing.model import ALERT_LABEL, SEVERITY_LABEL, TEAM_LABEL
from alertgen.routing.tree import OWNED
from alertgen.tiers import DEFAULT_TIER

_OURS = frozenset({ALERT_LABEL, SEVERITY_LABEL, TEAM_LABEL, *OWNED})
"""Labels of which an alert gets none from its series."""

_MISNAMED = {"alert": ALERT_LABEL}
"""What a rule calls otherwise than the label that Alertmanager sees."""


@dataclass(frozen=True, slots=True)
class Unproduced:
    """That no alert of the spec has a label, or all of several."""

    label: str
    """The one to blame, or the first of those that do not go together."""
    message: str
    hint: str = ""
    likely_slip: bool = False
    """Whether something is called much like it, so that it is hardly an alert of somebody else."""


def unproduced(estate: Estate, entries: Sequence[Entry], labels: Mapping[str, str]) -> Unproduced | None:
    """Why no alert of the spec has these labels; None when one may have them."""
    for name in labels:
        if name not in _OURS and (meant := _MISNAMED.get(name) or next(iter(nearest(name, _OURS, ALIKE)), "")):
            return Unproduced(
                name, f"no alert of this spec has a label '{name}'", f"did you mean '{meant}'?", likely_slip=True
            )
    owned = {name: value for name, value in labels.items() if name in (TEAM_LABEL, *OWNED)}
    once = {TEAM_LABEL: estate.site.team}
    pattern = estate.patterns.get(labels.get(ALERT_LABEL, ""))
    if pattern and pattern.once_per_cluster and "namespace" in labels:  # its series may have any
        once["namespace"] = labels["namespace"]
    owners = [_owner(entry) for entry in entries]
    if not any(owned.items() <= owner.items() for owner in (once, *owners)):
        return _odd(owned, (once, *owners))
    concerned = [entry for entry, owner in zip(entries, owners, strict=True) if owned.items() <= owner.items()]
    expansions = list(_expansions(estate, concerned))
    if owned.items() <= once.items():
        expansions.append(estate.expansion(None)[0])
    alerts = [{**alert.certain_labels, **owned} for expansion in expansions for alert in expansion.alerts]
    rest = {name: value for name, value in labels.items() if name not in owned}
    if any(all(_may_be(alert, *label) for label in rest.items()) for alert in alerts):
        return None
    return _nobodys(estate, expansions, rest.get(ALERT_LABEL, "")) or _odd(rest, alerts, estate.patterns)


def _owner(entry: Entry) -> Mapping[str, str]:
    namespace, service = entry.key
    data = entry.document.data
    return {
        "namespace": namespace,
        "service": service,
        "tier": data.get("tier", DEFAULT_TIER),
        TEAM_LABEL: data["team"],
    }


def _expansions(estate: Estate, entries: Sequence[Entry]) -> Iterator[Expansion]:
    """One for each shape: services of one shape have the same alerts."""
    first = {entry.shape.key: entry for entry in reversed(entries)}
    return (estate.expansion(entry.document)[0] for entry in first.values())


def _may_be(alert: Mapping[str, str], name: str, value: str) -> bool:
    return alert.get(name, "" if name in _OURS else value) == value


def _nobodys(estate: Estate, expansions: Sequence[Expansion], alert: str) -> Unproduced | None:
    """An alert that there is, and that none of these has."""
    pattern = estate.patterns.get(alert)
    if pattern is None or any(a.rule.alert == alert for expansion in expansions for a in expansion.alerts):
        return None
    return Unproduced(ALERT_LABEL, f"{alert} {why_nobody(pattern, expansions)}")


def _odd(labels: Mapping[str, str], havers: Collection[Mapping[str, str]], names: Collection[str] = ()) -> Unproduced:
    for name, value in labels.items():
        if not any(_may_be(haver, name, value) for haver in havers):
            known = {haver[name] for haver in havers if haver.get(name)}
            hint = did_you_mean(value, known.union(names) if name == ALERT_LABEL else known)
            return Unproduced(name, f"no alert of this spec has {name}={value}", hint, "did you mean" in hint)
    together = ", ".join(f"{name}={value}" for name, value in labels.items())
    return Unproduced(next(iter(labels)), f"no alert of this spec has all of {together}")
