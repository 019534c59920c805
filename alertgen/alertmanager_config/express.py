"""A receiver → the same in an AlertmanagerConfig, or what that cannot say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alertgen.alertmanager_config.words import Form, Word, words
from alertgen.receivers import Notifier, integrations

_MOUNTED = re.compile(r"/etc/alertmanager/secrets/([a-z0-9](?:[-.a-z0-9]*[a-z0-9])?)/([-._A-Za-z0-9]+)")
"""Where the operator mounts the Secrets of an Alertmanager's spec.secrets: folder and file are name and key."""

_ELSEWHERE = "write the plain file for this Alertmanager: leave out alertmanager_config"


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What the object cannot say: the path of the setting below the integration, what, and what to do."""

    steps: tuple[str | int, ...]
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Expressed:
    """A notifier's settings under their names there, and what is missing in them."""

    key: str
    settings: Mapping[str, Any]
    unsaid: tuple[Unsaid, ...]


def express(notifier: Notifier) -> Expressed:
    """One notifier, alertgen's own texts included, under the key of the object's receiver."""
    integration = integrations()[notifier.integration]
    known = words(notifier.integration)
    key = f"{notifier.integration}Configs"
    if known is None:
        message = f"an AlertmanagerConfig has no {notifier.integration}"
        return Expressed(key, {}, (Unsaid((), message, f"use another integration, or {_ELSEWHERE}"),))
    unsaid: list[Unsaid] = []
    return Expressed(key, _block(known, integration.completed(notifier.settings), (), unsaid), tuple(unsaid))


def _block(
    known: Mapping[str, Word], settings: Mapping[str, Any], steps: tuple[str | int, ...], unsaid: list[Unsaid]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        here = (*steps, name)
        word = known.get(name)
        if word is None:
            unsaid.append(Unsaid(here, f"an AlertmanagerConfig has no {name}", f"leave it out, or {_ELSEWHERE}"))
            continue
        *outer, last = word.path
        into = found
        for part in outer:
            into = into.setdefault(part, {})
        into[last] = _value(word, value, here, unsaid)
    return found


def _value(word: Word, value: Any, here: tuple[str | int, ...], unsaid: list[Unsaid]) -> Any:
    match word.form:
        case Form.BLOCK:
            return _block(word.words, value, here, unsaid)
        case Form.BLOCKS:
            return [_block(word.words, item, (*here, index), unsaid) for index, item in enumerate(value)]
        case Form.SECRET:
            unsaid += _unmounted(value, here)
            return _reference(value)
        case Form.PAIRS:
            unsaid += (
                Unsaid((*here, key), f"an AlertmanagerConfig has only texts in {here[-1]}", _ELSEWHERE)
                for key, item in value.items()
                if not isinstance(item, str)
            )
            return [{"key": key, "value": item} for key, item in value.items()]
        case _:
            return value


def _unmounted(path: str, here: tuple[str | int, ...]) -> Iterator[Unsaid]:
    if _MOUNTED.fullmatch(path) is None:
        yield Unsaid(
            here,
            "an AlertmanagerConfig reads secrets from a Secret, and this file is in none",
            "write /etc/alertmanager/secrets/<name of the Secret>/<key>, which is where the operator mounts it",
        )


def _reference(path: str) -> Mapping[str, str]:
    mounted = _MOUNTED.fullmatch(path)
    return {"name": mounted[1], "key": mounted[2]} if mounted else {}
