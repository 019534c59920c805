"""Slips that no generated test can or need notice: which, and why. Checked again by every full run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Survivor:
    """Slips in one alert that are allowed to go unnoticed.

    `changes` are the mutants' words, `*` for anything. `equivalent` says that no data that exporters can show tells the
    broken rule from the right one, so that no test could; `reason` says why, or why the difference does not matter.
    """

    alert: str
    changes: tuple[str, ...]
    reason: str
    equivalent: bool


_ROUNDED = "increase() extrapolates and rounds: no test can put a share of two of them exactly on a limit"

SURVIVORS: tuple[Survivor, ...] = (
    Survivor("EdgeCannotReachOrigin", ("* >= 100 becomes >", "* > 0.02 becomes >="), _ROUNDED, equivalent=False),
    Survivor("EdgeErrorRatioHigh", ("* >= 100 becomes >", "* > 0.02 becomes >="), _ROUNDED, equivalent=False),
    Survivor("HttpErrorRatioHigh", ("* >= 50 becomes >", "* > 0.05 becomes >="), _ROUNDED, equivalent=False),
    Survivor("HttpErrorsAfterRollout", ("* >= 50 becomes >", "* > 0.01 becomes >="), _ROUNDED, equivalent=False),
    Survivor("HttpLatencyHigh", ("* >= 50 becomes >",), _ROUNDED, equivalent=False),
)
