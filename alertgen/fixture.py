"""Common situations by name, for tests that people write: `cpu: 95% of the limit for 20m`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alertgen.facet import Facet
from alertgen.model import Hold, Kind, Part, Ramp, Series
from alertgen.quantity import Duration, number
from alertgen.world import World

_DURATION = r"(?:[0-9]+(?:w|d|h|m|s))+"
_WHEN = re.compile(rf"(?P<what>.*?)(?:\s+from\s+(?P<start>{_DURATION}))?(?:\s+for\s+(?P<lasts>{_DURATION}))?")


@dataclass(frozen=True, slots=True)
class When:
    """Seconds until it begins, and how many it lasts; None: until the test ends."""

    start: int = 0
    lasts: int | None = None

    def level(self, usual: Decimal | int, value: Decimal | int) -> tuple[Part, ...]:
        """A value that is another one meanwhile."""
        before = (Hold(number(usual), self.start),) if self.start else ()
        after = (Hold(number(usual)),) if self.lasts else ()
        return (*before, Hold(number(value), self.lasts), *after)

    def growth(self, usual: Decimal | int, per_second: Decimal | int) -> tuple[Part, ...]:
        """A counter that grows by so much per second, and by another amount meanwhile."""
        clock, parts = Decimal(0), []
        for rate, seconds in ((usual, self.start), (per_second, self.lasts), (usual, None)):
            if seconds != 0:
                parts.append(Ramp(clock, Decimal(rate), seconds))
                clock += Decimal(rate) * (seconds or 0)
            if seconds is None:
                break
        return tuple(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """A situation: its key, how it is written, and what the exporters show of it."""

    key: str
    meaning: str
    example: str
    what: re.Pattern[str]
    """What it looks like, without `from` and `for`."""
    show: Callable[[World, str, re.Match[str], When], Iterable[Series]]
    """The series in a world, about a pod of this name."""
    facet: Facet[Any] | None = None
    """What the service must say that it has."""
    kinds: tuple[Kind, ...] = tuple(Kind)


def when(text: str) -> tuple[str, When]:
    """`5 times from 10m for 20m` → what, and when. Raises ValueError."""
    match = _WHEN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' does not say what happens")
    start, lasts = (Duration.parse(match[key]) if match[key] else None for key in ("start", "lasts"))
    return match["what"], When(int(start or 0), int(lasts) if lasts else None)
