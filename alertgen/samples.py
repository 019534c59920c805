"""Samples as promtool prints them: `{__name__="up", job="a"} 1E+00, {…} 2E+00` → values with labels. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from alertgen.promql import quote
from alertgen.promtool_output import unquoted
from alertgen.quantity import number

_LABEL = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z_][A-Za-z0-9_]*))="((?:[^"\\]|\\.)*)",?')
_SAMPLE = re.compile(r'\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\} ([^\s,{]+|\{\{.*?\}\})(?:, |$)')

_ALERT = re.compile(r'^\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\} \{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\}$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sample:
    """One value; `labels` include the metric's name. A histogram's value stays promtool's text for it."""

    labels: Mapping[str, str]
    value: str

    def __str__(self) -> str:
        """As PromQL has it, with the value in plain notation: `up{job="a"} 0.5`."""
        labels = ", ".join(f"{k}={quote(v)}" for k, v in self.labels.items() if k != "__name__")
        name = self.labels.get("__name__", "")
        return f"{name}{{{labels}}} {_plain(self.value)}" if labels or not name else f"{name} {_plain(self.value)}"


def _plain(value: str) -> str:
    """`1.5E+01` as 15; a histogram, NaN and infinity as they are."""
    try:
        return number(Decimal(value)) if Decimal(value).is_finite() else value
    except InvalidOperation:
        return value


def samples(text: str) -> tuple[Sample, ...]:
    """Every sample of promtool's list; none of an empty one."""
    return tuple(Sample(_labels(match[1]), match[2]) for match in _SAMPLE.finditer(text))


def alerts(text: str) -> tuple[tuple[Mapping[str, str], Mapping[str, str]], ...]:
    """The labels and annotations of each alert, as `Failure.got` has them: `{alertname="…", …} {summary="…"}`."""
    return tuple((_labels(match[1]), _labels(match[2])) for match in _ALERT.finditer(text))


def _labels(text: str) -> dict[str, str]:
    return {unquoted(f'"{m[1]}"') if m[1] else m[2]: unquoted(f'"{m[3]}"') for m in _LABEL.finditer(text)}
