"""Who is told of one alert at one moment, as `routes` and `explain` print it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from alertgen.routing.answer import Answer, State
from alertgen.routing.model import InhibitRule
from alertgen.routing.words import name, silencing, when


def answer_page(
    labels: Mapping[str, str], moment: dt.datetime, found: Sequence[Answer], inhibitors: Sequence[InhibitRule]
) -> str:
    """Who is told of an alert that begins to fire at this moment, in which group, after how long, and who is not."""
    group = shown_labels(found[0].group) if found and found[0].group else "all alerts of the route together"
    lines = [shown_labels(labels), f"begins to fire on {_moment(moment, moment)}"]
    lines += [f"  {line}" for answer in found for line in _answer(answer, moment)]
    lines.append(f"group: {group}")
    if found and found[0].route.repeat_interval:
        lines.append(f"told again every {found[0].route.repeat_interval} while it fires")
    if inhibitors:
        lines += ["not told while one of these fires", *(f"  {line}" for line in silencing(inhibitors))]
    return "\n".join(lines)


def _answer(answer: Answer, moment: dt.datetime) -> Iterator[str]:
    who = f"after {answer.after}: {name(answer.route)}"
    place = f" ({answer.route.location})" if answer.route.location else ""
    if answer.state is State.TOLD:
        yield f"{who}{place}"
        return
    if answer.state is State.DROPPED:
        yield f"{who} is told{place}"
        return
    if answer.state is State.OTHER_HOURS:
        yield f"{who} is not told: only {when(answer.route.active, answer.route.mute)}{place}"
    else:
        why = "; ".join(f"{mute.reason} ({mute.location})" for mute in answer.mutes)
        yield f"{who} is not told: muted during {', '.join(mute.during for mute in answer.mutes)}, {why}"
    if answer.next_told:
        yield f"  told on {_moment(answer.next_told, moment)} if it still fires then"


def _moment(at: dt.datetime, like: dt.datetime) -> str:
    """A moment in the zone of another one."""
    return f"{at.astimezone(like.tzinfo):%A %Y-%m-%d %H:%M} {like.tzinfo}"


def shown_labels(labels: Mapping[str, str]) -> str:
    """`alertname=WorkloadDown, service=my-app`."""
    return ", ".join(f"{label}={value}" for label, value in labels.items())
