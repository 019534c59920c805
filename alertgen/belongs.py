"""A key of the spec that stands where it means nothing → where it belongs, read from the schema. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Path = tuple[str, ...]
"""The keys from the top of a document to a place; ANY stands for a name that somebody chose. Lists do not count."""

ANY: Final = "<name>"
_ALERT: Final = "#/$defs/alert_"
_TOO_MANY: Final = 3
"""So many places for one key are no hint any more."""


class Index:
    """Every key that there is, with the places where it may stand."""

    def __init__(self, whole: Mapping[str, Any], kinds: Sequence[str]) -> None:
        self._defs: Mapping[str, Any] = whole["$defs"]
        self._places: dict[str, dict[str, list[Path]]] = {}
        for kind in kinds:
            found: defaultdict[str, list[Path]] = defaultdict(list)
            for path in self._paths({"$ref": f"#/$defs/{kind}"}, (), ()):
                if path[-1] != ANY and path[:-1] not in found[path[-1]]:
                    found[path[-1]].append(path[:-1])
            self._places[kind] = found

    def _paths(self, part: Mapping[str, Any], path: Path, inside: tuple[str, ...]) -> Iterator[Path]:
        """The paths to everything in a part of the schema; `inside` are the definitions that it is a part of."""
        if reference := part.get("$ref"):
            if reference not in inside:
                name = reference.rpartition("/")[2]
                yield from self._paths(self._defs[name], path, (*inside, reference))
            return
        for each in (part.get("items"), part.get("then"), part.get("else")):
            if isinstance(each, Mapping):
                yield from self._paths(each, path, inside)
        named = dict(part.get("properties", {}))
        if isinstance(free := part.get("additionalProperties"), Mapping):
            named[ANY] = free
        for key, inner in named.items():
            step = ANY if inner.get("$ref", "").startswith(_ALERT) else key
            yield (*path, key)
            yield from self._paths(inner, (*path, step), inside)

    def taken_for_a_name(self, kind: str, written: Sequence[str | int]) -> str:
        """That the last key of a place is read as a name there, though it is a key one level above; else empty."""
        here = _path(written)
        if len(here) > 1 and any(_fits(place, here[:-2]) for place in self._places[kind].get(here[-1], ())):
            return f"'{here[-1]}' is read as a name in `{here[-2]}`: indent it like `{here[-2]}`, if you mean the key"
        return ""

    def hint(self, kind: str, written: Sequence[str | int], key: str) -> str:
        """Where this key of a `kind` of document belongs, when it stands at `written`; empty when nobody knows."""
        here = _path(written)
        if "receivers" in here[:-2]:
            return ""
        places = _best(self._places[kind].get(key, ()), here)
        if 0 < len(places) <= _TOO_MANY:
            where = " or ".join(f"`{'.'.join(_seen_from(here, place))}`" for place in places if place)
            return f"'{key}' belongs {f'below {where}' if where else 'at the top'}"
        if here not in ((), (kind,)):
            return ""
        other = [k for k, found in self._places.items() if k != kind and {(), (k,)} & set(found.get(key, ()))]
        return f"'{key}' belongs into the {other[0]} document" if len(other) == 1 else ""


def _best(places: Sequence[Path], here: Path) -> Sequence[Path]:
    """Those below this place that are nearest to it, else those above it, else all others.

    The settings of receivers and of alerts are called like everything: they are no hint to somebody elsewhere.
    """
    places = [place for place in places if "receivers" not in place[:-2]]
    below = [place for place in places if _fits(place[: len(here)], here)]
    if below:
        least = min(len(place) for place in below)
        return [place for place in below if len(place) == least]
    above = [place for place in places if _fits(place, here[: len(place)])]
    return above or [place for place in places if "alerts" not in place[:-1]]


def _seen_from(here: Path, place: Path) -> Path:
    return place[len(here) :] if _fits(place[: len(here)], here) else place


def _fits(place: Path, written: Path) -> bool:
    return len(place) == len(written) and all(p in (ANY, w) for p, w in zip(place, written, strict=True))


def _path(written: Sequence[str | int]) -> Path:
    return tuple(step for step in written if isinstance(step, str))
