"""What an integration's settings are made of: data from which the schema, the checks and the output are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

Version = tuple[int, ...]
"""An Alertmanager version: `(0, 28)`. Patch releases add no settings, so two numbers are enough to compare with."""

FLOOR: Version = (0, 25)
"""The oldest Alertmanager that is written for; what is older than it has no `since`."""


def dotted(version: Version) -> str:
    """`0.28` for (0, 28) and for (0, 28, 1): people speak of the release that brought a setting."""
    return ".".join(str(part) for part in version[:2])


class Kind(Enum):
    """How a setting is written."""

    TEXT = auto()
    """A string; Alertmanager expands templates in nearly all of them. With `choices`, one of them or a template."""
    CHOICE = auto()
    """Exactly one of `choices`."""
    SECRET = auto()
    """A secret in the configuration itself: known, so that it can be refused with the way out."""
    FILE = auto()
    """The absolute path of a file on Alertmanager's machine."""
    URL = auto()
    """An http or https address without credentials in it."""
    ADDRESSES = auto()
    """E-mail addresses, separated by commas."""
    HOST_PORT = auto()
    """`host:port`."""
    FLAG = auto()
    COUNT = auto()
    """A whole number, zero or more."""
    NUMBER = auto()
    """A whole number of either sign, not zero."""
    DURATION = auto()
    """A time span that Alertmanager reads as Prometheus writes it."""
    GO_DURATION = auto()
    """A time span that Alertmanager reads as Go does: written with hours as the largest unit."""
    TEXTS = auto()
    FILES = auto()
    PAIRS = auto()
    """Name → text."""
    TREE = auto()
    """Anything: it is passed on as written."""
    OBJECT = auto()
    """A mapping with the settings in `fields`."""
    OBJECTS = auto()
    """A list of such mappings."""
    NAMED = auto()
    """Name → such a mapping."""


@dataclass(frozen=True, slots=True)
class Pick:
    """How many of these settings may be there; a dotted name reaches into an object."""

    names: tuple[str, ...]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Needs:
    """A setting that does nothing, or fails, without another."""

    name: str
    other: str
    why: str = ""


Rule = Pick | Needs


def exactly_one(*names: str) -> Pick:
    """One of them, not two."""
    return Pick(names, 1, 1)


def at_least_one(*names: str) -> Pick:
    """One of them or more."""
    return Pick(names, 1, len(names))


def at_most_one(*names: str) -> Pick:
    """None or one of them."""
    return Pick(names, 0, 1)


@dataclass(frozen=True, slots=True)
class Field:
    """One setting: its name in Alertmanager's configuration, how it is written, and since when it is known."""

    name: str
    kind: Kind
    about: str
    since: Version = FLOOR
    default: str | bool | int | None = None
    """What Alertmanager does without it; None when there is nothing to say."""
    required: bool = False
    choices: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    rules: tuple[Rule, ...] = ()
    way_out: str = ""
    """SECRET: the setting that reads it from a file; empty when Alertmanager has none in any version."""
    advice: str = ""
    """SECRET without a way out: what to do instead."""
    public: tuple[str, ...] = ()
    """SECRET: values that are no secret."""
    templated_since: Version | None = None
    """URL: from when on it may hold a template; before, the template's text would be sent as it is."""
    structured_since: Version | None = None
    """TEXT: from when on it may also be an object of `fields`. PAIRS: from when on the values may be anything."""


def _version(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))


def setting(
    name: str,
    kind: Kind,
    about: str,
    *,
    since: str = "0.25",
    default: str | bool | int | None = None,
    required: bool = False,
    choices: tuple[str, ...] = (),
) -> Field:
    """Any setting without parts."""
    return Field(name, kind, about, _version(since), default, required, choices)


def text(name: str, about: str, *, since: str = "0.25", default: str | None = None, required: bool = False) -> Field:
    """A string or template."""
    return setting(name, Kind.TEXT, about, since=since, default=default, required=required)


def texts(*names: str, since: str = "0.25") -> tuple[Field, ...]:
    """Strings or templates whose names say it all."""
    return tuple(text(name, f"The {name.replace('_', ' ')}.", since=since) for name in names)


def url(
    name: str,
    about: str,
    *,
    default: str | None = None,
    required: bool = False,
    since: str = "0.25",
    templated_since: str = "",
) -> Field:
    """A plain address."""
    return Field(
        name,
        Kind.URL,
        about,
        _version(since),
        default,
        required,
        templated_since=_version(templated_since) if templated_since else None,
    )


def flag(name: str, about: str, *, default: bool = False, since: str = "0.25") -> Field:
    """True or false."""
    return setting(name, Kind.FLAG, about, default=default, since=since)


def from_file(
    name: str,
    about: str,
    *,
    since: str = "0.25",
    file_since: str = "0.25",
    required: bool = False,
    public: tuple[str, ...] = (),
) -> tuple[Field, Field]:
    """A secret: the literal setting, which is refused, and `name_file`, which is the way out."""
    file = f"{name}_file"
    return (
        Field(name, Kind.SECRET, about, _version(since), way_out=file, public=public),
        Field(file, Kind.FILE, f"The file that holds the secret: {about}", _version(file_since), required=required),
    )


def only_literal(name: str, about: str, *, advice: str, since: str = "0.25") -> Field:
    """A secret that no version reads from a file."""
    return Field(name, Kind.SECRET, about, _version(since), advice=advice)


def block(
    name: str,
    about: str,
    fields: tuple[Field, ...],
    *rules: Rule,
    kind: Kind = Kind.OBJECT,
    since: str = "0.25",
    required: bool = False,
) -> Field:
    """A setting that is made of others."""
    return Field(name, kind, about, _version(since), required=required, fields=fields, rules=rules)


@dataclass(frozen=True, slots=True)
class Objection:
    """What is wrong with a combination of settings: where it is, what, and what to do."""

    steps: tuple[str, ...]
    message: str
    hint: str = ""


def _no_objection(_settings: Mapping[str, Any]) -> Iterator[Objection]:
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """A way to tell people: one file in this package each.

    `key` is what it is called in the spec; in Alertmanager's configuration it is `<key>_configs`. `send_resolved` is
    Alertmanager's own default for whether a recovery is told too. `objections` finds what data cannot say.
    """

    key: str
    about: str
    since: Version = FLOOR
    send_resolved: bool = True
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    objections: Callable[[Mapping[str, Any]], Iterator[Objection]] = _no_objection
    sample: Mapping[str, Any] = field(default_factory=dict)
    """The least that somebody would write, for hints and editors."""
    ours: Mapping[str, Any] = field(default_factory=dict)
    """What alertgen says where the spec says nothing; a mapping is added to what is there."""

    def completed(self, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """The settings with alertgen's own where nothing is said."""
        if not self.ours:
            return settings
        found = dict(settings)
        for key, value in self.ours.items():
            if isinstance(value, Mapping):
                there = {name.lower() for name in found.get(key, {})}
                found[key] = {**found.get(key, {}), **{k: v for k, v in value.items() if k.lower() not in there}}
            else:
                found.setdefault(key, value)
        return found

    @property
    def config(self) -> str:
        """The key of Alertmanager's receiver."""
        return f"{self.key}_configs"

    @property
    def settings(self) -> tuple[Field, ...]:
        """All fields, with the one that every integration has; their defaults are what is written for them."""
        resolved = flag("send_resolved", "Tell recoveries too.", default=self.send_resolved)
        return tuple(
            replace(field, default=self.ours[field.name])
            if isinstance(self.ours.get(field.name), str | bool)
            else field
            for field in (resolved, *self.fields)
        )
