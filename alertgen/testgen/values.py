"""Series → promtool's notation: `0x9 1x20 stale`. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal

from alertgen.model import Gap, Hold, Ramp, Series, Shares, lasting
from alertgen.quantity import number

_EXACT = Context(prec=20)


def values(series: Series, step: int, until: int) -> str:
    """The series in promtool's notation: `0x9 1x20 stale`, a sample each `step` seconds until past `until`."""
    out: list[str] = []
    clock = 0
    for part in series.parts:
        length = lasting(part, step)
        # Past the last question by some samples: what ends exactly there is seen by 2.x and not by 3.x.
        samples = (length if length is not None else max(until - clock, 0) + 4 * step) // step
        clock += samples * step
        if samples <= 0:
            continue
        if series.native and isinstance(part, Hold | Ramp):
            out += _histograms(part, series.native, samples, step, last=part is series.parts[-1])
        elif isinstance(part, Hold):
            # promtool cannot repeat NaN and Inf: they are written out.
            repeated = part.value[-1].isdigit() and samples > 1
            out += [f"{part.value}x{samples - 1}"] if repeated else [part.value] * samples
        elif isinstance(part, Ramp):
            # A third per second is cut off after 28 digits; times the step it is whole again.
            start, growth = number(_EXACT.plus(part.start)), number(_EXACT.multiply(part.per_second, Decimal(step)))
            out.append(f"{start}{'' if growth.startswith('-') else '+'}{growth}x{samples - 1}")
        elif isinstance(part, Gap):
            out.append(f"_x{samples}")
        else:
            out.append("stale")
    return " ".join(out)


def _histograms(part: Hold | Ramp, spread: Shares, samples: int, step: int, *, last: bool) -> Iterator[str]:
    """As `values` has it. promtool 2.53 takes nothing after a repeated histogram: all but the last are written out."""
    start = Decimal(part.value) if isinstance(part, Hold) else part.start
    growth = part.per_second * step if isinstance(part, Ramp) else Decimal(0)
    if last and samples > 1:
        more = f"+{_native(growth, spread)}" if growth else ""
        yield f"{_native(start, spread)}{more}x{samples - 1}"
    else:
        yield from (_native(start + growth * i, spread) for i in range(samples))


def _native(count: Decimal, spread: Shares) -> str:
    """A native histogram of so many observations, each at the upper bound of its bucket: `{{schema:0 count:9 …}}`."""
    counts = [_EXACT.multiply(count, share) for share in spread.shares]
    total = sum((c * Decimal(2) ** (spread.exponent + i) for i, c in enumerate(counts)), Decimal(0))
    buckets = " ".join(number(c) for c in counts)
    fields = f"count:{number(sum(counts, Decimal(0)))} sum:{number(_EXACT.plus(total))}"
    return f"{{{{schema:0 {fields} offset:{spread.exponent} buckets:[{buckets}]}}}}"
